"""One attempt of the actor, in the edition it was begun on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from lms.assessments.models import Attempt
from lms.assessments.queries.attempts import list_attempts
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.values.quiz import Quiz
from lms.learning.queries.courses import (
    AnyCourse,
    Enrolled,
    OnCourse,
    as_begun,
    get_activity,
    get_enrolled,
    get_on_course,
)


@dataclass(frozen=True, slots=True)
class Begun(Generic[AnyCourse]):
    """An attempt with its quiz and the course as it was then; `attempts` are all at the quiz."""

    on: AnyCourse
    quiz: Quiz
    attempts: Sequence[Attempt]
    attempt: Attempt


def get_begun(
    session: Session, actor: Actor, course_key: str, activity_key: str, number: int
) -> Begun[OnCourse]:
    """The actor's attempt of this number, which need not be on the edition of the course now.

    Raises NotFoundError.
    """
    on = get_on_course(session, actor, course_key)
    return _begun(session, actor, on, activity_key, number)


def get_answered(
    session: Session, actor: Actor, course_key: str, activity_key: str, number: int
) -> Begun[Enrolled]:
    """As `get_begun`, without the plan: for a form with answers, which shows none."""
    on = get_enrolled(session, actor, course_key)
    return _begun(session, actor, on, activity_key, number)


def _begun(
    session: Session, actor: Actor, on: AnyCourse, activity_key: str, number: int
) -> Begun[AnyCourse]:
    attempts = list_attempts(session, actor, on.enrolment.id, activity_key)
    found = next((one for one in attempts if one.number == number), None)
    if found is None:
        raise NotFoundError(N_("There is no such attempt."))
    begun = as_begun(session, on, found.edition_id)
    quiz = get_activity(begun, activity_key)
    if not isinstance(quiz, Quiz):
        raise NotFoundError(N_("There is no such quiz in this course."))
    return Begun(begun, quiz, attempts, found)
