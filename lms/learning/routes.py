"""The learner's pages."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.completion.services import credit
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page, Wellbeing
from lms.enrolments import services as enrolments
from lms.enrolments.queries import get_own
from lms.enrolments.rules import WithdrawalReason
from lms.learning.forms import DoneForm, WithdrawForm
from lms.learning.pages import rendered
from lms.learning.queries import OnCourse, get_on_course, list_on_courses
from lms.learning.rules import beside
from lms.progress.rules import MISSING_SENTENCES, EvidenceKind, Fact

blueprint = Blueprint("learning", __name__, url_prefix="/learning")


@blueprint.get("")
@policy(Permission.LEARNING_TAKE)
def my_learning() -> str:
    """Every course one is on, with where to carry on."""
    courses = list_on_courses(session(), actor())
    return render_template(
        "learning/my_learning.html",
        under_way=[course for course in courses if not course.plan.is_complete],
        complete=[course for course in courses if course.plan.is_complete],
        language=_language(),
    )


@blueprint.post("/<string:course_key>/begin")
@policy(Permission.LEARNING_TAKE)
def begin(course_key: str) -> Response:
    """Take a course: enrol, and open its first activity."""
    enrolments.enrol_self(session(), actor(), course_key, language=_language(), now=now())
    return redirect(url_for("learning.course", course_key=course_key), 303)


@blueprint.get("/<string:course_key>")
@policy(Permission.LEARNING_TAKE)
def course(course_key: str) -> str:
    """One's own plan of a course: outline, what is missing, where to carry on."""
    return render_template(
        "learning/course.html",
        on=get_on_course(session(), actor(), course_key),
        language=_language(),
        sentences=MISSING_SENTENCES,
    )


@blueprint.get("/<string:course_key>/wellbeing")
@policy(Permission.LEARNING_TAKE)
def wellbeing(course_key: str) -> str:
    """What the course says to a learner for whom it becomes heavy."""
    on = get_on_course(session(), actor(), course_key)
    shown, language = on.edition.in_language(on.edition.wellbeing, _language())
    if not isinstance(shown, Wellbeing):
        raise LookupError("A translation is of the kind of its source.")
    guides = settings().content_folder / "guides"
    return render_template(
        "learning/wellbeing.html",
        on=on,
        page=shown,
        rendered=rendered(on.edition, "wellbeing", shown.body, language, guides),
        language=_language(),
        text_language=language,
    )


@blueprint.get("/<string:course_key>/<string:activity_key>")
@policy(Permission.LEARNING_TAKE)
def activity(course_key: str, activity_key: str) -> str:
    """An activity: a lesson page to read."""
    on = get_on_course(session(), actor(), course_key)
    return _show(on, _activity(on, activity_key), DoneForm())


@blueprint.post("/<string:course_key>/<string:activity_key>/done")
@policy(Permission.LEARNING_TAKE)
def done(course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Say that a page is read, and go on to the next."""
    enrolment, _stored = get_own(session(), actor(), course_key)
    on = get_on_course(session(), actor(), course_key)
    page = _activity(on, activity_key)
    form = DoneForm()
    if not isinstance(page, Page) or not form.validate_on_submit():
        return _show(on, page, form), 400
    fact = Fact(
        client_id=f"read:{enrolment.id}:{form.client_id.data}",
        kind=EvidenceKind.READ,
        activity_key=page.key,
        happened_at=now(),
        facts={},
    )
    credited = credit(session(), actor(), enrolment.id, fact, now=now())
    if credited.completes:
        flash(gettext("You have completed this course."))
    _before, after = beside(on.edition, page.key)
    if after is None or credited.completes:
        return redirect(url_for("learning.course", course_key=course_key), 303)
    return redirect(url_for("learning.activity", course_key=course_key, activity_key=after), 303)


@blueprint.route("/<string:course_key>/leave", methods=["GET", "POST"])
@policy(Permission.LEARNING_TAKE)
def leave(course_key: str) -> str | Response | tuple[str, int]:
    """Leave a course, with a reason class."""
    on = get_on_course(session(), actor(), course_key)
    form = WithdrawForm()
    if form.validate_on_submit():
        reason = WithdrawalReason(form.reason.data)
        enrolments.withdraw(session(), actor(), course_key, reason=reason, now=now())
        flash(gettext("You have left the course. What you did is kept."))
        return redirect(url_for("learning.my_learning"), 303)
    page = render_template("learning/leave.html", on=on, form=form, language=_language())
    return page, 400 if form.is_submitted() else 200


def _activity(on: OnCourse, key: str) -> Activity:
    try:
        return on.edition.activity(key)
    except KeyError as error:
        raise NotFoundError(N_("There is no such activity in this course.")) from error


def _show(on: OnCourse, found: Activity, form: DoneForm) -> str:
    """The page of an activity."""
    shown, language = on.edition.in_language(found, _language())
    before, after = beside(on.edition, found.key)
    if not isinstance(shown, Page):
        raise NotFoundError(N_("This activity cannot be opened yet."))
    form.client_id.data = uuid.uuid4().hex
    other = on.edition.alternative_of(found.key)
    return render_template(
        "learning/page.html",
        on=on,
        page=shown,
        rendered=rendered(
            on.edition, found.key, shown.body, language, settings().content_folder / "guides"
        ),
        form=form,
        before=before,
        after=after,
        other=other,
        chapter=on.plan.chapter_of(on.edition.credited(found.key)),
        language=_language(),
        text_language=language,
    )


def _language() -> str:
    return str(get_locale() or "en").replace("_", "-")
