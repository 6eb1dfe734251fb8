"""What undoing an import would do: whom it takes away, whom it keeps and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import ColumnElement, Table, select

from lms.access.reaches import Owned, Reach, scoped, vouched
from lms.core.actor import Actor
from lms.core.database import Base, Session
from lms.people.models import Agency, ImportRow, ImportRun, Person
from lms.people.models.imports import RowOutcome
from lms.people.models.persons import PersonState
from lms.people.queries.imports.ground import present_of
from lms.people.queries.members import member_names
from lms.people.rules.imports.changes import Present, restorable

NOT_SIGNED_IN = frozenset({PersonState.INVITED, PersonState.BEING_CHECKED})

TAKEN_ALONG = frozenset({"affiliation", "person_token"})
"""Tables whose rows go with a person that is taken away. A row in any other keeps the person."""

MOST_NAMED = 200
"""Kept people a page names; the count is of all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody undo leaves as they are. `fields` are those changed since, if that is why."""

    number: int
    person_id: int
    name: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class UndoPlan:
    """Counts of persons, and the names of those kept (the first MOST_NAMED).

    `elsewhere` are people who left the importer's reach since: counted, not named.
    """

    removed: int = 0
    restored: int = 0
    kept: int = 0
    changed_since: int = 0
    elsewhere: int = 0
    named: list[Kept] = field(default_factory=list)


def plan_undo(session: Session, actor: Actor, run: ImportRun) -> UndoPlan:
    """What undo would do at this moment. Reads all written rows of the run, in pieces."""
    plan = UndoPlan()
    after = -1
    while rows := written_rows(session, actor, run, after=after):
        after = rows[-1].number
        people = people_of(session, actor, rows)
        used = used_people(session, [row.person_id for row in rows if row.person_id])
        for row in rows:
            _add(plan, row, people.get(row.person_id or 0), used)
        session.expunge_all()
    return plan


def written_rows(
    session: Session, actor: Actor, run: ImportRun, *, after: int, limit: int = 500
) -> list[ImportRow]:
    """Rows that made or changed a person, by number."""
    statement = (
        scoped(ImportRow, actor, Reach.OWN_MEMBER)
        .where(
            ImportRow.import_run_id == run.id,
            ImportRow.number > after,
            ImportRow.is_written.is_(True),
        )
        .order_by(ImportRow.number)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def people_of(
    session: Session, actor: Actor, rows: Collection[ImportRow], *, for_change: bool = False
) -> dict[int, tuple[Person, Present]]:
    """The people of these rows within the reach, by id."""
    ids = sorted({row.person_id for row in rows if row.person_id is not None})
    statement = scoped(Person, actor, Reach.OWN_MEMBER).where(Person.id.in_(ids))
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    people = list(session.execute(statement.order_by(Person.id)).scalars())
    agency_ids = {person.agency_id for person in people if person.agency_id is not None}
    found = session.execute(select(Agency).where(Agency.id.in_(sorted(agency_ids)))).scalars()
    agencies = {agency.id: agency for agency in found}
    names = member_names(session)
    return {
        person.id: (
            person,
            present_of(
                person, agencies.get(person.agency_id or 0), names.get(person.member_code, "")
            ),
        )
        for person in people
    }


def used_people(session: Session, ids: Collection[int]) -> set[int]:
    """Which of these people any table points to, but for those that go with them.

    Reads the foreign keys of all rooms, so evidence of rooms above counts without this
    room knowing them. Only ids come back.
    """
    return _pointed_at(session, Person, ids, but=TAKEN_ALONG)


def used_agencies(session: Session, ids: Collection[int]) -> set[int]:
    """Which of these agencies any table points to."""
    return _pointed_at(session, Agency, ids, but=frozenset())


def can_be_removed(person: Person, run: ImportRun, used: Collection[int]) -> bool:
    """Whether the run made the person, they never signed in, and nothing hangs on them."""
    return person.run_id == run.run_id and person.state in NOT_SIGNED_IN and person.id not in used


def _add(
    plan: UndoPlan, row: ImportRow, found: tuple[Person, Present] | None, used: Collection[int]
) -> None:
    if found is None:
        plan.elsewhere += 1
        return
    person, present = found
    if row.outcome is RowOutcome.NEW:
        if person.state in NOT_SIGNED_IN and person.id not in used:
            plan.removed += 1
            return
        plan.kept += 1
        kept = Kept(row.number, person.id, person.name)
    else:
        _back, fields = restorable(row.changes, present)
        if not fields:
            plan.restored += 1
            return
        plan.changed_since += 1
        kept = Kept(row.number, person.id, person.name, tuple(fields))
    if len(plan.named) < MOST_NAMED:
        plan.named.append(kept)


def _pointed_at(
    session: Session, target: type[Base], ids: Collection[int], *, but: frozenset[str]
) -> set[int]:
    if not ids:
        return set()
    wanted = sorted(ids)
    found: set[int] = set()
    for mapper in Base.registry.mappers:
        table = cast(Table, mapper.local_table)
        if table.name in but:
            continue
        for key in table.foreign_keys:
            if key.column.table is not target.__table__:
                continue
            statement = select(key.parent).where(_among(key.parent, wanted)).distinct()
            if issubclass(mapper.class_, Owned):
                # Ids that the caller holds already, and whether they occur: no row is shown.
                statement = vouched(statement, mapper.class_)
            found.update(session.execute(statement).scalars())
    return found


def _among(column: ColumnElement[int], ids: list[int]) -> ColumnElement[bool]:
    return column.in_(ids)
