"""Reading transfers: each side sees what the transfer has opened to it, and no more."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, rows_of, scoped, vouched
from lms.access.roles import Role
from lms.access.rules import may, may_for_member, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.people.models import Person, RoleHeld, Transfer, TransferRequest
from lms.people.models.persons import PersonState
from lms.people.queries.agencies import agency_names
from lms.people.queries.members import member_names
from lms.people.queries.roles import holds
from lms.people.rules.roles import FocalKind
from lms.people.rules.transfers import UNFINISHED, TransferState, Transition, steps_for

PAGE = 30


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A transfer as a viewer sees it. `name` is None where the viewer may not know it (any more).

    `steps` are what the viewer may do now.
    """

    transfer: Transfer
    name: str | None
    own_script_name: str
    own_script_language: str
    is_own: bool
    from_member: str
    to_member: str
    to_agency: str
    steps: Sequence[Transition]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a mail about a transfer goes."""

    person_id: int
    email: str
    language: str


def list_transfers(
    session: Session,
    actor: Actor,
    *,
    finished: bool,
    below: int | None = None,
    limit: int = PAGE,
) -> tuple[list[TransferLine], int | None]:
    """A page of the transfers the actor may see, newest first, and where the next begins.

    The actor's own, and those from and to the members they look after.
    """
    is_open = Transfer.state.in_(UNFINISHED)
    statement = (
        select(Transfer, Person)
        .join(Person, Person.id == Transfer.person_id)
        .where(_visible(actor), ~is_open if finished else is_open)
        .order_by(Transfer.id.desc())
        .limit(limit + 1)
    )
    if below is not None:
        statement = statement.where(Transfer.id < below)
    # The inner join leaves of persons only those whose transfer the reach has opened.
    statement = vouched(statement, Transfer, Person)
    rows = [(row[0], row[1]) for row in session.execute(statement)]
    lines = _lines(session, actor, rows[:limit])
    return lines, rows[limit - 1][0].id if len(rows) > limit else None


def get_transfer(
    session: Session, actor: Actor, transfer_id: int, *, for_change: bool = False
) -> Transfer:
    """One transfer the actor may see. NotFoundError otherwise, as for one that never was.

    `for_change` locks the row, so of two steps at once the second finds what the first left.
    """
    statement = vouched(
        select(Transfer).where(Transfer.id == transfer_id, _visible(actor)), Transfer
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such transfer among those you look after."))
    return found


def get_line(session: Session, actor: Actor, transfer_id: int) -> TransferLine:
    """One transfer with its names and the steps open to the actor. Raises NotFoundError."""
    statement = vouched(
        select(Transfer, Person)
        .join(Person, Person.id == Transfer.person_id)
        .where(Transfer.id == transfer_id, _visible(actor)),
        Transfer,
        Person,
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such transfer among those you look after."))
    return _lines(session, actor, [(found[0], found[1])])[0]


def find_unfinished(
    session: Session, actor: Actor, person_id: int, reach: Reach
) -> Transfer | None:
    """The transfer of this person that is under way, if there is one."""
    statement = scoped(Transfer, actor, reach).where(
        Transfer.person_id == person_id, Transfer.state.in_(UNFINISHED)
    )
    return session.execute(statement).scalar_one_or_none()


def list_own_requests(session: Session, actor: Actor) -> list[TransferRequest]:
    """What the actor's own members asked for in the last while, newest first.

    Whoever asked learns nothing here of what became of it.
    """
    scopes = scopes_for(actor, Permission.TRANSFER_ACCEPT)
    members = sorted(scopes.of(ScopeKind.MEMBER))
    if not members:
        return []
    statement = (
        scoped(TransferRequest, actor, Reach.OWN_MEMBER)
        .where(TransferRequest.member_code.in_(members))
        .order_by(TransferRequest.id.desc())
        .limit(PAGE)
    )
    return list(session.execute(statement).scalars())


def list_unanswered_requests(session: Session, actor: Actor) -> list[TransferRequest]:
    """Requests that found nobody and wait for the secretariat; empty for everybody else."""
    if not scopes_for(actor, Permission.MERGE_DECIDE).everywhere:
        return []
    statement = (
        scoped(TransferRequest, actor, Reach.ALL_MEMBERS)
        .where(
            TransferRequest.looked_up_at.is_not(None),
            TransferRequest.transfer_id.is_(None),
            TransferRequest.answered_at.is_(None),
        )
        .order_by(TransferRequest.id)
        .limit(PAGE)
    )
    return list(session.execute(statement).scalars())


def who_acts_for(
    session: Session, system: Actor, member_code: str, *, today: datetime.date
) -> list[Recipient]:
    """The member's national focal points, or the secretariat where there is none."""
    national = _holders(
        session,
        system,
        RoleHeld.role == Role.FOCAL_POINT,
        RoleHeld.focal_kind == FocalKind.NATIONAL,
        RoleHeld.scope == member_code,
        today=today,
    )
    return national or secretariat(session, system, today=today)


def secretariat(session: Session, system: Actor, *, today: datetime.date) -> list[Recipient]:
    """The people of the secretariat."""
    return _holders(session, system, RoleHeld.role == Role.SECRETARIAT, today=today)


def _holders(
    session: Session, system: Actor, *conditions: ColumnElement[bool], today: datetime.date
) -> list[Recipient]:
    statement = (
        scoped(RoleHeld, system, Reach.ALL_MEMBERS)
        .join(Person, Person.id == RoleHeld.person_id)
        .where(holds(today), Person.state == PersonState.ACTIVE, *conditions)
        .with_only_columns(Person.id, Person.email, Person.interface_language)
        .distinct()
        .order_by(Person.id)
    )
    rows = session.execute(vouched(statement, Person))
    return [Recipient(person_id, email, language) for person_id, email, language in rows]


def _visible(actor: Actor) -> ColumnElement[bool]:
    own = rows_of(Transfer, actor, Reach.SELF)
    if not may(actor, Permission.PERSON_READ_OWN_MEMBER):
        return own
    return or_(own, rows_of(Transfer, actor, Reach.OWN_MEMBER))


def _lines(
    session: Session, actor: Actor, rows: Sequence[tuple[Transfer, Person]]
) -> list[TransferLine]:
    members = member_names(session) if rows else {}
    ids = [transfer.to_agency_id for transfer, _person in rows if transfer.to_agency_id]
    agencies = agency_names(session, ids) if ids else {}
    return [
        TransferLine(
            transfer=transfer,
            name=person.name if known else None,
            own_script_name=person.own_script_name if known else "",
            own_script_language=person.own_script_language if known else "",
            is_own=actor.person_id == transfer.person_id,
            from_member=members[transfer.from_member_code],
            to_member=members[transfer.to_member_code],
            to_agency=agencies.get(transfer.to_agency_id, "") if transfer.to_agency_id else "",
            steps=steps_for(
                actor,
                transfer.state,
                person_id=transfer.person_id,
                from_member_code=transfer.from_member_code,
                to_member_code=transfer.to_member_code,
            ),
        )
        for transfer, person in rows
        for known in (_knows_name(actor, transfer),)
    ]


def _knows_name(actor: Actor, transfer: Transfer) -> bool:
    """The new member knows the name from the release on, and no longer once it came to nothing."""
    if actor.person_id == transfer.person_id:
        return True
    needed = Permission.PERSON_READ_OWN_MEMBER
    if may_for_member(actor, needed, transfer.from_member_code):
        return True
    came_to_nothing = (TransferState.REFUSED, TransferState.WITHDRAWN)
    return (
        may_for_member(actor, needed, transfer.to_member_code)
        and transfer.released_at is not None
        and transfer.state not in came_to_nothing
    )
