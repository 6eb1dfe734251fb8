"""My learning, the plan of a course, beginning and leaving it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.markings import waiting_quizzes
from lms.assessments.rules.marking import marked_by_person
from lms.certificates.queries.own import list_own, list_own_of_course
from lms.certificates.routes.showing import CERTIFICATE_WORDS, listed
from lms.core.languages import own_name
from lms.core.request import actor, now, session
from lms.courses.routes import page_language
from lms.enrolments.rules import WithdrawalReason
from lms.enrolments.services import taking as enrolments
from lms.learning.forms import WithdrawForm
from lms.learning.queries.courses import OnCourse, get_on_course, list_on_courses
from lms.learning.queries.paths import list_own_path_views
from lms.learning.routes.blueprint import blueprint
from lms.progress.rules import MISSING_SENTENCES


@blueprint.get("/learning")
@policy(Permission.LEARNING_TAKE)
def my_learning() -> str:
    """Every course one is on, with where to carry on."""
    courses = list_on_courses(session(), actor())
    left = [course for course in courses if not course.plan.is_complete]
    return render_template(
        "learning/my_learning.html",
        under_way=[course for course in left if not course.stored.is_closed],
        closed=[course for course in left if course.stored.is_closed],
        complete=[course for course in courses if course.plan.is_complete],
        paths=list_own_path_views(session(), actor()),
        certificates=listed(list_own(session(), actor()), now()),
        **CERTIFICATE_WORDS,
        language=page_language(),
    )


@blueprint.post("/learning/<string:course_key>/begin")
@policy(Permission.LEARNING_TAKE)
def begin(course_key: str) -> Response:
    """Take a course: enrol, and open its plan."""
    enrolments.enrol_self(session(), actor(), course_key, language=page_language(), now=now())
    return redirect(url_for("learning.course", course_key=course_key), 303)


@blueprint.get("/learning/<string:course_key>")
@policy(Permission.LEARNING_TAKE)
def course(course_key: str) -> str:
    """One's own plan of a course: outline, what is missing, where to carry on."""
    on = get_on_course(session(), actor(), course_key)
    return render_template(
        "learning/course.html",
        on=on,
        languages=[
            (code, own_name(code), not on.edition.is_whole_in(code))
            for code in on.edition.languages
        ],
        certificates=listed(list_own_of_course(session(), actor(), course_key), now()),
        **CERTIFICATE_WORDS,
        language=on.language,
        sentences=MISSING_SENTENCES,
        waiting=_waiting(on),
    )


def _waiting(on: OnCourse) -> frozenset[str]:
    """Keys of the quizzes in which something of the learner waits to be marked; a statement only
    where the course has such questions."""
    questions = [question for bank in on.edition.bank for question in bank.questions]
    if not any(marked_by_person(question) for question in questions):
        return frozenset()
    return waiting_quizzes(session(), actor(), on.enrolment.id)


@blueprint.post("/learning/<string:course_key>/language")
@policy(Permission.LEARNING_TAKE)
def choose_language(course_key: str) -> Response:
    """Read the texts of a course in another of its languages."""
    wish = request.form.get("language", "")[:20]
    enrolments.choose_language(session(), actor(), course_key, language=wish, now=now())
    return redirect(url_for("learning.course", course_key=course_key), 303)


@blueprint.route("/learning/<string:course_key>/leave", methods=["GET", "POST"])
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
    page = render_template("learning/leave.html", on=on, form=form, language=on.language)
    return page, 400 if form.is_submitted() else 200
