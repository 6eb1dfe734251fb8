"""What every statement of the report shares: its rows, what it is narrowed to, its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from lms.access.reaches import vouched
from lms.assessments.models import Attempt
from lms.certificates.models import Certificate
from lms.enrolments.models import Enrolment, EnrolmentStep, PathEnrolment
from lms.people.models import Member
from lms.progress.models import Evidence
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import By
from lms.reports.rules.periods import Period, parts

TOTAL = "\u2211"
"""The row of the total, among the rows a statement gives."""
ALL_READ = (Enrolment, EnrolmentStep, PathEnrolment, Evidence, Attempt, Certificate)


@dataclass(frozen=True, slots=True)
class Place:
    """The columns by which rows are told apart and narrowed, for one group of measures."""

    person: Any
    member: Any
    agency: Any
    course: Any
    moment: Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What one report counts: what was asked, at which moment, on which courses.

    The moment is a value, or a parameter of the statement that takes one; by period a value.
    """

    asked: Asked
    moment: Any
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

    def narrowed(self, place: Place) -> list[ColumnElement[bool]]:
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

    def row(self, place: Place) -> Any:
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

    def aggregated(
        self,
        place: Place,
        sums: Mapping[str, Any],
        where: ColumnElement[bool],
        source: Subquery,
        several: Subquery,
    ) -> Any:
        """Rows (key, then for each sum: participations, persons), and one for the total.

        The tables are read once, by row and person; the total is summed up from that. Persons
        who are not in `several` have one participation at most, so that theirs are as many as
        they are: those of a row are summed up together, as the person NULL.

        Where counts are rounded, two sums over the ids of the persons follow each pair, and
        every person is summed up alone.
        """
        row = self.row(place)
        person = place.person if self.asked.is_rounded else several.c.person_id
        by_row = select(
            row.label("row_key"),
            person.label("person_id"),
            *(func.sum(value).label(name) for name, value in sums.items()),
        ).select_from(source)
        if not self.asked.is_rounded:
            by_row = by_row.outerjoin(several, several.c.person_id == place.person)
        if self.asked.by is By.SUBREGION:
            by_row = by_row.join(Member, Member.code == place.member)
        rows = (
            by_row.where(where, *self.narrowed(place))
            .group_by(row, person)
            .cte("by_row_and_person")
        )
        persons = (
            select(rows.c.person_id, *(func.sum(rows.c[name]).label(name) for name in sums))
            .group_by(rows.c.person_id)
            .subquery("by_person")
        )
        of_rows = select(rows.c.row_key, *self._summed(rows, sums)).group_by(rows.c.row_key)
        of_all = select(literal(TOTAL), *self._summed(persons, sums))
        return vouched(union_all(of_rows, of_all), *ALL_READ)

    def _summed(self, counted: CTE | Subquery, sums: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for name in sums:
            counts, person = counted.c[name], counted.c.person_id
            if self.asked.is_rounded:
                found += [
                    func.sum(counts),
                    func.sum(case((counts > 0, 1), else_=0)),
                    func.sum(case((counts > 0, person), else_=0)),
                    func.sum(case((counts > 0, _square(person)), else_=0)),
                ]
            else:
                persons = case((person.is_(None), counts), (counts > 0, 1), else_=0)
                found += [func.sum(counts), func.sum(persons)]
        return found


def rows_in(
    scope: Scope,
    place: Place,
    values: Mapping[str, Any],
    where: ColumnElement[bool],
    source: Any = None,
) -> Select[Any]:
    """What is in reach, one row each: the key of its row in the report, and these values."""
    named = [value.label(name) for name, value in values.items()]
    statement = select(scope.row(place).label("row_key"), *named)
    if source is not None:
        statement = statement.select_from(source)
    if scope.asked.by is By.SUBREGION:
        statement = statement.join(Member, Member.code == place.member)
    return statement.where(where, *scope.narrowed(place))


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
