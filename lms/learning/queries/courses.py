"""What the learner's pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lms.access.reaches import Reach
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import ClosedError, NotFoundError
from lms.core.text import N_
from lms.courses.checks.translations import follows
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Activity, Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.queries import get_own, list_own
from lms.enrolments.rules import EnrolmentState
from lms.learning.rules.plans import Plan, plan_of
from lms.progress.queries import known_of

CLOSED = N_(
    "Something in this edition was harmful or wrong, so its pages are closed. What you did is kept."
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One course the learner is on: enrolment and edition, all that answering a form needs."""

    enrolment: Enrolment
    stored: StoredEdition
    edition: Edition

    @property
    def language(self) -> str:
        """The language the learner has chosen for the texts; that of the pages may be another."""
        return self.enrolment.language

    def is_behind(self, shown: Activity) -> bool:
        """Whether the original has changed since the activity shown was translated from it."""
        mark = shown.translation
        if mark is None or mark.source is None:
            return False
        return not follows(mark.source, self.edition.activity(shown.key))


@dataclass(frozen=True, slots=True)
class OnCourse(Enrolled):
    """The same with the plan, for pages that show how far the learner is."""

    plan: Plan


AnyCourse = TypeVar("AnyCourse", bound=Enrolled)


def note_languages(on: Enrolled, interface: str) -> tuple[str, ...]:
    """In which languages a reader wants a member's note, best first.

    The interface's, since a note is written for people of one member; but that of the texts
    before it where the reader has chosen another than the course's own.
    """
    own = on.edition.course.language
    best = (interface, on.language) if on.language == own else (on.language, interface)
    return (*best, own)


def get_on_course(session: Session, actor: Actor, course_key: str) -> OnCourse:
    """The learner's course with the plan. Raises NotFoundError when they are not on it.

    Two statements, whatever the course and however many are on it.
    """
    enrolment, stored = get_own(session, actor, course_key)
    known = known_of(session, actor, Reach.SELF, [enrolment.id])
    edition = get_edition(session, stored.digest)
    return OnCourse(enrolment, stored, edition, plan_of(edition, known[enrolment.id]))


def get_enrolled(session: Session, actor: Actor, course_key: str) -> Enrolled:
    """As `get_on_course`, without the plan: one statement, and no evidence is read."""
    enrolment, stored = get_own(session, actor, course_key)
    return Enrolled(enrolment, stored, get_edition(session, stored.digest))


def as_begun(session: Session, on: AnyCourse, edition_id: int | None) -> AnyCourse:
    """The course as it was when something was begun: its own edition, and the plan of now.

    `edition_id` is that of an attempt, play or text whose enrolment moved since; None
    changes nothing.
    """
    if edition_id is None or edition_id == on.stored.id:
        return on
    stored = session.get_one(StoredEdition, edition_id)
    return replace(on, stored=stored, edition=get_edition(session, stored.digest))


def list_on_courses(session: Session, actor: Actor) -> Sequence[OnCourse]:
    """All courses the learner is or was on, those worked on last first; withdrawn ones not."""
    own = [
        found for found in list_own(session, actor) if found[0].state != EnrolmentState.WITHDRAWN
    ]
    known = known_of(session, actor, Reach.SELF, [enrolment.id for enrolment, _ in own])
    courses = []
    for enrolment, stored in own:
        edition = get_edition(session, stored.digest)
        plan = plan_of(edition, known[enrolment.id])
        courses.append(OnCourse(enrolment, stored, edition, plan))
    return courses


def get_activity(on: Enrolled, key: str) -> Activity:
    """An activity of the course in its own language.

    Raises NotFoundError, and ClosedError when the edition was withdrawn as harmful or wrong.
    """
    if on.stored.is_closed:
        raise ClosedError(CLOSED)
    try:
        return on.edition.activity(key)
    except KeyError as error:
        raise NotFoundError(N_("There is no such activity in this course.")) from error
