"""What a draft follows: the changes of its source, file by file."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.following import AdaptedForForm
from lms.authoring.queries.drafts import digests_of, draft_for, may_write
from lms.authoring.queries.following import OWN_STATE_NAMES, following
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.services.following import adapt_for, mark_all_seen, mark_seen, take_over
from lms.core.errors import BekalError
from lms.core.request import actor, now, session
from lms.courses.catalogue import CourseCard
from lms.courses.routes import page_language
from lms.courses.routes.showing import show
from lms.people.queries.members import member_names


@blueprint.get("/drafts/<int:draft_id>/source")
@policy(Permission.DRAFT_READ)
def draft_source(draft_id: int) -> str:
    """The course this one follows, and what changed in it since its authors last looked."""
    return _page(draft_id, _form(draft_id))


@blueprint.post("/drafts/<int:draft_id>/source")
@policy(Permission.DRAFT_READ)
def draft_source_decide(draft_id: int) -> Response:
    """Take a changed file over, or say that one or all are seen."""
    draft = draft_for(session(), actor(), draft_id)
    path, digest = request.form.get("path", ""), request.form.get("digest", "")
    match request.form.get("do"):
        case "take":
            based_on = request.form.get("based_on") or None
            take_over(session(), actor(), draft, path, digest, based_on=based_on, now=now())
            flash(gettext("Taken over. What stood here is in the history."))
        case "all":
            mark_all_seen(session(), actor(), draft, digest, now=now())
            flash(gettext("Everything is marked as seen."))
        case _:
            mark_seen(session(), actor(), draft, path, digest, now=now())
            flash(gettext("Marked as seen. Your course keeps its own."))
    return redirect(url_for("authoring.draft_source", draft_id=draft_id), 303)


@blueprint.post("/drafts/<int:draft_id>/source/member")
@policy(Permission.DRAFT_READ)
def draft_source_member(draft_id: int) -> Response | tuple[str, int]:
    """Say for which member the course is adapted."""
    draft = draft_for(session(), actor(), draft_id)
    form = _form(draft_id)
    status = 400
    if form.validate_on_submit():
        try:
            adapt_for(session(), actor(), draft, form.member.data, now=now())
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("Saved."))
            return redirect(url_for("authoring.draft_source", draft_id=draft_id), 303)
    return _page(draft_id, form), status


def _form(draft_id: int) -> AdaptedForForm:
    found = following(session(), draft_for(session(), actor(), draft_id))
    names = sorted(member_names(session()).items(), key=lambda pair: pair[1].casefold())
    form = AdaptedForForm()
    form.offer(names, gettext("No single member"))
    if not form.is_submitted():
        form.member.data = found.link.member_code or ""
    return form


def _page(draft_id: int, form: AdaptedForForm) -> str:
    draft = draft_for(session(), actor(), draft_id)
    found = following(session(), draft)
    return render_template(
        "authoring/source.html",
        draft=draft,
        found=found,
        title=CourseCard.from_json(found.current.card).title(page_language()),
        own_digests=digests_of(session(), draft),
        own_names=OWN_STATE_NAMES,
        form=form,
        writes=may_write(session(), actor(), draft),
    )
