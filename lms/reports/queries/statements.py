"""The statements of the completion report, one for each group of measures.

Each first sums up by row and person, then that by row, so that persons and participations
come from one pass; summed up by person it gives the total, in which a person counts once.

Building a statement costs Python as much as the database pays for a small answer. So those of
the present are built once for what is asked; the moments in them are values given to each run.
"""

from __future__ import annotations

import datetime
import enum
import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from lms.access.reaches import Reach, vouched, within
from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateKind, CertificateState, SubjectKind
from lms.core.actor import Actor
from lms.core.database import Session
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.rules.due import STALLED
from lms.reports.queries.scope import ALL_READ, Place, Scope, rows_in
from lms.reports.queries.standing import enrolments_as_of, enrolments_now, paths_at
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import By, Measure

COUNTER = Actor.system("reports")
"""Counts everything, for those who may, and for those whose `own` limits every statement."""

Tests = tuple[tuple[str, str, bool], ...]
"""First and last tests, as (course, quiz, whether it is the last)."""


class Group(enum.StrEnum):
    """Measures that are counted together."""

    STANDING = "standing"
    COMPLETED = "completed"
    DAYS = "days"
    CERTIFIED = "certified"
    GAIN = "gain"


SUMMED: Mapping[Group, Sequence[Measure]] = {
    Group.STANDING: (Measure.ENROLLED, Measure.ACTIVE, Measure.STALLED, Measure.OVERDUE),
    Group.COMPLETED: (Measure.COMPLETED,),
    Group.CERTIFIED: (Measure.CERTIFIED,),
}
"""The measures of a group in the order in which its statement gives them."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a report counts, and by whose reach. `tests` are those its marks are of."""

    counter: Actor
    asked: Asked
    courses_of_path: tuple[str, ...] | None
    tests: Tests = ()

    @property
    def is_steady(self) -> bool:
        """Whether only the moment tells one run of its statements from the next.

        Not so as of an earlier day, whose date is part of them, nor by period, whose rows end
        with the moment. Only what is counted for everybody who may is kept, so that no
        statement ever holds what one person's roles open.
        """
        is_present = self.asked.as_of is None and self.asked.by is not By.PERIOD
        return self.counter is COUNTER and is_present


def run(
    session: Session, source: Source, group: Group, moment: datetime.datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a group of measures as things stood at the moment."""
    stalled_before = moment - STALLED
    if source.is_steady:
        values = {"moment": moment, "stalled_before": stalled_before}
        return session.execute(_kept(source, group), values).all()
    return session.execute(_BUILT[group](source, moment, stalled_before)).all()


@functools.lru_cache(maxsize=24)  # four reports; 0.1 MB each statement
def _kept(source: Source, group: Group) -> Any:
    return _BUILT[group](source, bindparam("moment"), bindparam("stalled_before"))


def standing_of(source: Source, moment: Any, stalled_before: Any) -> Subquery:
    """Enrolments, or path enrolments where the rows are paths, as they stood at the moment."""
    if source.asked.by is By.PATH:
        return paths_at(source.counter, moment)
    if source.asked.as_of is None:
        return enrolments_now(source.counter, moment, stalled_before)
    return enrolments_as_of(source.counter, moment)


def completed_place(standing: Subquery) -> Place:
    """A completion belongs to the affiliation of its day."""
    c = standing.c
    return Place(
        c.person_id,
        c.completed_member_code,
        c.completed_agency_id,
        c.course_key,
        c.completed_at,
    )


def certified_of(source: Source, moment: Any) -> Subquery:
    """First certificates of completion that were not revoked by the moment."""
    kind = SubjectKind.PATH if source.asked.by is By.PATH else SubjectKind.ENROLMENT
    of_kind = and_(Certificate.subject_kind == kind, Certificate.kind == CertificateKind.COMPLETION)
    # The last that was revoked of each subject: itself, a correction of it, or one before it
    # was issued anew. Few rows, so joined rather than asked for each certificate.
    revoked = (
        within(
            select(Certificate.subject_id, func.max(Certificate.id).label("last_id")),
            Certificate,
            source.counter,
            Reach.COUNTING,
        )
        .where(
            of_kind,
            Certificate.state == CertificateState.REVOKED,
            Certificate.revoked_at <= moment,
        )
        .group_by(Certificate.subject_id)
        .subquery("revoked")
    )
    statement = (
        select(
            Certificate.id,
            Certificate.person_id,
            Certificate.member_code,
            Certificate.agency_id,
            Certificate.course_key,
            Certificate.issued_at,
        )
        .outerjoin(revoked, revoked.c.subject_id == Certificate.subject_id)
        .where(
            of_kind,
            Certificate.replaces_id.is_(None),
            Certificate.state != CertificateState.HELD,
            or_(revoked.c.last_id.is_(None), revoked.c.last_id < Certificate.id),
        )
    )
    return within(statement, Certificate, source.counter, Reach.COUNTING).subquery("certified")


def _scope(source: Source, moment: Any) -> Scope:
    return Scope(source.asked, moment, source.courses_of_path)


def _standing(source: Source, moment: Any, stalled_before: Any) -> Any:
    """Enrolled in the period; under way, stalled and overdue at the moment."""
    scope = _scope(source, moment)
    standing = standing_of(source, moment, stalled_before)
    c = standing.c
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.enrolled_at)
    enrolled = scope.in_period(c.enrolled_at)
    sums = (case((enrolled, 1), else_=0), c.is_active, c.is_stalled, c.is_overdue)
    where = or_(enrolled, c.is_active == 1)
    several = _with_several(source, _enrolment_of(source))
    return _summed(Group.STANDING, scope, place, sums, where, standing, several)


def _completed(source: Source, moment: Any, stalled_before: Any) -> Any:
    """Completed in the period, under the affiliation of that day."""
    scope = _scope(source, moment)
    standing = standing_of(source, moment, stalled_before)
    where = scope.in_period(standing.c.completed_at)
    place = completed_place(standing)
    several = _with_several(source, _enrolment_of(source))
    return _summed(Group.COMPLETED, scope, place, (literal(1),), where, standing, several)


def _days(source: Source, moment: Any, stalled_before: Any) -> Any:
    """How many days each took that was completed in the period: (row, days, how many)."""
    scope = _scope(source, moment)
    standing = standing_of(source, moment, stalled_before)
    c = standing.c
    seconds = _seconds(c.completed_at) - _seconds(c.enrolled_at)
    where = scope.in_period(c.completed_at)
    days = rows_in(scope, completed_place(standing), {"days": seconds // 86_400}, where).subquery(
        "days"
    )
    counted = select(days.c.row_key, days.c.days, func.count()).group_by(
        days.c.row_key, days.c.days
    )
    return vouched(counted, *ALL_READ)


def _certified(source: Source, moment: Any, _stalled_before: Any) -> Any:
    """Certificates issued in the period, under the affiliation they say."""
    scope = _scope(source, moment)
    certified = certified_of(source, moment)
    c = certified.c
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.issued_at)
    where = scope.in_period(c.issued_at)
    several = _with_several(source, Certificate)
    return _summed(Group.CERTIFIED, scope, place, (literal(1),), where, certified, several)


def _gain(source: Source, moment: Any, stalled_before: Any) -> Any:
    """Marks at the first attempt of first and last test, where both were handed in.

    Rows are (before or after, row, mark, how many).
    """
    scope = _scope(source, moment)
    standing = standing_of(source, moment, stalled_before)
    first, last = (
        _first_attempts(source, is_last=is_last, name=name)
        for is_last, name in ((False, "first_test"), (True, "last_test"))
    )
    c = standing.c
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, last.c.handed_in_at)
    joined = standing.join(first, first.c.enrolment_id == c.id).join(
        last, last.c.enrolment_id == c.id
    )
    where = and_(
        scope.in_period(last.c.handed_in_at),
        first.c.handed_in_at < last.c.handed_in_at,
        _is_test(source, c.course_key, first.c.activity_key, is_last=False),
        _is_test(source, c.course_key, last.c.activity_key, is_last=True),
    )
    both = rows_in(
        scope, place, {"before": first.c.percent, "after": last.c.percent}, where, joined
    )
    marks = both.cte("marks")
    counted = [
        select(literal(name).label("which"), marks.c.row_key, marks.c[name], func.count()).group_by(
            marks.c.row_key, marks.c[name]
        )
        for name in ("before", "after")
    ]
    return vouched(union_all(*counted), *ALL_READ)


_BUILT = {
    Group.STANDING: _standing,
    Group.COMPLETED: _completed,
    Group.DAYS: _days,
    Group.CERTIFIED: _certified,
    Group.GAIN: _gain,
}


def _summed(
    group: Group,
    scope: Scope,
    place: Place,
    sums: Sequence[Any],
    where: ColumnElement[bool],
    counted: Subquery,
    several: Subquery,
) -> Any:
    names = [measure.value for measure in SUMMED[group]]
    named = dict(zip(names, sums, strict=True))
    return scope.aggregated(place, named, where, counted, several)


def _enrolment_of(source: Source) -> type[Enrolment | PathEnrolment]:
    return PathEnrolment if source.asked.by is By.PATH else Enrolment


def _with_several(source: Source, model: type[Enrolment | PathEnrolment | Certificate]) -> Subquery:
    """The persons with more than one row: few, where most people take one course.

    Of a person with one row, whatever becomes of it, there is one participation at most.
    """
    statement = (
        within(select(model.person_id), model, source.counter, Reach.COUNTING)
        .group_by(model.person_id)
        .having(func.count() > 1)
    )
    return statement.subquery("several")


def _is_test(source: Source, course: Any, quiz: Any, *, is_last: bool) -> ColumnElement[bool]:
    """The quiz is the first, or the last, test of the course."""
    courses: dict[str, list[str]] = defaultdict(list)
    for course_key, quiz_key, last in source.tests:
        if last is is_last:
            courses[quiz_key].append(course_key)
    return or_(false(), *(and_(quiz == key, course.in_(of)) for key, of in courses.items()))


def _first_attempts(source: Source, *, is_last: bool, name: str) -> Subquery:
    """The first attempt, handed in, at each of the first or of the last tests."""
    keys = sorted({quiz for _course, quiz, last in source.tests if last is is_last})
    statement = select(
        Attempt.enrolment_id, Attempt.activity_key, Attempt.percent, Attempt.handed_in_at
    ).where(
        Attempt.number == 1,
        Attempt.state == AttemptState.HANDED_IN,
        Attempt.activity_key.in_(keys),
    )
    return within(statement, Attempt, source.counter, Reach.COUNTING).subquery(name)


def _seconds(column: Any) -> Any:
    return cast(extract("epoch", column), BigInteger)
