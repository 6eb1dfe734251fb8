"""What two tests say together: modules known beforehand, and before against after. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.assessments.rules.attempts import Result
from lms.courses.faces import Drawing
from lms.courses.values.question import Question
from lms.courses.values.quiz import Quiz


def modules_known(quiz: Quiz, right: Collection[str]) -> tuple[str, ...]:
    """Keys of the modules a learner may leave out who got these questions right."""
    return tuple(
        skip.module
        for skip in quiz.test_out
        if sum(1 for key in skip.questions if key in right) >= skip.right
    )


def rightly_answered(drawing: Drawing, shares: Mapping[int, str | None]) -> frozenset[str]:
    """Keys of the questions that earned all their points; `shares` by number of the question."""
    return frozenset(
        drawn.question
        for number, drawn in enumerate(drawing.questions, 1)
        if Fraction(shares.get(number) or 0) == 1
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """One objective in both tests. Points, not questions: a heavier question counts more."""

    objective: str
    before: Result
    after: Result


Taken = tuple[Drawing, Mapping[int, str | None]]
"""A test handed in: its drawing, and the share earned by the number of the question."""


def compared(
    questions: Mapping[str, Question], objectives: Sequence[str], before: Taken, after: Taken
) -> list[Compared]:
    """Each objective both tests ask for, in the order of the course.

    `questions` holds all of both tests. Says nothing of a single question.
    """
    first, second = _by_objective(questions, before), _by_objective(questions, after)
    return [
        Compared(key, first[key], second[key])
        for key in objectives
        if key in first and key in second
    ]


def _by_objective(questions: Mapping[str, Question], taken: Taken) -> dict[str, Result]:
    drawing, shares = taken
    found: dict[str, Result] = {}
    for number, drawn in enumerate(drawing.questions, 1):
        question = questions[drawn.question]
        stood = found.get(question.objective, Result(Fraction(0), 0))
        share = Fraction(shares.get(number) or 0)
        found[question.objective] = Result(
            stood.earned + share * question.points, stood.possible + question.points
        )
    return found
