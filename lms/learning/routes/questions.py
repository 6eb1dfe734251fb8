"""Questions about a lesson: learners ask, trainers answer on the same page."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.core.errors import BekalError, NotPossibleError
from lms.core.languages import own_name
from lms.core.request import actor, engine, now, only_read_on, record_access, session
from lms.core.text import whole_number
from lms.core.throttle import count_try
from lms.courses.routes import page_language
from lms.courses.values.quiz import Quiz
from lms.learning.forms.questions import ChangeForm, QuestionForm, new_id
from lms.learning.queries.places import get_place
from lms.learning.queries.questions import get_question, list_questions, people_on
from lms.learning.routes.blueprint import blueprint
from lms.learning.rules.questions import (
    ASKED_BY_PERSON,
    HIDE_REASON_NAMES,
    Audience,
    may_change,
)
from lms.learning.services import questions as services
from lms.people.routes.entering import show


@blueprint.get("/learning/<string:course_key>/<string:activity_key>/questions")
@policy(Permission.LEARNING_TAKE, recorded=True)
def questions(course_key: str, activity_key: str) -> str:
    """What was asked about an activity, with the answers, and the form to ask."""
    return _page(course_key, activity_key, QuestionForm())


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/questions")
@policy(Permission.LEARNING_TAKE, recorded=True)
def ask(course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Ask about an activity: the trainers alone, or before everybody on the course."""
    form = QuestionForm()
    status = 400
    if form.validate_on_submit():
        try:
            count_try(engine(), [(ASKED_BY_PERSON, str(actor().person_id))], now=now())
            services.ask(
                session(),
                actor(),
                get_place(session(), actor(), course_key, activity_key),
                client_id=str(form.client_id.data),
                audience=Audience(form.audience.data),
                text=str(form.text.data),
                language=page_language(),
                now=now(),
            )
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("Your question is sent. You are told when it is answered."))
            return redirect(_address(course_key, activity_key), 303)
    only_read_on()
    return _page(course_key, activity_key, form), status


@blueprint.route(
    "/learning/<string:course_key>/<string:activity_key>/questions/<int:question_id>",
    methods=["GET", "POST"],
)
@policy(Permission.LEARNING_TAKE)
def change_question(
    course_key: str, activity_key: str, question_id: int
) -> str | Response | tuple[str, int]:
    """Change one's own question while that is still possible."""
    place = get_place(session(), actor(), course_key, activity_key)
    form = ChangeForm()
    status = 200
    if form.validate_on_submit():
        try:
            services.change(
                session(), actor(), course_key, question_id, str(form.text.data), now=now()
            )
        except NotPossibleError as error:
            status = show(form, error)
        else:
            flash(gettext("Your question is changed."))
            return redirect(_address(course_key, activity_key), 303)
    elif form.is_submitted():
        status = 400
    question = get_question(session(), actor(), course_key, question_id, Reach.SELF)
    if not form.is_submitted():
        form.text.data = question.text
    page = render_template(
        "learning/question_change.html",
        place=place,
        form=form,
        is_open=may_change(
            question.asked_at, is_answered=question.answered_at is not None, now=now()
        ),
        language=page_language(),
    )
    return page, status


def _page(course_key: str, activity_key: str, form: QuestionForm) -> str:
    place = get_place(session(), actor(), course_key, activity_key)
    after = request.args.get("after", type=whole_number)
    lines, following = list_questions(session(), actor(), place, after=after, now=now())
    record_access(people_on(lines))
    form.client_id.data = form.client_id.data or new_id()
    here = _address(course_key, activity_key)
    return render_template(
        "learning/questions.html",
        place=place,
        lines=lines,
        form=form,
        answer_id=new_id,
        is_quiz=isinstance(place.activity, Quiz),
        hide_reasons=list(HIDE_REASON_NAMES.items()),
        hide_reason_names=HIDE_REASON_NAMES,
        language=page_language(),
        own_name=own_name,
        first_page=here if after else None,
        next_page=f"{here}?after={following}" if following else None,
    )


def _address(course_key: str, activity_key: str) -> str:
    return url_for("learning.questions", course_key=course_key, activity_key=activity_key)
