"""Questions of a course for its trainers: what waits, answering, pinning, hiding."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BekalError
from lms.core.languages import own_name
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.text import whole_number
from lms.courses.routes import page_language
from lms.learning.forms.questions import AnswerForm, HideForm, new_id
from lms.learning.models import LessonQuestion
from lms.learning.queries.questions import get_asked, list_to_answer, people_on
from lms.learning.queries.taught import get_taught
from lms.learning.routes.blueprint import blueprint
from lms.learning.rules.questions import HIDE_REASON_NAMES, SHOW_NAMES, HideReason, Show
from lms.learning.services import questions as services
from lms.people.routes.entering import show as show_error


@blueprint.get("/teaching/<string:course_key>/questions")
@policy(Permission.COURSE_TEACH, recorded=True)
def unanswered_questions(course_key: str) -> str:
    """The questions of a course that wait, oldest first; or those answered, or hidden."""
    edition = get_taught(session(), actor(), course_key)
    wish = request.args.get("show", "")
    show = Show(wish) if wish in set(Show) else Show.UNANSWERED
    after = request.args.get("after", type=whole_number)
    lines, following = list_to_answer(session(), actor(), course_key, show, after=after, now=now())
    record_access(people_on(lines))
    here = url_for("learning.unanswered_questions", course_key=course_key, show=show.value)
    return render_template(
        "learning/unanswered.html",
        course_key=course_key,
        course=edition.in_language(edition.course, page_language())[0],
        titles={activity.key: activity.title for activity in edition.activities},
        lines=lines,
        show=show,
        shows=list(SHOW_NAMES.items()),
        answer_id=new_id,
        hide_reasons=list(HIDE_REASON_NAMES.items()),
        hide_reason_names=HIDE_REASON_NAMES,
        language=page_language(),
        own_name=own_name,
        first_page=here if after else None,
        next_page=f"{here}&after={following}" if following else None,
    )


@blueprint.get("/teaching/<string:course_key>/questions/<int:question_id>")
@policy(Permission.COURSE_TEACH, recorded=True)
def question(course_key: str, question_id: int) -> str:
    """One question with its answers, and the form to answer it."""
    form = AnswerForm()
    form.client_id.data = new_id()
    return _page(course_key, question_id, form, HideForm())


@blueprint.post("/teaching/<string:course_key>/questions/<int:question_id>")
@policy(Permission.COURSE_TEACH, recorded=True)
def answer_question(course_key: str, question_id: int) -> Response | tuple[str, int]:
    """Answer a question; who asked is told."""
    form = AnswerForm()
    status = 400
    if form.validate_on_submit():
        try:
            found = services.answer(
                session(),
                actor(),
                course_key,
                question_id,
                client_id=str(form.client_id.data),
                text=str(form.text.data),
                language=page_language(),
                now=now(),
            )
        except BekalError as error:
            status = show_error(form, error)
            if status == 409:
                raise
        else:
            flash(gettext("Your answer is sent, and who asked is told."))
            return redirect(_back(found), 303)
    only_read_on()
    return _page(course_key, question_id, form, HideForm(formdata=None)), status


@blueprint.post("/teaching/<string:course_key>/questions/<int:question_id>/pin")
@policy(Permission.COURSE_TEACH)
def pin_question(course_key: str, question_id: int) -> Response:
    """Set a question before the others as helpful to all, or take it back."""
    pinned = request.form.get("pinned") == "1"
    found = services.pin(session(), actor(), course_key, question_id, pinned=pinned, now=now())
    flash(
        gettext("It stands before the others now.")
        if pinned
        else gettext("It stands among the others again.")
    )
    return redirect(_back(found), 303)


@blueprint.post("/teaching/<string:course_key>/questions/<int:question_id>/hide")
@policy(Permission.COURSE_TEACH, recorded=True)
def hide_question(course_key: str, question_id: int) -> Response | tuple[str, int]:
    """Hide a question from fellow learners with a reason, or show it again."""
    form = HideForm()
    shows_again = request.form.get("act") == "show"
    if not shows_again and not form.validate_on_submit():
        only_read_on()
        answering = AnswerForm(formdata=None)
        answering.client_id.data = new_id()
        return _page(course_key, question_id, answering, form), 400
    reason = None if shows_again else HideReason(form.reason.data)
    found = services.hide(session(), actor(), course_key, question_id, reason=reason, now=now())
    flash(
        gettext("The question is shown again.")
        if shows_again
        else gettext("The question is hidden. Its asker and the trainers still read it.")
    )
    return redirect(_back(found), 303)


def _page(course_key: str, question_id: int, form: AnswerForm, hiding: HideForm) -> str:
    edition = get_taught(session(), actor(), course_key)
    asked = get_asked(session(), actor(), course_key, question_id, now=now())
    record_access(people_on([asked]))
    return render_template(
        "learning/question.html",
        course_key=course_key,
        course=edition.in_language(edition.course, page_language())[0],
        titles={activity.key: activity.title for activity in edition.activities},
        asked=asked,
        form=form,
        hiding=hiding,
        hide_reason_names=HIDE_REASON_NAMES,
        language=page_language(),
        own_name=own_name,
    )


def _back(found: LessonQuestion) -> str:
    """To where the trainer came from: the page of the lesson, or the course's list."""
    if request.form.get("back") == "lesson":
        return url_for(
            "learning.questions", course_key=found.course_key, activity_key=found.activity_key
        )
    return url_for("learning.unanswered_questions", course_key=found.course_key)
