"""What invented people stand on: agencies, courses and parts of names, read once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.queries import get_current
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.people.models import Agency
from lms.people.models.members import Member, MemberKind
from lms.progress.rules import needed
from lms.web.demonstration.cast import cohort, players
from lms.web.demonstration.stories import courses_for


@dataclass(frozen=True, slots=True)
class Body:
    """An agency that people are put into."""

    id: int
    member_code: str
    member: str
    name: str
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A quiz whose attempts are inserted: tests, not the knowledge checks on the way."""

    key: str
    length: int
    is_pre: bool
    is_final: bool
    is_passed_by_all: bool


@dataclass(frozen=True, slots=True)
class Required:
    """One activity of a course that must be done, and by what kind of evidence it is."""

    key: str
    kind: str
    module: str
    test: Test | None


@dataclass(frozen=True, slots=True)
class Course:
    """What is needed of the current edition of a course: its required activities, in order."""

    id: int
    number: int
    title: str
    hours: float
    steps: tuple[Required, ...]


@dataclass(slots=True)
class Ground:
    """All that is read once."""

    bodies: list[Body]
    weights: list[float]
    courses: dict[str, Course]
    names: list[tuple[str, str]]
    password_hash: str
    today: datetime.datetime


def read_ground(session: Session, password_hash: str, *, now: datetime.datetime) -> Ground:
    """Agencies, courses and parts of names. Raises NotFoundError without courses or agencies."""
    statement = (
        select(Agency, Member)
        .join(Member, Member.code == Agency.member_code)
        .where(Agency.closed_at.is_(None), Member.kind == MemberKind.GOVERNMENT)
        .order_by(Agency.id)
    )
    bodies = [
        Body(agency.id, member.code, member.name, agency.name, courses_for(agency.type))
        for agency, member in session.execute(statement)
    ]
    if not bodies:
        raise NotFoundError(N_("Load the demonstration first: lms demo load"))
    keys = sorted({key for body in bodies for key in body.courses})
    courses = {key: _course(session, key) for key in keys}
    names = [player.cells["name"].rpartition(" ") for player in (*players(), *cohort())]
    return Ground(
        bodies=bodies,
        # A few agencies send many, most send some.
        weights=[1 / (1 + number % 7) for number in range(len(bodies))],
        courses=courses,
        names=[(given, family) for given, _, family in names if given],
        password_hash=password_hash,
        today=now,
    )


def _course(session: Session, key: str) -> Course:
    stored = get_current(session, key)
    edition: Edition = get_edition(session, stored.digest)
    activities = [edition.activity(each) for each in edition.order if each in edition.required]
    steps = tuple(
        Required(
            key=each.key,
            kind=needed(each).value,
            module=next(m.key for m in edition.modules if each.key in m.activities),
            test=_test(each) if isinstance(each, Quiz) else None,
        )
        for each in activities
    )
    rules = edition.course.certificates
    hours = rules[0].hours if rules else 1.0
    return Course(stored.id, stored.number, edition.course.title, hours, steps)


def _test(quiz: Quiz) -> Test | None:
    if quiz.purpose == "knowledge-check":
        return None
    return Test(
        key=quiz.key,
        length=quiz.length,
        is_pre=quiz.purpose == "pre-test",
        is_final=quiz.done_when == "passed",
        is_passed_by_all=quiz.pass_mark is None,
    )
