"""Review of a draft: the checklist, the request, the signature."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.reviewing import AskForm, DecideForm
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, is_author
from lms.authoring.queries.people import views_of
from lms.authoring.queries.reviewing import (
    find_current,
    find_publication,
    list_reviews,
    may_publish,
    may_publish_unreviewed,
    may_sign,
    reviewer_ids,
    signature_of,
)
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.publishing import edition_in, titles_of
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.checklist import NOT_JUDGED, TOPIC_NAMES
from lms.authoring.rules.drafts import DRAFT_STATE_NAMES, DraftState
from lms.authoring.rules.reviewing import REVIEW_STATE_NAMES, ReviewState, ReviewVerb
from lms.authoring.services import reviewing
from lms.completion.queries.moving import looks_after
from lms.completion.rules.moving import compare
from lms.core.errors import BekalError, NotPossibleError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.learning.forms.questions import new_id
from lms.people.routes.entering import show as show_error


@blueprint.get("/drafts/<int:draft_id>/review")
@policy(Permission.DRAFT_READ)
def review(draft_id: int) -> str:
    """What is passed and what is to mend, and where the draft stands in its review."""
    return _page(draft_id, AskForm(formdata=None), DecideForm(formdata=None))


@blueprint.post("/drafts/<int:draft_id>/review/ask")
@policy(Permission.DRAFT_EDIT)
def ask_review(draft_id: int) -> Response | tuple[str, int]:
    """Ask for review."""
    draft = draft_for(session(), actor(), draft_id)
    form = AskForm()
    form.offer([(person_id, "") for person_id in _able(draft)])
    status = 400
    if form.validate_on_submit():
        try:
            reviewing.ask_for_review(
                session(),
                actor(),
                draft_id,
                reviewers=form.reviewers.data or [],
                note=form.note.data or "",
                now=now(),
            )
        except BekalError as error:
            status = show_error(form, error)
        else:
            flash(gettext("Review is asked for, and the reviewers are told."))
            return _back(draft_id)
    only_read_on()
    return _page(draft_id, form, DecideForm(formdata=None)), status


@blueprint.post("/drafts/<int:draft_id>/review/take-back")
@policy(Permission.DRAFT_EDIT)
def take_back_review(draft_id: int) -> Response:
    """Ask for no review any more."""
    reviewing.take_back_request(session(), actor(), draft_id, now=now())
    flash(gettext("The request is taken back. The draft is being written again."))
    return _back(draft_id)


@blueprint.post("/drafts/<int:draft_id>/review/decide")
@policy(Permission.DRAFT_REVIEW)
def decide_review(draft_id: int) -> Response | tuple[str, int]:
    """Sign the draft as it was shown, or return it."""
    draft, checked = draft_and_checked(draft_id)
    form = DecideForm()
    verb = ReviewVerb.APPROVE if request.form.get("act") == "approve" else ReviewVerb.RETURN
    status = 400
    if form.validate_on_submit():
        try:
            if verb is ReviewVerb.APPROVE and checked.errors and draft.digest == form.digest.data:
                raise NotPossibleError(
                    N_("There is something to mend that keeps it from being published. Return it.")
                )
            reviewing.decide(
                session(),
                actor(),
                draft_id,
                verb,
                digest=str(form.digest.data),
                words=form.words.data or "",
                now=now(),
            )
        except BekalError as error:
            status = show_error(form, error)
        else:
            flash(
                gettext("You have signed the draft. Its authors are told.")
                if verb is ReviewVerb.APPROVE
                else gettext("The draft is returned. Its authors are told what is to be done.")
            )
            return _back(draft_id)
    only_read_on()
    return _page(draft_id, AskForm(formdata=None), form), status


def _page(draft_id: int, asking: AskForm, deciding: DecideForm) -> str:
    draft, checked = draft_and_checked(draft_id)
    reviews = list_reviews(session(), draft)
    publication = find_publication(session(), draft)
    able = _able(draft)
    people = {each.decided_by for each in reviews} | {each.asked_by for each in reviews}
    named = {person for each in reviews for person in each.asked_of["people"]}
    views = views_of(session(), {*people, *named, *able})
    asking.offer(
        [(each, _name(views[each].name, office)) for each, office in able.items() if each in views]
    )
    deciding.digest.data = draft.digest
    writes = is_author(session(), actor(), draft)
    current = find_current(session(), draft.course_key)
    standing = get_edition(session(), current.digest) if current and not checked.errors else None
    edition = edition_in(checked) if standing else None
    waits = draft.state is DraftState.IN_REVIEW
    return render_template(
        "authoring/review.html",
        draft=draft,
        checked=checked,
        found=checked.checklist,
        topics=TOPIC_NAMES,
        current=current,
        compared=compare(standing, edition) if standing and edition else None,
        titles=titles_of(standing, edition),
        not_judged=NOT_JUDGED,
        reviews=reviews,
        latest_signed=next((each for each in reviews if each.state is ReviewState.APPROVED), None),
        signature=signature_of(draft, reviews),
        publication=publication,
        became=session().get(StoredEdition, publication.edition_id) if publication else None,
        views=views,
        asking=asking,
        deciding=deciding,
        may_ask=writes and draft.state in {DraftState.OPEN, DraftState.RETURNED},
        may_take_back=writes and waits,
        may_decide=waits and may_sign(session(), actor(), draft),
        may_publish=publication is None
        and draft.state is not DraftState.DISCARDED
        and may_publish(session(), actor(), draft),
        unreviewed=may_publish_unreviewed(actor()),
        again_id=new_id(),
        looks_after=looks_after(actor(), draft.course_key),
        preview_url=None if checked.errors else url_for("authoring.preview", draft_id=draft.id),
        state_names=DRAFT_STATE_NAMES,
        review_state_names=REVIEW_STATE_NAMES,
    )


def _able(draft: Draft) -> dict[int, bool]:
    """Who may sign, reviewers before the secretariat; true for those of the secretariat."""
    reviewers, office = reviewer_ids(session(), draft, today=now().date())
    return {**dict.fromkeys(reviewers, False), **dict.fromkeys(office, True)}


def _name(name: str | None, is_office: bool) -> str:
    shown = name or gettext("Official")
    return gettext("%(name)s, secretariat", name=shown) if is_office else shown


def _back(draft_id: int) -> Response:
    return redirect(url_for("authoring.review", draft_id=draft_id), 303)
