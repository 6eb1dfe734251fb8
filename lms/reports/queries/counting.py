"""The completion report in numbers, over everything in reach of who asks."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from lms.access.permissions import Permission
from lms.access.reaches import vouched
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import RefusedError
from lms.core.text import N_
from lms.enrolments.rules.due import STALLED
from lms.reports.queries.scope import ALL_READ, TOTAL, Place, Scope
from lms.reports.queries.statements import (
    COUNTER,
    SUMMED,
    Group,
    Source,
    certified_of,
    completed_place,
    run,
    standing_of,
)
from lms.reports.rules.asked import Asked, Own
from lms.reports.rules.measures import STANDING, By, Line, Measure

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

    Only the groups of measures asked for are counted, with one statement each; the others
    stay at zero.

    `courses_of_path` narrows to these courses. Raises RefusedError unless the actor may
    count everything, or `asked.own` limits it to what is the actor's own.
    """
    source = _source(actor, asked, courses_of_path, tests)
    moment = asked.as_of or now
    lines: dict[str, Line] = defaultdict(Line)
    for group, measures in SUMMED.items():
        if group in groups:
            _add_sums(lines, asked, measures, run(session, source, group, moment))
    if Group.DAYS in groups:
        for key, days in _by_row(run(session, source, Group.DAYS, moment)).items():
            for each in {TOTAL if key is None else key, TOTAL}:
                lines[each].days.update(days)
    if Group.GAIN in groups and asked.by is not By.PATH and tests:
        marks = run(session, source, Group.GAIN, moment)
        for name in ("before", "after"):
            for key, counted in _by_row(row[1:] for row in marks if row[0] == name).items():
                for each in {TOTAL if key is None else key, TOTAL}:
                    getattr(lines[each], name).update(counted)
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
    source = _source(actor, asked, courses_of_path)
    moment = asked.as_of or now
    scope = Scope(asked, moment, courses_of_path)
    if measure is Measure.CERTIFIED:
        found = certified_of(source, moment)
        place = Place(
            found.c.person_id,
            found.c.member_code,
            found.c.agency_id,
            found.c.course_key,
            found.c.issued_at,
        )
        begun, where = found.c.issued_at, scope.in_period(found.c.issued_at)
    else:
        found = standing_of(source, moment, moment - STALLED)
        c = found.c
        begun = c.enrolled_at
        if measure is Measure.COMPLETED:
            place = completed_place(found)
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


def _source(
    actor: Actor,
    asked: Asked,
    courses_of_path: Sequence[str] | None,
    tests: Sequence[tuple[str, str, bool]] = (),
) -> Source:
    courses = None if courses_of_path is None else tuple(courses_of_path)
    return Source(_counter(actor, asked), asked, courses, tuple(tests))


def _counter(actor: Actor, asked: Asked) -> Actor:
    """Whose reach the statements take: ours for those who may count everything, or when all is
    limited to what is the actor's own; else the actor's, which opens nothing."""
    if scopes_for(actor, Permission.REPORT_COUNT).everywhere:
        return COUNTER
    if asked.own is None:
        return actor
    held = own_of(actor)
    if asked.own.members <= held.members and asked.own.agencies <= held.agencies:
        return COUNTER
    raise RefusedError(N_("Your role does not let you see this."))


def _add_sums(
    lines: dict[str, Line], asked: Asked, measures: Sequence[Measure], rows: Iterable[Any]
) -> None:
    """Take rows of key and numbers: participations, persons, and two sums where it is rounded."""
    is_rounded = asked.is_rounded
    width = 4 if is_rounded else 2
    for row in rows:
        if row[0] is None:
            continue
        line = lines[row[0]]
        for number, measure in enumerate(measures):
            if asked.by is By.PERIOD and measure in STANDING and row[0] != TOTAL:
                continue
            first = 1 + width * number
            counted = [int(each or 0) for each in row[first : first + width]]
            line.participations[measure], line.persons[measure] = counted[:2]
            if is_rounded:
                line.sums[measure] = (counted[2], counted[3])


def _by_row(rows: Iterable[Any]) -> Mapping[str | None, Mapping[int, int]]:
    """How often each value stands in each row, of rows of (key, value, how often)."""
    found: dict[str | None, dict[int, int]] = defaultdict(dict)
    for key, value, count in rows:
        found[key][int(value)] = count
    return found
