"""Reading releases, and the facts a release counts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.reaches import vouched
from lms.access.rules import may
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.tables.values import ENGLISH, HIDDEN, Audience, Cell, Column, Kind, Row, Table, Words
from lms.core.text import N_
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.progress.models import Evidence
from lms.reports.models import ReleasedQuarter, ReportRelease
from lms.reports.queries.choices import Choices, subregion_name
from lms.reports.queries.completion import Translate, english
from lms.reports.queries.standing import enrolments_as_of
from lms.reports.rules.families import (
    ALL,
    COUNTED_NAMES,
    GROUP,
    Counted,
    Fact,
)
from lms.reports.rules.families import Cell as FamilyCell
from lms.reports.rules.measures import DEFINITIONS, By, Measure
from lms.reports.rules.periods import OFFICE_PLACE, Period, parse

SUPPRESSED = N_(
    "A count of 1 to 4 persons could point to someone, so it is not shown, together with any "
    "other number from which it could be worked out. Every table of this release leaves out "
    "the same numbers."
)


@dataclass(frozen=True)
class Release:
    """A release, read: its period, its frame, and the numbers that are shown.

    `shown` gives for a cell the persons and participations of each measure; a cell that is
    not in it is hidden. Rows and courses that nobody is in are zero and shown.
    """

    row: ReportRelease
    period: Period
    groups: Mapping[str, str]
    courses: Sequence[str]
    shown: Mapping[FamilyCell, Mapping[Counted, tuple[int, int]]]

    @classmethod
    def of(cls, row: ReportRelease) -> Release:
        content = row.content
        shown = {
            (cell[0], cell[1]): {
                Counted(name): (persons, participations)
                for name, persons, participations in cell[2]
            }
            for cell in content["cells"]
        }
        return cls(row, parse(row.period_key), content["groups"], content["courses"], shown)

    @property
    def rows(self) -> list[str]:
        """Sub-regions, each before its members, as they were when the release was made."""
        return [GROUP + group for group in sorted(set(self.groups.values()))]


def facts_of(
    session: Session, counter: Actor, period: Period, *, as_of: datetime.datetime
) -> dict[Counted, list[Fact]]:
    """Every enrolment begun and every completion in the period, as recorded by `as_of`.

    For the job that makes a release: one row a participation, two statements.
    """
    standing = enrolments_as_of(counter, as_of)
    c = standing.c
    found: dict[Counted, list[Fact]] = {}
    for counted, member, moment in (
        (Counted.ENROLLED, c.member_code, c.enrolled_at),
        (Counted.COMPLETED, c.completed_member_code, c.completed_at),
    ):
        statement = (
            select(c.person_id, member, c.course_key)
            .where(moment >= period.start, moment < period.end)
            .order_by(c.id)
        )
        marked = vouched(statement, Enrolment, EnrolmentStep, Evidence)
        found[counted] = [
            Fact(person, (code, course)) for person, code, course in session.execute(marked)
        ]
    return found


def list_releases(session: Session, actor: Actor) -> list[ReportRelease]:
    """The releases the actor may read, the latest period first."""
    statement = select(ReportRelease).order_by(ReportRelease.period_key.desc())
    found = session.execute(statement).scalars()
    return [row for row in found if audience_for(row, actor) is not None]


def list_public(session: Session) -> list[ReportRelease]:
    """The releases for everybody, the latest period first."""
    statement = (
        select(ReportRelease)
        .where(ReportRelease.public_at.is_not(None))
        .order_by(ReportRelease.period_key.desc())
    )
    return list(session.execute(statement).scalars())


def get_release(session: Session, actor: Actor, period_key: str) -> Release:
    """The release of a period. Raises NotFoundError, also where it is not for this actor yet."""
    row = _find(session, period_key)
    if row is None or audience_for(row, actor) is None:
        raise NotFoundError(N_("There are no published figures for this period."))
    return Release.of(row)


def get_public(session: Session, period_key: str) -> Release:
    """The release of a period, if it is for everybody. Raises NotFoundError."""
    row = _find(session, period_key)
    if row is None or row.public_at is None:
        raise NotFoundError(N_("There are no published figures for this period."))
    return Release.of(row)


def audience_for(row: ReportRelease, actor: Actor) -> Audience | None:
    """For whom this actor reads the release; None where it is not theirs to read."""
    if may(actor, Permission.REPORT_COUNT):
        return Audience.MEMBERS if row.public_at is None else Audience.PUBLIC
    if row.public_at is not None:
        return Audience.PUBLIC
    is_member = may(actor, Permission.REPORT_OPEN) and row.members_at is not None
    return Audience.MEMBERS if is_member else None


def released_quarters(session: Session) -> dict[str, str]:
    """The quarters that are in a release, with the period of it."""
    statement = select(ReleasedQuarter.quarter, ReportRelease.period_key).join(
        ReportRelease, ReportRelease.id == ReleasedQuarter.release_id
    )
    return dict(session.execute(statement).all())


def release_table(
    release: Release,
    choices: Choices,
    *,
    by: By,
    subregion: str,
    audience: Audience,
    translate: Translate = english,
    words: Words = ENGLISH,
) -> Table:
    """One ready-made table of the release: by member, by sub-region or by course.

    `subregion` narrows it to one; the total is then that sub-region's.
    """
    total = GROUP + subregion if subregion else ALL
    named: list[tuple[str, FamilyCell]]
    if by is By.COURSE:
        named = [
            (choices.courses.get(course, course), (total, course)) for course in release.courses
        ]
    elif by is By.SUBREGION:
        named = [
            (translate(subregion_name(row[1:])), (row, ALL))
            for row in release.rows
            if not subregion or row == total
        ]
    else:
        named = [
            (choices.members.get(code, code), (code, ALL))
            for code in choices.members
            if code in release.groups
            and (not subregion or release.groups[code] == subregion)
            and not _is_empty_body(release, choices, code)
        ]
    named.append((translate(N_("Total")), (total, ALL)))
    columns = [Column(translate(_ROW_NAMES[by]))]
    for counted in Counted:
        name = translate(COUNTED_NAMES[counted])
        columns += [
            Column(translate(N_("%(name)s, persons"), name=name), Kind.NUMBER),
            Column(translate(N_("%(name)s, participations"), name=name), Kind.NUMBER),
        ]
    return Table(
        title=translate(_TITLES[by]),
        definition=" ".join(translate(sentence) for sentence in release_definitions()),
        columns=columns,
        rows=[_row(label, release, cell) for label, cell in named],
        as_of=release.row.as_of,
        audience=audience,
        filters=_filters(release, subregion, translate),
        done=translate(SUPPRESSED),
        words=words,
    )


def release_definitions() -> list[str]:
    """The sentences beside the numbers of a release."""
    keys = ("persons", "participations", Measure.ENROLLED, Measure.COMPLETED, "rows")
    return [DEFINITIONS[key] for key in keys]


_ROW_NAMES = {By.MEMBER: N_("Member"), By.SUBREGION: N_("Sub-region"), By.COURSE: N_("Course")}
_TITLES = {
    By.MEMBER: N_("Enrolment and completion by member"),
    By.SUBREGION: N_("Enrolment and completion by sub-region"),
    By.COURSE: N_("Enrolment and completion by course"),
}


def _filters(release: Release, subregion: str, translate: Translate) -> list[tuple[str, str]]:
    period: Any = release.period
    said = translate(
        N_("%(first)s to %(last)s, days of %(place)s"),
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        place=translate(OFFICE_PLACE),
    )
    pairs = [(translate(N_("Period")), said)]
    if subregion:
        pairs.append((translate(N_("Sub-region")), translate(subregion_name(subregion))))
    return pairs


def _row(label: str, release: Release, cell: FamilyCell) -> Row:
    numbers = release.shown.get(cell)
    cells: list[Cell] = [label]
    for counted in Counted:
        cells += [HIDDEN, HIDDEN] if numbers is None else list(numbers[counted])
    return cells


def _is_empty_body(release: Release, choices: Choices, code: str) -> bool:
    """Bodies that are no government stand only where they have people, or may have."""
    numbers = release.shown.get((code, ALL))
    is_empty = numbers is not None and not any(any(pair) for pair in numbers.values())
    return is_empty and choices.kinds[code].value != "government"


def _find(session: Session, period_key: str) -> ReportRelease | None:
    statement = select(ReportRelease).where(ReportRelease.period_key == period_key)
    return session.execute(statement).scalar_one_or_none()
