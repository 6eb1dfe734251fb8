"""The completion report: one statement for each group of measures, over everything in reach.

Each statement first sums up by row and person, then that by row, so that persons and
participations come from one pass; summed up by person it gives the total, in which a person
counts once.
"""

from __future__ import annotations

import datetime
import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
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
from lms.core.text import N_
from lms.reports.queries.scope import ALL_READ, TOTAL, Place, Scope, rows_in
from lms.reports.queries.standing import enrolments_as_of, enrolments_now, paths_at
from lms.reports.rules.asked import Asked, Own
from lms.reports.rules.measures import STANDING, By, Line, Measure

COUNTER = Actor.system("reports")
"""Counts for those who may see their own member only; `own` limits every statement."""


class Group(enum.StrEnum):
    """Measures that are counted together."""

    STANDING = "standing"
    COMPLETED = "completed"
    DAYS = "days"
    CERTIFIED = "certified"
    GAIN = "gain"


EVERYTHING = frozenset(Group)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: a line by key of the row, and the line of all."""

    lines: Mapping[str, Line]
    total: Line


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
    scope = Scope(asked, moment, courses_of_path)
    if Group.STANDING in groups:
        _count_standing(session, scope, standing, lines)
    if Group.COMPLETED in groups:
        _count_completed(session, scope, standing, lines)
    if Group.DAYS in groups:
        _count_days(session, scope, standing, lines)
    if Group.CERTIFIED in groups:
        _count_certified(session, scope, counter, lines)
    if Group.GAIN in groups and asked.by is not By.PATH and tests:
        _count_gain(session, scope, standing, counter, tests, lines)
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
    scope = Scope(asked, asked.as_of or now, courses_of_path)
    if measure is Measure.CERTIFIED:
        found = _certified(scope, counter)
        place = Place(
            found.c.person_id,
            found.c.member_code,
            found.c.agency_id,
            found.c.course_key,
            found.c.issued_at,
        )
        begun, where = found.c.issued_at, scope.in_period(found.c.issued_at)
    else:
        found = _standing(counter, asked, scope.moment)
        c = found.c
        begun = c.enrolled_at
        if measure is Measure.COMPLETED:
            place = _completed_place(found)
            where = scope.in_period(c.completed_at)
        else:
            place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.enrolled_at)
            where = {
                Measure.ENROLLED: scope.in_period(c.enrolled_at),
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
    ).where(where, *scope.narrowed(place))
    return vouched(statement, *ALL_READ)


def _standing(counter: Actor, asked: Asked, moment: datetime.datetime) -> Subquery:
    """Enrolments, or path enrolments where the rows are paths, as they stood at the moment."""
    if asked.by is By.PATH:
        return paths_at(counter, moment)
    if asked.as_of is None:
        return enrolments_now(counter, moment)
    return enrolments_as_of(counter, moment)


def _completed_place(standing: Subquery) -> Place:
    c = standing.c
    return Place(
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


def _run(
    session: Session,
    scope: Scope,
    place: Place,
    sums: Mapping[Measure, Any],
    where: ColumnElement[bool],
    lines: dict[str, Line],
) -> None:
    named = {measure.value: value for measure, value in sums.items()}
    width = 4 if scope.is_rounded else 2
    for row in session.execute(scope.aggregated(place, named, where)):
        if row[0] is None:
            continue
        line = lines[row[0]]
        for number, measure in enumerate(sums):
            if scope.asked.by is By.PERIOD and measure in STANDING and row[0] != TOTAL:
                continue
            first = 1 + width * number
            counted = [int(each or 0) for each in row[first : first + width]]
            line.participations[measure], line.persons[measure] = counted[:2]
            if scope.is_rounded:
                line.sums[measure] = (counted[2], counted[3])


def _count_standing(
    session: Session, scope: Scope, standing: Subquery, lines: dict[str, Line]
) -> None:
    """Enrolled in the period; under way, stalled and overdue at the moment."""
    c = standing.c
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.enrolled_at)
    enrolled = scope.in_period(c.enrolled_at)
    sums = {
        Measure.ENROLLED: case((enrolled, 1), else_=0),
        Measure.ACTIVE: c.is_active,
        Measure.STALLED: c.is_stalled,
        Measure.OVERDUE: c.is_overdue,
    }
    _run(session, scope, place, sums, or_(enrolled, c.is_active == 1), lines)


def _count_completed(
    session: Session, scope: Scope, standing: Subquery, lines: dict[str, Line]
) -> None:
    """Completed in the period, under the affiliation of that day."""
    where = scope.in_period(standing.c.completed_at)
    place = _completed_place(standing)
    _run(session, scope, place, {Measure.COMPLETED: literal(1)}, where, lines)


def _count_days(session: Session, scope: Scope, standing: Subquery, lines: dict[str, Line]) -> None:
    """How many days each took that was completed in the period."""
    c = standing.c
    place = _completed_place(standing)
    where = scope.in_period(c.completed_at)
    seconds = _seconds(c.completed_at) - _seconds(c.enrolled_at)
    days = rows_in(scope, place, {"days": seconds // 86_400}, where).subquery("days")
    counted = select(days.c.row_key, days.c.days, func.count()).group_by(
        days.c.row_key, days.c.days
    )
    for row, value, count in session.execute(vouched(counted, *ALL_READ)):
        for key in {TOTAL if row is None else row, TOTAL}:
            lines[key].days[int(value)] += count


def _count_certified(
    session: Session, scope: Scope, counter: Actor, lines: dict[str, Line]
) -> None:
    """Certificates issued in the period, under the affiliation they say."""
    c = _certified(scope, counter).c
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, c.issued_at)
    where = scope.in_period(c.issued_at)
    _run(session, scope, place, {Measure.CERTIFIED: literal(1)}, where, lines)


def _certified(scope: Scope, counter: Actor) -> Subquery:
    """First certificates of completion that were not revoked by the moment."""
    kind = SubjectKind.PATH if scope.asked.by is By.PATH else SubjectKind.ENROLMENT
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
            Certificate.revoked_at <= scope.moment,
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
    scope: Scope,
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
    place = Place(c.person_id, c.member_code, c.agency_id, c.course_key, last.c.handed_in_at)
    source = standing.join(first, first.c.enrolment_id == c.id).join(
        last, last.c.enrolment_id == c.id
    )
    where = and_(
        scope.in_period(last.c.handed_in_at),
        first.c.handed_in_at < last.c.handed_in_at,
        tuple_(c.course_key, first.c.activity_key).in_(_pairs(tests, is_last=False)),
        tuple_(c.course_key, last.c.activity_key).in_(_pairs(tests, is_last=True)),
    )
    both = rows_in(
        scope, place, {"before": first.c.percent, "after": last.c.percent}, where, source
    )
    marks = both.cte("marks")
    counted = [
        select(literal(name).label("which"), marks.c.row_key, marks.c[name], func.count()).group_by(
            marks.c.row_key, marks.c[name]
        )
        for name in ("before", "after")
    ]
    for name, row, value, count in session.execute(vouched(union_all(*counted), *ALL_READ)):
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


def _seconds(column: Any) -> Any:
    return cast(extract("epoch", column), BigInteger)
