"""Quizzes of a draft, tried: drawn by number, marked, looked back on, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lms.assessments.models import Answer, Attempt
from lms.assessments.rules.attempts import AttemptState, Result, next_attempt, shown_after
from lms.assessments.rules.marking import Given, mark
from lms.assessments.services.attempts import drawing_of
from lms.authoring.routes.tried import Trying, common, shown_here
from lms.core.errors import NotFoundError
from lms.core.request import now
from lms.core.text import N_
from lms.courses.faces import draw_by_seed, face
from lms.courses.values.quiz import Quiz
from lms.learning.quizzes import asked, review_of
from lms.learning.rules.plans import beside

DRAWINGS = 9
"""How many drawings of a quiz a preview has: enough to see what is random."""


def quiz_page(trying: Trying, found: Quiz) -> str:
    """A quiz before it is begun, as somebody meets it who never tried."""
    shown, language = trying.edition.in_language(found, trying.on.language)
    return shown_here(
        trying,
        "learning/quiz.html",
        quiz=shown,
        open=None,
        handed_in=[],
        allowed=next_attempt(found, [], now()),
        **common(trying, found, language),
    )


def drawn_attempt(trying: Trying, quiz: Quiz, number: int) -> Attempt:
    """An attempt that is no row: the same number draws the same questions."""
    if not 1 <= number <= DRAWINGS:
        raise NotFoundError(N_("There is no such attempt."))
    languages = trying.edition.quiz_languages(quiz)
    wanted = trying.on.language
    language = wanted if wanted in languages else trying.edition.course.language
    questions = trying.edition.questions_in(quiz, language)
    drawing = draw_by_seed(quiz, questions, language, number)
    return Attempt(
        id=0,
        activity_key=quiz.key,
        number=number,
        state=AttemptState.OPEN,
        drawing=drawing.model_dump(mode="json"),
        started_at=now(),
        earned="0",
        possible=0,
        percent=0,
        is_passed=False,
    )


def answers_of(given: Mapping[int, Given]) -> dict[int, Answer]:
    """What was answered so far, as rows that are never stored, by number of the question."""
    return {
        number: Answer(number=number, given=dict(answer))
        for number, answer in given.items()
        if answer
    }


def attempt_page(trying: Trying, quiz: Quiz, attempt: Attempt, given: Mapping[int, Given]) -> str:
    """The questions of a drawing, with what was answered so far."""
    language = drawing_of(attempt).language
    say = trying.words(language)
    return shown_here(
        trying,
        "learning/attempt.html",
        quiz=trying.edition.in_language(quiz, language)[0],
        attempt=attempt,
        questions=asked(trying.edition, quiz, attempt, answers_of(given), say),
        takes_files=False,
        is_late=False,
        text_language=language,
    )


def review_page(trying: Trying, quiz: Quiz, attempt: Attempt, given: Mapping[int, Given]) -> str:
    """All that a learner reads when the quiz is over: an author looks at every sentence."""
    drawing = drawing_of(attempt)
    questions = trying.edition.questions_in(quiz, drawing.language)
    say = trying.words(drawing.language)
    faces = face(quiz, questions, drawing, say).questions
    shown = shown_after(quiz, is_over=True)
    lines, earned, possible = [], Fraction(0), 0
    for one, drawn in zip(faces, drawing.questions, strict=True):
        question, answer = questions[drawn.question], given.get(one.number, {})
        earned += mark(question, answer).share * question.points
        possible += question.points
        lines.append(review_of(question, drawn, one, answer, say, shown))
    result = Result(earned, possible)
    attempt.state, attempt.handed_in_at = AttemptState.HANDED_IN, now()
    attempt.earned, attempt.possible, attempt.percent = str(earned), possible, result.percent
    attempt.is_passed = result.passes(quiz.pass_mark)
    course, _ = trying.edition.in_language(trying.edition.course, trying.on.language)
    return shown_here(
        trying,
        "learning/review.html",
        quiz=trying.edition.in_language(quiz, drawing.language)[0],
        attempt=attempt,
        shown=shown,
        waits=False,
        questions=lines,
        compared=[],
        objectives={objective.key: objective.text for objective in course.objectives},
        allowed=next_attempt(quiz, [], now()),
        after=beside(trying.edition, quiz.key)[1],
        text_language=drawing.language,
    )
