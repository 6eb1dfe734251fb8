"""Reading people: one, by address, in pages, counted. Never more than the reach opens."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped, vouched
from lms.access.rules import scopes_for
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.people.models import Affiliation, Agency, Person, PersonToken, RoleHeld
from lms.people.models.persons import PersonState
from lms.people.models.sign_in import TokenPurpose
from lms.people.rules.persons import PRESENT, apparent_state

PAGE = 50
MOST_COUNTED = 1000
"""Lists say "more than" this many, so that a page costs the same whatever their length."""

Row = tuple[Person, Agency | None]


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins: behind the person with this sort name and id."""

    sort_name: str
    person_id: int


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people a list shows. Empty means all; `states` empty means those present now."""

    words: str = ""
    states: frozenset[PersonState] = frozenset()
    member_code: str = ""
    agency_id: int | None = None


def reach_of(actor: Actor) -> Reach:
    """The reach in which this actor looks at people: all members, or the own."""
    if scopes_for(actor, Permission.PERSON_READ_ALL).everywhere:
        return Reach.ALL_MEMBERS
    return Reach.OWN_MEMBER


def sees_checks(actor: Actor) -> bool:
    """Whether the actor is told that a row is being checked: the secretariat and the system."""
    return scopes_for(actor, Permission.MERGE_DECIDE).everywhere


def state_for(actor: Actor, person: Person) -> PersonState:
    """The state the actor is shown, and on which what they do is decided."""
    if sees_checks(actor):
        return person.state
    return apparent_state(person.state, person.apparent_state)


def get_person(
    session: Session, actor: Actor, person_id: int, reach: Reach, *, for_change: bool = False
) -> Person:
    """One person. Raises NotFoundError outside the reach, as for an id nobody has.

    `for_change` locks the row, so that of two changes at once the second sees the first.
    """
    statement = scoped(Person, actor, reach).where(Person.id == person_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    person = session.execute(statement).scalar_one_or_none()
    if person is None:
        raise NotFoundError(N_("There is no such person among those you look after."))
    return person


def get_row(session: Session, actor: Actor, person_id: int, reach: Reach) -> Row:
    """One person with their agency. Raises NotFoundError as `get_person`."""
    statement = _with_agency(scoped(Person, actor, reach).where(Person.id == person_id))
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such person among those you look after."))
    return found[0], found[1]


def get_people(session: Session, actor: Actor, person_ids: Collection[int]) -> list[Row]:
    """Those of these people whom the actor looks after, by name; others are left out."""
    statement = scoped(Person, actor, Reach.OWN_MEMBER).where(Person.id.in_(sorted(person_ids)))
    statement = statement.order_by(Person.sort_name, Person.id)
    return [(row[0], row[1]) for row in session.execute(_with_agency(statement))]


def find_by_emails(
    session: Session, actor: Actor, emails: Collection[str], reach: Reach
) -> dict[str, Person]:
    """The people of these addresses within the reach, by folded address.

    Rows that are being checked count, declined ones do not. Asks in pieces of 500.
    """
    folded = sorted({fold(email) for email in emails})
    found: dict[str, Person] = {}
    for start in range(0, len(folded), 500):
        statement = scoped(Person, actor, reach).where(
            Person.folded_email.in_(folded[start : start + 500]),
            Person.state != PersonState.DECLINED,
        )
        for person in session.execute(statement).scalars():
            is_better = person.state is not PersonState.BEING_CHECKED
            if is_better or person.folded_email not in found:
                found[person.folded_email] = person
    return found


def list_people(
    session: Session,
    actor: Actor,
    wanted: PeopleFilter,
    *,
    after: After | None = None,
    limit: int = PAGE,
) -> tuple[list[Row], After | None]:
    """A page of people by name, and where the next begins (None at the end). One statement."""
    statement = _filtered(scoped(Person, actor, reach_of(actor)), actor, wanted)
    if after is not None:
        key = tuple_(Person.sort_name, Person.id)
        statement = statement.where(key > (after.sort_name, after.person_id))
    statement = statement.order_by(Person.sort_name, Person.id).limit(limit + 1)
    rows: list[Row] = [(row[0], row[1]) for row in session.execute(_with_agency(statement))]
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1][0]
    return rows[:limit], After(last.sort_name, last.id)


def every_person(
    session: Session, actor: Actor, wanted: PeopleFilter, *, most: int
) -> Iterator[Row]:
    """All people of the filter by name, read page by page, `most` at the most."""
    after: After | None = None
    left = most
    while left > 0:
        rows, after = list_people(session, actor, wanted, after=after, limit=min(left, 1000))
        yield from rows
        left -= len(rows)
        if after is None:
            return


def place_of(session: Session, actor: Actor, person_id: int | None) -> After | None:
    """Where the page behind this person begins; None (the first page) outside the reach.

    Addresses of pages carry the id and no name, since addresses end up in logs.
    """
    if person_id is None:
        return None
    statement = scoped(Person, actor, reach_of(actor)).where(Person.id == person_id)
    name = session.execute(statement.with_only_columns(Person.sort_name)).scalar_one_or_none()
    return After(name, person_id) if name is not None else None


def count_people(
    session: Session, actor: Actor, wanted: PeopleFilter, *, most: int = MOST_COUNTED
) -> int:
    """How many people the filter finds, counted no further than `most` + 1."""
    found = _filtered(scoped(Person, actor, reach_of(actor)), actor, wanted)
    some = found.with_only_columns(Person.id).limit(most + 1).subquery()
    return session.execute(vouched(select(func.count()).select_from(some), Person)).scalar_one()


def list_affiliations(
    session: Session, actor: Actor, person_id: int, reach: Reach
) -> list[tuple[Affiliation, Agency | None]]:
    """The stretches of a person within the reach, the present one first."""
    statement = (
        scoped(Affiliation, actor, reach)
        .where(Affiliation.person_id == person_id)
        .outerjoin(Agency, Agency.id == Affiliation.agency_id)
        .add_columns(Agency)
        .order_by(
            Affiliation.ended_on.is_not(None), Affiliation.started_on.desc(), Affiliation.id.desc()
        )
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def list_roles_held(
    session: Session, actor: Actor, person_id: int, reach: Reach, *, day: datetime.date
) -> list[RoleHeld]:
    """The roles a person holds on this day."""
    statement = (
        scoped(RoleHeld, actor, reach)
        .where(
            RoleHeld.person_id == person_id,
            RoleHeld.started_on <= day,
            or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= day),
        )
        .order_by(RoleHeld.role, RoleHeld.id)
    )
    return list(session.execute(statement).scalars())


def last_invited_at(
    session: Session, actor: Actor, person_id: int, reach: Reach
) -> datetime.datetime | None:
    """When the latest invitation was sent to the person."""
    statement = (
        scoped(PersonToken, actor, reach)
        .with_only_columns(func.max(PersonToken.created_at))
        .where(PersonToken.person_id == person_id, PersonToken.purpose == TokenPurpose.INVITATION)
    )
    sent: datetime.datetime | None = session.execute(statement).scalar_one_or_none()
    return sent


def list_agencies(session: Session, actor: Actor, member_codes: Collection[str]) -> list[Agency]:
    """The open agencies of these members, by name. Agencies are bodies: any account may read."""
    statement = (
        select(Agency)
        .where(Agency.member_code.in_(sorted(member_codes)), Agency.closed_at.is_(None))
        .order_by(Agency.member_code, Agency.folded_name)
    )
    return list(session.execute(statement).scalars())


def _with_agency(statement: Select[Person]) -> Select[Person, Agency]:
    joined = statement.outerjoin(Agency, Agency.id == Person.agency_id)
    return joined.add_columns(Agency)


def _filtered(statement: Select[Person], actor: Actor, wanted: PeopleFilter) -> Select[Person]:
    state = Person.state if sees_checks(actor) else _apparent_state()
    states = wanted.states or (
        PRESENT | {PersonState.BEING_CHECKED} if sees_checks(actor) else PRESENT
    )
    statement = statement.where(state.in_(sorted(states)))
    if wanted.member_code:
        statement = statement.where(Person.member_code == wanted.member_code)
    if wanted.agency_id is not None:
        statement = statement.where(Person.agency_id == wanted.agency_id)
    column = Person.search_text if _sees_addresses(actor) else Person.sort_name
    for word in fold(wanted.words).split():
        statement = statement.where(column.contains(word, autoescape=True))
    return statement


def _sees_addresses(actor: Actor) -> bool:
    """Whether all the actor reaches show their address; else a search must not look at it."""
    own = scopes_for(actor, Permission.PERSON_READ_OWN_MEMBER)
    return own.everywhere or reach_of(actor) is Reach.OWN_MEMBER


def _apparent_state() -> ColumnElement[PersonState]:
    """`rules.persons.apparent_state` in SQL."""
    return case(
        (
            Person.state == PersonState.BEING_CHECKED,
            func.coalesce(Person.apparent_state, PersonState.INVITED),
        ),
        else_=Person.state,
    )
