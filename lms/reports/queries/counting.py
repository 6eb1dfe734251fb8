"""The completion report: one statement for each group of measures, over everything in reach.

Each statement first sums up by row and person, then by row, so that persons and
participations come from one pass; the same again without rows gives the total, in which
a person counts once.
"""

from __future__ import annotations

import datetime
import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from lms.access.permissions import Permission
from lms.access.reaches import Reach, vouched, within
from lms.access.rules import scopes_for
from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateKind, CertificateState, SubjectKind
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import RefusedError
from lms.core.tables.values import Audience
from lms.core.text import N_
from lms.enrolments.models import Enrolment, EnrolmentStep, PathEnrolment
from lms.people.models import Member
from lms.progress.models import Evidence
from lms.reports.queries.standing import enrolments_as_of, enrolments_now, paths_at
from lms.reports.rules.asked import Asked, Own
from lms.reports.rules.measures import STANDING, By, Line, Measure
from lms.reports.rules.periods import Period, parts

COUNTER = Actor.system("reports")
"""Counts for those who may see their own member only; `own` limits every statement."""
TOTAL = "\u2211"
"""The row of the total, among the rows a statement gives."""
_ALL_READ = (Enrolment, EnrolmentStep, PathEnrolment, Evidence, Attempt, Certificate)


class Group(enum.StrEnum):
    """Measures that are counted together."""

    STANDING = "standing"
    COMPLETED = "completed"
    CERTIFIED = "certified"
    GAIN = "gain"


EVERYTHING = frozenset(Group)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: a line by key of the row, and the line of all."""

    lines: Mapping[str, Line]
    total: Line


@dataclass(frozen=True, slots=True)
class _Place:
    """The columns by which rows are told apart and narrowed, for one group of measures."""

    person: Any
    member: Any
    agency: Any
    course: Any
    moment: Any


def own_of(actor: Actor) -> Own:
    """The members and agencies whose numbers the actor may see exactly."""
    scopes = scopes_for(actor, Permission.REPORT_READ_OWN_MEMBER)
    return Own(
        scopes.of(ScopeKind.MEMBER), frozenset(int(one) for one in scopes.of(ScopeKind.AGENCY))
    )


def count_all(
    session: Session,
    actor: Actor,
    asked: Asked,
    tests: Sequence[tuple[str, str, bool]],
    courses_of_path: Sequence[str] | None,
    *,
    now: datetime.datetime,
    groups: frozenset[Group] = EVERYTHING,
) -> Counts:
    """The numbers of the report. `tests` are (course, quiz, whether it is the last test).

    Only the groups of measures asked for are counted; the others stay at zero.

    `courses_of_path` narrows to these courses. Raises RefusedError unless the actor may
    count everything, or `asked.own` limits it to what is the actor's own.
    """
    counter = _counter(actor, asked)
    moment = asked.as_of or now
    lines: dict[str, Line] = defaultdict(Line)
    standing = _standing(counter, asked, moment)
    context = _Context(asked, moment, courses_of_path)
    if Group.STANDING in groups:
        _count_standing(session, context, standing, lines)
    if Group.COMPLETED in groups:
        _count_completed(session, context, standing, lines)
    if Group.CERTIFIED in groups:
        _count_certified(session, context, counter, lines)
    if Group.GAIN in groups and asked.by is not By.PATH and tests:
        _count_gain(session, context, standing, counter, tests, lines)
    total = lines.pop(TOTAL, Line())
    return Counts(lines, total)


def participations_of(
    actor: Actor,
    asked: Asked,
    measure: Measure,
    courses_of_path: Sequence[str] | None,
    *,
    now: datetime.datetime,
) -> Select[Any]:
    """The participations that a measure of the report counts: id, person, course, two moments.

    In the same words as the counts, so that a list behind a number has as many rows as the
    number says. The columns are `id`, `person_id`, `course_key`, `member_code`,
    `enrolled_at` and `moment`; of certificates the id is the certificate's.
    """
    counter = _counter(actor, asked)
    context = _Context(asked, asked.as_of or now, courses_of_path)
    if measure is Measure.CERTIFIED:
        found = _certified(context, counter)
        place = _Place(
            found.c.person_id,
            found.c.member_code,
            found.c.agency_id,
            found.c.course_key,
            found.c.issued_at,
        )
        begun, where = found.c.issued_at, context.in_period(found.c.issued_at)
    else:
        found = _standing(counter, asked, context.moment)
        c = found.c
        begun = c.enrolled_at
        if measure is Measure.COMPLETED:
            place = _completed_place(found)
            where = context.in_period(c.completed_at)
        else:
            place = _Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.enrolled_at)
            where = {
                Measure.ENROLLED: context.in_period(c.enrolled_at),
                Measure.ACTIVE: c.is_active == 1,
                Measure.STALLED: c.is_stalled == 1,
                Measure.OVERDUE: c.is_overdue == 1,
            }[measure]
    statement = select(
        found.c.id,
        place.person.label("person_id"),
        place.course.label("course_key"),
        place.member.label("member_code"),
        begun.label("enrolled_at"),
        place.moment.label("moment"),
    ).where(where, *context.narrowed(place))
    return vouched(statement, *_ALL_READ)


def _standing(counter: Actor, asked: Asked, moment: datetime.datetime) -> Subquery:
    """Enrolments, or path enrolments where the rows are paths, as they stood at the moment."""
    if asked.by is By.PATH:
        return paths_at(counter, moment)
    if asked.as_of is None:
        return enrolments_now(counter, moment)
    return enrolments_as_of(counter, moment)


def _completed_place(standing: Subquery) -> _Place:
    c = standing.c
    return _Place(
        c.person_id,
        c.completed_member_code,
        c.completed_agency_id,
        c.course_key,
        c.completed_at,
    )


def _counter(actor: Actor, asked: Asked) -> Actor:
    """Whose reach the statements take: the actor's, or ours when all is limited to its own."""
    if asked.own is None:
        return actor
    held = own_of(actor)
    everywhere = scopes_for(actor, Permission.REPORT_COUNT).everywhere
    if everywhere or (asked.own.members <= held.members and asked.own.agencies <= held.agencies):
        return COUNTER
    raise RefusedError(N_("Your role does not let you see this."))


@dataclass(frozen=True, slots=True)
class _Context:
    """What every group of measures needs."""

    asked: Asked
    moment: datetime.datetime
    courses_of_path: Sequence[str] | None

    def in_period(self, column: Any) -> ColumnElement[bool]:
        """The moment in the column lies in the period, and not behind the report's moment."""
        period = self.asked.period
        limits = [column.is_not(None), column <= self.moment]
        if period.start is not None:
            limits.append(column >= period.start)
        if period.end is not None:
            limits.append(column < period.end)
        return and_(*limits)

    def narrowed(self, place: _Place) -> list[ColumnElement[bool]]:
        """What the report is narrowed to, by this group's own columns."""
        asked = self.asked
        found: list[ColumnElement[bool]] = []
        if asked.member:
            found.append(place.member == asked.member)
        if asked.subregion:
            members = select(Member.code).where(subregion_of() == asked.subregion)
            found.append(place.member.in_(members))
        if asked.agency_id is not None:
            found.append(place.agency == asked.agency_id)
        if asked.course:
            found.append(place.course == asked.course)
        if self.courses_of_path is not None and asked.by is not By.PATH:
            found.append(place.course.in_(list(self.courses_of_path)))
        elif asked.path:
            found.append(place.course == asked.path)
        if asked.own is not None:
            found.append(
                or_(
                    place.member.in_(sorted(asked.own.members)),
                    place.agency.in_(sorted(asked.own.agencies)),
                )
            )
        return found

    def row(self, place: _Place) -> Any:
        """The key of the row, as text; NULL belongs to no row and counts in the total only."""
        match self.asked.by:
            case By.MEMBER:
                return place.member
            case By.SUBREGION:
                return subregion_of()
            case By.AGENCY:
                return func.coalesce(cast(place.agency, String), "")
            case By.COURSE | By.PATH:
                return place.course
            case By.PERIOD:
                return _part_of(place.moment, parts(self.asked.period, self.moment))

    @property
    def is_rounded(self) -> bool:
        """Whether counts are rounded, by a draw that needs to know whose count it is."""
        return self.asked.audience is not Audience.NAMED

    def aggregated(self, place: _Place, sums: Mapping[str, Any], where: ColumnElement[bool]) -> Any:
        """Rows (key, then for each sum: participations, persons), and one for the total.

        Where counts are rounded, two sums over the ids of the persons follow each pair. The
        tables are read once, by row and person; the total is summed up from that.
        """
        row = self.row(place)
        by_row = select(
            row.label("row_key"),
            place.person.label("person_id"),
            *(func.sum(value).label(name) for name, value in sums.items()),
        )
        if self.asked.by is By.SUBREGION:
            by_row = by_row.join(Member, Member.code == place.member)
        rows = (
            by_row.where(where, *self.narrowed(place))
            .group_by(row, place.person)
            .cte("by_row_and_person")
        )
        persons = (
            select(rows.c.person_id, *(func.sum(rows.c[name]).label(name) for name in sums))
            .group_by(rows.c.person_id)
            .subquery("by_person")
        )
        of_rows = select(rows.c.row_key, *self._summed(rows, sums)).group_by(rows.c.row_key)
        of_all = select(literal(TOTAL), *self._summed(persons, sums))
        return vouched(union_all(of_rows, of_all), *_ALL_READ)

    def _summed(self, counted: CTE | Subquery, sums: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for name in sums:
            counts, person = counted.c[name], counted.c.person_id
            found += [func.sum(counts), func.sum(case((counts > 0, 1), else_=0))]
            if self.is_rounded:
                found += [
                    func.sum(case((counts > 0, person), else_=0)),
                    func.sum(case((counts > 0, _square(person)), else_=0)),
                ]
        return found


def _square(person_id: Any) -> Any:
    """Spreads ids over a prime, so that sets with the same sum differ."""
    return (person_id * person_id) % 1_000_003


def subregion_of() -> Any:
    """The sub-region of a member; for those without one, the kind of member it is."""
    return case((Member.subregion != "", Member.subregion), else_=cast(Member.kind, String))


def _part_of(moment: Any, periods: Sequence[Period]) -> Any:
    branches = [
        (and_(moment >= part.start, moment < part.end), part.key)
        for part in periods
        if part.start is not None and part.end is not None
    ]
    return case(*branches, else_=None) if branches else cast(literal(None), String)


def _run(
    session: Session,
    context: _Context,
    place: _Place,
    sums: Mapping[Measure, Any],
    where: ColumnElement[bool],
    lines: dict[str, Line],
) -> None:
    named = {measure.value: value for measure, value in sums.items()}
    width = 4 if context.is_rounded else 2
    for row in session.execute(context.aggregated(place, named, where)):
        if row[0] is None:
            continue
        line = lines[row[0]]
        for number, measure in enumerate(sums):
            if context.asked.by is By.PERIOD and measure in STANDING and row[0] != TOTAL:
                continue
            first = 1 + width * number
            counted = [int(each or 0) for each in row[first : first + width]]
            line.participations[measure], line.persons[measure] = counted[:2]
            if context.is_rounded:
                line.sums[measure] = (counted[2], counted[3])


def _count_standing(
    session: Session, context: _Context, standing: Subquery, lines: dict[str, Line]
) -> None:
    """Enrolled in the period; under way, stalled and overdue at the moment."""
    c = standing.c
    place = _Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.enrolled_at)
    enrolled = context.in_period(c.enrolled_at)
    sums = {
        Measure.ENROLLED: case((enrolled, 1), else_=0),
        Measure.ACTIVE: c.is_active,
        Measure.STALLED: c.is_stalled,
        Measure.OVERDUE: c.is_overdue,
    }
    _run(session, context, place, sums, or_(enrolled, c.is_active == 1), lines)


def _count_completed(
    session: Session, context: _Context, standing: Subquery, lines: dict[str, Line]
) -> None:
    """Completed in the period, under the affiliation of that day; and how many days it took."""
    c = standing.c
    place = _completed_place(standing)
    where = context.in_period(c.completed_at)
    _run(session, context, place, {Measure.COMPLETED: literal(1)}, where, lines)
    seconds = _seconds(c.completed_at) - _seconds(c.enrolled_at)
    days = _rows(context, place, {"days": seconds // 86_400}, where).subquery("days")
    counted = select(days.c.row_key, days.c.days, func.count()).group_by(
        days.c.row_key, days.c.days
    )
    for row, value, count in session.execute(vouched(counted, *_ALL_READ)):
        for key in {TOTAL if row is None else row, TOTAL}:
            lines[key].days[int(value)] += count


def _count_certified(
    session: Session, context: _Context, counter: Actor, lines: dict[str, Line]
) -> None:
    """Certificates issued in the period, under the affiliation they say."""
    c = _certified(context, counter).c
    place = _Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.issued_at)
    where = context.in_period(c.issued_at)
    _run(session, context, place, {Measure.CERTIFIED: literal(1)}, where, lines)


def _certified(context: _Context, counter: Actor) -> Subquery:
    """First certificates of completion that were not revoked by the moment."""
    kind = SubjectKind.PATH if context.asked.by is By.PATH else SubjectKind.ENROLMENT
    of_kind = and_(Certificate.subject_kind == kind, Certificate.kind == CertificateKind.COMPLETION)
    # The last that was revoked of each subject: itself, a correction of it, or one before it
    # was issued anew. Few rows, so joined rather than asked for each certificate.
    revoked = (
        within(
            select(Certificate.subject_id, func.max(Certificate.id).label("last_id")),
            Certificate,
            counter,
            Reach.COUNTING,
        )
        .where(
            of_kind,
            Certificate.state == CertificateState.REVOKED,
            Certificate.revoked_at <= context.moment,
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
    return within(statement, Certificate, counter, Reach.COUNTING).subquery("certified")


def _count_gain(
    session: Session,
    context: _Context,
    standing: Subquery,
    counter: Actor,
    tests: Sequence[tuple[str, str, bool]],
    lines: dict[str, Line],
) -> None:
    """Marks at the first attempt of first and last test, where both were handed in."""
    first, last = (
        _first_attempts(counter, [test for test in tests if test[2] is is_last], name)
        for is_last, name in ((False, "first_test"), (True, "last_test"))
    )
    c = standing.c
    place = _Place(c.person_id, c.member_code, c.agency_id, c.course_key, last.c.handed_in_at)
    source = standing.join(first, first.c.enrolment_id == c.id).join(
        last, last.c.enrolment_id == c.id
    )
    where = and_(
        context.in_period(last.c.handed_in_at),
        first.c.handed_in_at < last.c.handed_in_at,
        tuple_(c.course_key, first.c.activity_key).in_(_pairs(tests, is_last=False)),
        tuple_(c.course_key, last.c.activity_key).in_(_pairs(tests, is_last=True)),
    )
    both = _rows(
        context, place, {"before": first.c.percent, "after": last.c.percent}, where, source
    )
    marks = both.cte("marks")
    counted = [
        select(literal(name).label("which"), marks.c.row_key, marks.c[name], func.count()).group_by(
            marks.c.row_key, marks.c[name]
        )
        for name in ("before", "after")
    ]
    for name, row, value, count in session.execute(vouched(union_all(*counted), *_ALL_READ)):
        for key in {TOTAL if row is None else row, TOTAL}:
            getattr(lines[key], name)[int(value)] += count


def _pairs(tests: Sequence[tuple[str, str, bool]], *, is_last: bool) -> list[tuple[str, str]]:
    return [(course, quiz) for course, quiz, last in tests if last is is_last]


def _first_attempts(counter: Actor, tests: Sequence[tuple[str, str, bool]], name: str) -> Subquery:
    """The first attempt, handed in, at each of these quizzes."""
    keys = sorted({quiz for _course, quiz, _is_last in tests})
    statement = select(
        Attempt.enrolment_id, Attempt.activity_key, Attempt.percent, Attempt.handed_in_at
    ).where(
        Attempt.number == 1,
        Attempt.state == AttemptState.HANDED_IN,
        Attempt.activity_key.in_(keys),
    )
    return within(statement, Attempt, counter, Reach.COUNTING).subquery(name)


def _rows(
    context: _Context,
    place: _Place,
    values: Mapping[str, Any],
    where: ColumnElement[bool],
    source: Any = None,
) -> Select[Any]:
    """What is in reach, one row each: the key of its row in the report, and these values."""
    named = [value.label(name) for name, value in values.items()]
    statement = select(context.row(place).label("row_key"), *named)
    if source is not None:
        statement = statement.select_from(source)
    if context.asked.by is By.SUBREGION:
        statement = statement.join(Member, Member.code == place.member)
    return statement.where(where, *context.narrowed(place))


def _seconds(column: Any) -> Any:
    return cast(extract("epoch", column), BigInteger)
