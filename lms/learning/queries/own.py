"""What the page of one of one's own people shows of their learning."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lms.access.reaches import Reach
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.queries.own_people import OnSomething, OwnPerson
from lms.enrolments.rules.assigning import SubjectKind
from lms.progress.queries import known_of
from lms.progress.rules import EvidenceKind


@dataclass(frozen=True, slots=True)
class QuizPassed:
    """A quiz that must be passed, and whether it is. No score and no number of tries."""

    title: str
    is_passed: bool


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """One course or path of one person, with the quizzes that must be passed."""

    on: OnSomething
    quizzes: tuple[QuizPassed, ...]


def courses_of(session: Session, actor: Actor, person: OwnPerson, language: str) -> list[OwnCourse]:
    """What the person is on. Two statements besides editions this process has not read yet."""
    on_courses = [each for each in person.on if each.kind is SubjectKind.COURSE]
    known = known_of(session, actor, Reach.OWN_MEMBER, [each.enrolment_id for each in on_courses])
    statement = select(StoredEdition.id, StoredEdition.digest).where(
        StoredEdition.id.in_([each.edition_id for each in on_courses])
    )
    digests: dict[int, str] = {}
    if on_courses:
        digests.update((row.id, row.digest) for row in session.execute(statement))
    found = []
    for each in person.on:
        quizzes: tuple[QuizPassed, ...] = ()
        if each.kind is SubjectKind.COURSE:
            edition = get_edition(session, digests[each.edition_id])
            passed = {
                fact.activity_key
                for fact in known[each.enrolment_id]
                if fact.kind is EvidenceKind.PASSED
            }
            quizzes = tuple(
                QuizPassed(edition.in_language(activity, language)[0].title, key in passed)
                for key in edition.order
                if isinstance(activity := edition.activity(key), Quiz)
                and activity.done_when == "passed"
            )
        found.append(OwnCourse(each, quizzes))
    return found
