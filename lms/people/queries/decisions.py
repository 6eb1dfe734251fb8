"""What waits for a decision: registrations, and rows whose address somebody else holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_

from lms.access.reaches import Reach, rows_of, scoped, vouched
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.people.models import Agency, Person, Registration
from lms.people.rules.persons import HOLDS_NO_ADDRESS, PersonState

PAGE = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who registered. `typed_agency` is what they wrote where theirs was not listed."""

    person: Person
    agency: Agency | None
    typed_agency: str


@dataclass(frozen=True, slots=True)
class Collision:
    """A row that is being checked, and the account that holds its address."""

    person: Person
    agency: Agency | None
    holder: Person | None
    holder_agency: Agency | None


def list_waiting(
    session: Session, actor: Actor, *, after: int = 0
) -> tuple[list[Waiting], int | None]:
    """A page of those who registered and wait, the oldest first, and the key of the next."""
    apparent = and_(
        Person.state == PersonState.BEING_CHECKED, Person.apparent_state == PersonState.AWAITING
    )
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .where(or_(Person.state == PersonState.AWAITING, apparent), Person.id > after)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .outerjoin(
            Registration,
            and_(
                Registration.person_id == Person.id,
                rows_of(Registration, actor, Reach.OWN_MEMBER),
            ),
        )
        .add_columns(Agency, Registration.agency_name)
        .order_by(Person.id)
        .limit(PAGE + 1)
    )
    rows = session.execute(vouched(statement, Registration)).all()
    shown = [Waiting(row[0], row[1], row[2] or "") for row in rows[:PAGE]]
    return shown, shown[-1].person.id if len(rows) > PAGE else None


def typed_agency(session: Session, actor: Actor, person_id: int) -> str:
    """The agency a person wrote when registering, where theirs was not in the list."""
    statement = (
        scoped(Registration, actor, Reach.OWN_MEMBER)
        .with_only_columns(Registration.agency_name)
        .where(Registration.person_id == person_id)
    )
    return session.execute(statement).scalars().first() or ""


def list_collisions(
    session: Session, actor: Actor, *, after: int = 0
) -> tuple[list[Collision], int | None]:
    """A page of rows nobody has looked at yet, with who holds the address; two statements."""
    statement = (
        scoped(Person, actor, Reach.ALL_MEMBERS)
        .where(
            Person.state == PersonState.BEING_CHECKED,
            Person.checked_at.is_(None),
            Person.id > after,
        )
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
        .order_by(Person.id)
        .limit(PAGE + 1)
    )
    rows = session.execute(statement).all()
    holders = _holders(session, actor, {row[0].folded_email for row in rows})
    shown = [
        Collision(row[0], row[1], *holders.get(row[0].folded_email, (None, None)))
        for row in rows[:PAGE]
    ]
    return shown, shown[-1].person.id if len(rows) > PAGE else None


def get_collision(session: Session, actor: Actor, person_id: int) -> Collision:
    """One row that is being checked, locked. Raises NotFoundError for any other row."""
    statement = (
        scoped(Person, actor, Reach.ALL_MEMBERS)
        .where(Person.id == person_id, Person.state == PersonState.BEING_CHECKED)
        .with_for_update()
    )
    person = session.execute(statement).scalar_one_or_none()
    if person is None:
        raise NotFoundError(N_("This row is not being checked any more."))
    agency = session.get(Agency, person.agency_id) if person.agency_id is not None else None
    holder, holder_agency = _holders(session, actor, {person.folded_email}).get(
        person.folded_email, (None, None)
    )
    return Collision(person, agency, holder, holder_agency)


def _holders(
    session: Session, actor: Actor, emails: set[str]
) -> dict[str, tuple[Person, Agency | None]]:
    statement = (
        scoped(Person, actor, Reach.ALL_MEMBERS)
        .where(
            Person.folded_email.in_(sorted(emails)),
            Person.state.not_in(sorted(HOLDS_NO_ADDRESS)),
        )
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
    )
    return {row[0].folded_email: (row[0], row[1]) for row in session.execute(statement)}
