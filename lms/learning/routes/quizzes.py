"""Quizzes: the page before, the attempt, the review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, get_flashed_messages, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import Answer, Attempt
from lms.assessments.queries.attempts import answers_of, list_attempts, open_of
from lms.assessments.queries.corrections import keyed_questions
from lms.assessments.queries.markings import decisions_on
from lms.assessments.rules.answers import given_in, is_whole
from lms.assessments.rules.attempts import AttemptState, next_attempt, shown_after, still_counts
from lms.assessments.rules.marking import Given
from lms.assessments.services import attempts as assessments
from lms.assessments.services.files import hand_file, take_away
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.store import get_edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.queries import lock_own
from lms.learning.pages import words
from lms.learning.queries.attempts import Begun, get_answered, get_begun
from lms.learning.queries.comparing import compare_with_pre_test
from lms.learning.queries.courses import Enrolled, OnCourse, get_activity
from lms.learning.quizzes import asked, has_marked, reviewed
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.care import way_out
from lms.learning.routes.hand_ins import SentFile, file_numbers, take_files
from lms.learning.rules.plans import beside
from lms.learning.services.attempts import credit_attempt
from lms.learning.services.marking import tell_markers
from lms.learning.services.testing_out import credit_known_modules


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
        handed_in=[found for found in attempts if found.state is not AttemptState.OPEN],
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
    enrolment, stored = lock_own(session(), actor(), course_key)
    on = Enrolled(enrolment, stored, get_edition(session(), stored.digest))
    quiz = get_activity(on, activity_key)
    if not isinstance(quiz, Quiz):
        raise NotFoundError(N_("There is no such quiz in this course."))
    attempt = assessments.begin(
        session(), actor(), enrolment, on.edition, quiz, language=on.language, now=now()
    )
    return redirect(_address(on, attempt), 303)


@blueprint.get("/learning/<string:course_key>/<string:activity_key>/attempts/<int:number>")
@policy(Permission.LEARNING_TAKE)
def attempt(course_key: str, activity_key: str, number: int) -> str:
    """An attempt: its questions while it is open, its review afterwards."""
    begun = get_begun(session(), actor(), course_key, activity_key, number)
    on, quiz, found = begun.on, begun.quiz, begun.attempt
    answers = answers_of(session(), actor(), found)
    language = assessments.drawing_of(found).language
    say = words(on.edition, language, settings().content_folder / "guides")
    quiz_shown, _ = on.edition.in_language(quiz, language)
    common = {"on": on, "quiz": quiz_shown, "attempt": found, "text_language": language}
    if found.state is AttemptState.OPEN:
        refused = _refused()
        return render_template(
            "learning/attempt.html",
            **common,
            refused=refused,
            to_mend=[(said, field) for field, said in refused.items()],
            has_rest=any(not field.endswith("-file") for field in refused),
            questions=asked(on.edition, quiz, found, answers, say),
            takes_files=bool(file_numbers(begun)),
            is_late=not still_counts(found.deadline_at, now()),
            language=on.language,
        )
    return _review(begun, common, answers, say)


def _at(field: str) -> str:
    """The kind of a message about a field of the form (templates/macros/notices.html)."""
    return f"at:{field}"


def _refused() -> dict[str, str]:
    """What was refused of the form that was just sent, by the id of its field."""
    told: list[Any] = list(get_flashed_messages(with_categories=True))
    return {kind[3:]: said for kind, said in told if kind.startswith("at:")}


def _review(
    begun: Begun[OnCourse],
    common: Mapping[str, Any],
    answers: Mapping[int, Answer],
    say: Callable[[str], Markup],
) -> str:
    """An attempt handed in, with no more than may be shown of it now.

    What waits for a marker has no score yet, and does not end a test.
    """
    on, quiz, found = begun.on, begun.quiz, begun.attempt
    allowed = next_attempt(quiz, assessments.past_of(begun.attempts), now())
    waits = found.state is AttemptState.TO_MARK
    is_over = any(one.is_passed for one in begun.attempts) or (allowed.left == 0 and not waits)
    shown = shown_after(quiz, is_over=is_over) - ({"score"} if waits else set())
    keyed = keyed_questions(session(), on.edition, quiz, assessments.drawing_of(found).language)
    decisions = decisions_on(session(), actor(), found.id) if has_marked(keyed) else {}
    return render_template(
        "learning/review.html",
        **common,
        shown=shown,
        waits=waits,
        questions=reviewed(keyed, quiz, found, answers, say, shown, decisions),
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
    files, refused = take_files(course_key, activity_key, number)
    begun = get_answered(session(), actor(), course_key, activity_key, number)
    on, quiz, found = begun.on, begun.quiz, begun.attempt
    given = {**_given(begun), **_handed(begun, files)}
    away = way_out(course_key, activity_key)
    if away is not None:
        assessments.save(session(), actor(), found.id, given, now=now())
        return away
    if refused or request.form.get("act") == "save":
        assessments.save(session(), actor(), found.id, given, now=now())
        flash(gettext("Your answers are saved. You may go on later."))
        for place, error in refused.items():
            said = gettext(error.sentence, **error.values)
            flash(
                gettext("Question %(number)s: %(said)s", number=place, said=said),
                _at(f"q{place}-file"),
            )
        return redirect(_address(on, found), 303)
    if request.form.get("act") == "finish" and _asks_about_rest(begun, given):
        return redirect(_address(on, found), 303)
    was_open = found.state is AttemptState.OPEN
    handed_in = assessments.hand_in(
        session(), actor(), found.id, on.edition, quiz, given, now=now()
    )
    if was_open:
        if handed_in.state is AttemptState.TO_MARK:
            tell_markers(session(), on.enrolment, quiz.title, now=now())
        if credit_attempt(session(), actor(), quiz, handed_in, now=now()):
            flash(gettext("You have completed this course."))
        _credit_known(on, quiz, handed_in)
    return redirect(_address(on, handed_in), 303)


def _asks_about_rest(begun: Begun[Enrolled], given: Mapping[int, Given]) -> bool:
    """Keep the answers and say which questions have none; False when there is nothing to ask.

    An attempt handed in with a question overlooked is an attempt lost. The other button, beside
    what is said, hands in all the same.
    """
    found = begun.attempt
    if found.state is not AttemptState.OPEN or not still_counts(found.deadline_at, now()):
        return False
    drawn = enumerate(assessments.drawing_of(found).questions, 1)
    rest = [number for number, each in drawn if not is_whole(each, given.get(number, {}))]
    if set(rest) & set(file_numbers(begun)):
        kept = answers_of(session(), actor(), found)
        rest = [number for number in rest if number in given or number not in kept]
    if not rest:
        return False
    assessments.save(session(), actor(), found.id, given, now=now())
    flash(gettext("Nothing is handed in yet. Your answers are saved."))
    for number in rest:
        said = gettext("Question %(number)s is not answered in full.", number=number)
        flash(said, _at(f"q{number}"))
    return True


def _credit_known(on: Enrolled, quiz: Quiz, handed_in: Attempt) -> None:
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


def _given(begun: Begun[Enrolled]) -> dict[int, Given]:
    """The answers in the fields of the form, by number of the question; files are not among
    them, unless one is to be taken away."""
    drawing = assessments.drawing_of(begun.attempt)
    questions = begun.on.edition.questions_in(begun.quiz, drawing.language)
    with_files = [n for n in file_numbers(begun) if not request.form.get(f"q{n}-remove")]
    return {
        number: given_in(questions[drawn.question], drawn, f"q{number}", request.form.getlist)
        for number, drawn in enumerate(drawing.questions, 1)
        if number not in with_files
    }


def _handed(begun: Begun[Enrolled], files: Mapping[int, SentFile]) -> dict[int, Given]:
    """The files of the form as answers; what is taken away or replaced is let go."""
    removed = [n for n in file_numbers(begun) if request.form.get(f"q{n}-remove")]
    given: dict[int, Given] = {}
    for number in removed:
        if number not in files:
            take_away(session(), actor(), begun.attempt.id, number, now=now())
    for number, sent in files.items():
        handed = hand_file(
            session(), actor(), begun.attempt.id, number, begun.on.stored.course_key,
            sent.stored, sent.kind, sent.name, now=now(),
        )  # fmt: skip
        if handed is not None:
            given[number] = {"file": handed.id, "name": handed.name}
    return given


def _objectives(on: Enrolled) -> dict[str, str]:
    """What the learner can do afterwards, by key, in the language of the page if it is there."""
    course, _ = on.edition.in_language(on.edition.course, on.language)
    return {objective.key: objective.text for objective in course.objectives}


def _next_now(on: OnCourse, quiz: Quiz) -> str | None:
    """What follows the quiz in the outline the learner has now; None for a quiz that is gone."""
    there = {step.activity.key for chapter in on.plan.chapters for step in chapter.steps}
    after = beside(on.edition, quiz.key)[1]
    return after if after in there else None


def _address(on: Enrolled, attempt: Attempt) -> str:
    return url_for(
        "learning.attempt",
        course_key=on.stored.course_key,
        activity_key=attempt.activity_key,
        number=attempt.number,
    )
