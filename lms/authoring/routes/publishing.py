"""Publishing a draft: what changes, whom it touches, who moves."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.reviewing import PublishForm
from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.people import list_contributors
from lms.authoring.queries.reviewing import (
    find_current,
    find_publication,
    list_reviews,
    may_publish,
    may_publish_unreviewed,
    signature_of,
)
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked, registry
from lms.authoring.rules.drafts import DraftState
from lms.authoring.rules.reviewing import changes_between
from lms.authoring.services.publishing import go_on, publish_draft
from lms.completion.queries.moving import looks_after, preview
from lms.completion.rules.moving import GROUP_NAMES, Preview, chosen_groups, compare
from lms.core.errors import BekalError, NotPossibleError, RefusedError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import N_
from lms.courses.folder import CourseError, edition_of
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.writing import course_files
from lms.learning.forms.editions import group_choices
from lms.people.routes.entering import show as show_error


@blueprint.get("/drafts/<int:draft_id>/publish")
@policy(Permission.COURSE_PUBLISH)
def publish_page(draft_id: int) -> str | Response:
    """The last look before a draft becomes an edition."""
    draft, checked = draft_and_checked(draft_id)
    if find_publication(session(), draft) is not None:
        return redirect(url_for("authoring.review", draft_id=draft_id))
    return _page(draft, checked, PublishForm(formdata=None))


@blueprint.post("/drafts/<int:draft_id>/publish")
@policy(Permission.COURSE_PUBLISH)
def publish_now(draft_id: int) -> Response | tuple[str, int]:
    """Publish, and ask the worker to move whom was chosen. A second press finds it done."""
    draft, checked = draft_and_checked(draft_id)
    form = PublishForm()
    form.offer([(group.value, "") for group in GROUP_NAMES])
    status = 400
    if form.validate_on_submit():
        try:
            done = publish_draft(
                session(),
                actor(),
                draft_id,
                edition_in(checked),
                registry(),
                digest=str(form.digest.data),
                reason=form.reason.data or "",
                groups=chosen_groups(form.groups.data or ()),
                now=now(),
            )
        except BekalError as error:
            status = show_error(form, error)
        else:
            flash(gettext("“%(title)s” is published.", title=draft.title))
            if done.job is not None:
                return redirect(url_for("jobs.job", run_id=done.job.run_id), 303)
            return redirect(url_for("authoring.review", draft_id=draft_id), 303)
    only_read_on()
    draft, checked = draft_and_checked(draft_id)
    return _page(draft, checked, form), status


@blueprint.post("/drafts/<int:draft_id>/go-on")
@policy(Permission.DRAFT_EDIT)
def go_on_from(draft_id: int) -> Response:
    """Begin a new draft from the edition a draft became."""
    client_id = request.form.get("client_id", "")[:64] or uuid.uuid4().hex
    draft = go_on(session(), actor(), draft_id, client_id=client_id, now=now())
    flash(gettext("A new draft of the published edition is begun."))
    return redirect(url_for("authoring.draft", draft_id=draft.id), 303)


def edition_in(checked: CheckedDraft) -> Edition:
    """The edition the files make. Raises NotPossibleError while something is to mend."""
    if not checked.errors:
        try:
            return edition_of(checked.reading)
        except CourseError:
            # What cannot be read is among the errors, but for a file that is missing.
            pass
    raise NotPossibleError(
        N_("There is something to mend that keeps it from being published. See the review.")
    )


def _page(draft: Draft, checked: CheckedDraft, form: PublishForm) -> str:
    if draft.state is DraftState.DISCARDED or not may_publish(session(), actor(), draft):
        raise RefusedError(N_("A trainer of the course or the secretariat publishes it."))
    current = find_current(session(), draft.course_key)
    standing = get_edition(session(), current.digest) if current is not None else None
    edition = None if checked.errors else edition_in(checked)
    touched = Preview()
    if edition is not None and current is not None and looks_after(actor(), draft.course_key):
        touched = preview(session(), actor(), draft.course_key, edition, now=now())
    form.offer(group_choices(touched))
    form.digest.data = draft.digest
    signature = signature_of(draft, list_reviews(session(), draft))
    return render_template(
        "authoring/publish.html",
        draft=draft,
        checked=checked,
        current=current,
        is_overtaken=current is not None and draft.made_from != current.id,
        files=changes_between(course_files(standing), checked.files) if standing else None,
        compared=compare(standing, edition) if standing and edition else None,
        titles=titles_of(standing, edition),
        touched=touched,
        group_names=GROUP_NAMES,
        contributors=list_contributors(session(), draft),
        signature=signature,
        may_go=signature is not None or may_publish_unreviewed(actor()),
        form=form,
    )


def titles_of(*editions: Edition | None) -> dict[str, str]:
    """Titles of activities by key, those of the later edition where both have them."""
    return {
        activity.key: activity.title
        for edition in editions
        if edition is not None
        for activity in edition.activities
    }
