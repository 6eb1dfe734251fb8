"""The list behind a number: the participations it counts, with names as the reader sees them.

Only for those whose role carries it, and only with a purpose, which the caller records.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.access.disclosure import Field, Viewer
from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import RefusedError
from lms.core.tables.values import ENGLISH, Audience, Column, Kind, Row, Table, Words
from lms.core.text import N_
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView, disclose_list, disclose_to
from lms.people.rules.listing import OFFICIAL
from lms.reports.queries.choices import Choices
from lms.reports.queries.completion import Translate, english
from lms.reports.queries.counting import participations_of
from lms.reports.queries.statements import COUNTER
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import MEASURE_NAMES, Measure

PAGE = 50
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Named:
    """One participation behind a number, and the person as this reader sees them."""

    id: int
    person: PersonView
    course_key: str
    member_code: str
    enrolled_at: datetime.datetime
    moment: datetime.datetime


def list_named(
    session: Session,
    actor: Actor,
    asked: Asked,
    measure: Measure,
    courses_of_path: Sequence[str] | None,
    *,
    now: datetime.datetime,
    after: int = 0,
    limit: int = PAGE,
) -> tuple[list[Named], int | None]:
    """A page of the list, oldest first, and where the next begins. Three statements.

    Raises RefusedError unless the actor's role opens lists behind exact numbers.
    """
    if not may(actor, Permission.REPORT_NAMES) or asked.audience is not Audience.NAMED:
        raise RefusedError(N_("Your role does not let you see this."))
    found = participations_of(actor, asked, measure, courses_of_path, now=now)
    key = found.selected_columns[0]
    rows = session.execute(found.where(key > after).order_by(key).limit(limit + 1)).all()
    shown = rows[:limit]
    views = _views(session, actor, {row.person_id for row in shown})
    named = [
        Named(
            row.id,
            views[row.person_id],
            row.course_key,
            row.member_code,
            row.enrolled_at,
            row.moment,
        )
        for row in shown
        if row.person_id in views
    ]
    return named, shown[-1].id if len(rows) > limit else None


def count_named(
    session: Session,
    actor: Actor,
    asked: Asked,
    measure: Measure,
    courses_of_path: Sequence[str] | None,
    *,
    now: datetime.datetime,
) -> int:
    """How many rows the list has: the number the report shows."""
    found = participations_of(actor, asked, measure, courses_of_path, now=now).subquery()
    return session.execute(select(func.count()).select_from(found)).scalar_one()


def every_named(
    session: Session,
    actor: Actor,
    asked: Asked,
    measure: Measure,
    courses_of_path: Sequence[str] | None,
    *,
    now: datetime.datetime,
) -> Iterator[Named]:
    """The whole list in key order, read in pieces."""
    after: int | None = 0
    while after is not None:
        rows, after = list_named(
            session, actor, asked, measure, courses_of_path, now=now, after=after, limit=CHUNK
        )
        yield from rows


def named_table(
    rows: Iterator[Named],
    measure: Measure,
    choices: Choices,
    purpose: str,
    person_ids: list[int],
    *,
    filters: Sequence[tuple[str, str]],
    as_of: datetime.datetime,
    translate: Translate = english,
    words: Words = ENGLISH,
) -> Table:
    """The list as a file. `person_ids` fills with whom it names while the rows are read."""

    def lines() -> Iterator[Row]:
        for row in rows:
            person_ids.append(row.person.person_id)
            yield [
                row.person.shown_in_lists or translate(OFFICIAL),
                choices.members.get(row.person.member_code or "", ""),
                choices.members.get(row.member_code, row.member_code),
                choices.courses.get(row.course_key, row.course_key),
                row.enrolled_at,
                row.moment,
            ]

    return Table(
        title=translate(N_("The list behind a number")),
        definition=translate(N_("A row is one participation: one course of one official.")),
        columns=[
            Column(translate(N_("Name"))),
            Column(translate(N_("Member now"))),
            Column(translate(N_("Counted under"))),
            Column(translate(N_("Course"))),
            Column(translate(N_("Enrolled")), Kind.MOMENT),
            Column(translate(MEASURE_NAMES[measure]), Kind.MOMENT),
        ],
        rows=lines(),
        as_of=as_of,
        audience=Audience.NAMED,
        filters=[*filters, (translate(N_("Purpose")), purpose)],
        words=words,
    )


def _views(session: Session, actor: Actor, ids: set[int]) -> Mapping[int, PersonView]:
    """These people as the actor sees them; a reporting officer by the purpose stated."""
    statement = (
        scoped(Person, COUNTER, Reach.ALL_MEMBERS)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
        .where(Person.id.in_(sorted(ids)))
    )
    people = [(person, agency) for person, agency in session.execute(statement)]
    if may(actor, Permission.PERSON_READ_ALL):
        views = disclose_to(actor, people)
    else:
        opened = frozenset({Field.NAME, Field.MEMBER})
        views = disclose_list(
            [(person, agency, Viewer.REPORTING_OFFICER) for person, agency in people],
            consented=dict.fromkeys(ids, opened),
        )
    return {view.person_id: view for view in views}
