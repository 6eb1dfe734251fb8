"""Quizzes: the page before, the attempt, the review."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import Attempt
from lms.assessments.queries.attempts import answers_of, list_attempts, open_of
from lms.assessments.rules.answers import given_in
from lms.assessments.rules.attempts import AttemptState, next_attempt, shown_after, still_counts
from lms.assessments.rules.marking import Given
from lms.assessments.services import attempts as assessments
from lms.completion.services.crediting import credit
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.values.quiz import Quiz
from lms.enrolments.queries import lock_own
from lms.learning.pages import words
from lms.learning.queries.comparing import compare_with_pre_test
from lms.learning.queries.courses import OnCourse, as_begun, get_activity, get_on_course
from lms.learning.quizzes import asked, reviewed
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.care import way_out
from lms.learning.rules.plans import beside
from lms.learning.services.testing_out import credit_known_modules
from lms.progress.rules import EvidenceKind, Fact


def show_quiz(on: OnCourse, quiz: Quiz) -> str:
    """The page before an attempt: what it asks, what was reached so far, one button."""
    attempts = list_attempts(session(), actor(), on.enrolment.id, quiz.key)
    shown, language = on.edition.in_language(quiz, on.language)
    before, after = beside(on.edition, quiz.key)
    return render_template(
        "learning/quiz.html",
        on=on,
        quiz=shown,
        open=open_of(attempts),
        handed_in=[found for found in attempts if found.state is AttemptState.HANDED_IN],
        allowed=next_attempt(quiz, assessments.past_of(attempts), now()),
        words=words(on.edition, language, settings().content_folder / "guides"),
        before=before,
        after=after,
        chapter=on.plan.chapter_of(quiz.key),
        language=on.language,
        text_language=language,
    )


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/attempts")
@policy(Permission.LEARNING_TAKE)
def begin_attempt(course_key: str, activity_key: str) -> Response:
    """Open an attempt, or go on with the one that is open."""
    on, quiz = _quiz(course_key, activity_key)
    enrolment, _stored = lock_own(session(), actor(), course_key)
    attempt = assessments.begin(
        session(), actor(), enrolment, on.edition, quiz, language=on.language, now=now()
    )
    return redirect(_address(on, attempt), 303)


@blueprint.get("/learning/<string:course_key>/<string:activity_key>/attempts/<int:number>")
@policy(Permission.LEARNING_TAKE)
def attempt(course_key: str, activity_key: str, number: int) -> str:
    """An attempt: its questions while it is open, its review afterwards."""
    on, quiz, attempts, found = _begun(course_key, activity_key, number)
    answers = answers_of(session(), actor(), found)
    language = assessments.drawing_of(found).language
    say = words(on.edition, language, settings().content_folder / "guides")
    quiz_shown, _ = on.edition.in_language(quiz, language)
    common = {"on": on, "quiz": quiz_shown, "attempt": found, "text_language": language}
    if found.state is AttemptState.OPEN:
        return render_template(
            "learning/attempt.html",
            **common,
            questions=asked(on.edition, quiz, found, answers, say),
            is_late=not still_counts(found.deadline_at, now()),
            language=on.language,
        )
    allowed = next_attempt(quiz, assessments.past_of(attempts), now())
    is_over = any(one.is_passed for one in attempts) or allowed.left == 0
    shown = shown_after(quiz, is_over=is_over)
    return render_template(
        "learning/review.html",
        **common,
        shown=shown,
        questions=reviewed(on.edition, quiz, found, answers, say, shown),
        compared=compare_with_pre_test(session(), actor(), on.edition, quiz, found, answers)
        if "score" in shown
        else [],
        objectives=_objectives(on),
        allowed=allowed,
        after=_next_now(on, quiz),
        language=on.language,
    )


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/attempts/<int:number>")
@policy(Permission.LEARNING_TAKE)
def answer(course_key: str, activity_key: str, number: int) -> Response:
    """Keep the answers; with the other button hand them in."""
    on, quiz, _attempts, found = _begun(course_key, activity_key, number)
    given = _given(on, quiz, found)
    away = way_out(course_key, activity_key)
    if away is not None:
        assessments.save(session(), actor(), found.id, given, now=now())
        return away
    if request.form.get("act") == "save":
        assessments.save(session(), actor(), found.id, given, now=now())
        flash(gettext("Your answers are saved. You may go on later."))
        return redirect(_address(on, found), 303)
    was_open = found.state is AttemptState.OPEN
    handed_in = assessments.hand_in(
        session(), actor(), found.id, on.edition, quiz, given, now=now()
    )
    if was_open:
        _credit(on, quiz, handed_in)
        _credit_known(on, quiz, handed_in)
    return redirect(_address(on, handed_in), 303)


def _credit(on: OnCourse, quiz: Quiz, handed_in: Attempt) -> None:
    """What handing in is evidence of: a pass, or an answer where that is all that is asked."""
    if not handed_in.is_passed and quiz.done_when == "passed":
        return
    kind = EvidenceKind.PASSED if quiz.done_when == "passed" else EvidenceKind.ANSWERED
    fact = Fact(
        client_id=f"attempt:{handed_in.id}",
        kind=kind,
        activity_key=quiz.key,
        happened_at=handed_in.handed_in_at or now(),
        facts={"attempt": handed_in.number, "percent": handed_in.percent},
    )
    if credit(session(), actor(), on.enrolment.id, fact, now=now()).completes:
        flash(gettext("You have completed this course."))


def _credit_known(on: OnCourse, quiz: Quiz, handed_in: Attempt) -> None:
    """What a pre-test showed to be known, in words the learner can act on."""
    known = credit_known_modules(session(), actor(), on.edition, quiz, handed_in, now=now())
    for module in known:
        shown, _ = on.edition.in_language(module, on.language)
        flash(
            gettext(
                "You may leave out “%(title)s”: you knew it. You may still read it.",
                title=shown.title,
            )
        )


def _given(on: OnCourse, quiz: Quiz, attempt: Attempt) -> dict[int, Given]:
    """The answers in the form, by number of the question."""
    drawing = assessments.drawing_of(attempt)
    questions = on.edition.questions_in(quiz, drawing.language)
    return {
        number: given_in(questions[drawn.question], drawn, f"q{number}", request.form.getlist)
        for number, drawn in enumerate(drawing.questions, 1)
    }


def _objectives(on: OnCourse) -> dict[str, str]:
    """What the learner can do afterwards, by key, in the language of the page if it is there."""
    course, _ = on.edition.in_language(on.edition.course, on.language)
    return {objective.key: objective.text for objective in course.objectives}


def _quiz(course_key: str, activity_key: str) -> tuple[OnCourse, Quiz]:
    on = get_on_course(session(), actor(), course_key)
    found = get_activity(on, activity_key)
    if not isinstance(found, Quiz):
        raise NotFoundError(N_("There is no such quiz in this course."))
    return on, found


def _next_now(on: OnCourse, quiz: Quiz) -> str | None:
    """What follows the quiz in the outline the learner has now; None for a quiz that is gone."""
    there = {step.activity.key for chapter in on.plan.chapters for step in chapter.steps}
    after = beside(on.edition, quiz.key)[1]
    return after if after in there else None


def _begun(
    course_key: str, activity_key: str, number: int
) -> tuple[OnCourse, Quiz, Sequence[Attempt], Attempt]:
    """An attempt in the edition it was begun on, which need not be that of the course now."""
    on = get_on_course(session(), actor(), course_key)
    attempts = list_attempts(session(), actor(), on.enrolment.id, activity_key)
    found = next((one for one in attempts if one.number == number), None)
    if found is None:
        raise NotFoundError(N_("There is no such attempt."))
    begun = as_begun(session(), on, found.edition_id)
    quiz = get_activity(begun, activity_key)
    if not isinstance(quiz, Quiz):
        raise NotFoundError(N_("There is no such quiz in this course."))
    return begun, quiz, attempts, found


def _address(on: OnCourse, attempt: Attempt) -> str:
    return url_for(
        "learning.attempt",
        course_key=on.stored.course_key,
        activity_key=attempt.activity_key,
        number=attempt.number,
    )
