"""What waits for the actor, counted; the start page shows it and the daily notice says it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, or_

from lms.access.permissions import Permission
from lms.access.reaches import Owned, Reach, scoped
from lms.access.roles import Role
from lms.access.rules import may, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.people.models import ImportRun, Merge, Person, RoleHeld, Transfer
from lms.people.models.affiliations import MergeState, TransferState
from lms.people.models.persons import PersonState
from lms.people.rules import due
from lms.people.rules.imports.states import ImportState


def list_due(session: Session, actor: Actor, *, now: datetime.datetime) -> list[due.Due]:
    """What waits for this actor, in the order of urgency; kinds with nothing waiting left out.

    A fixed number of counting statements whatever the number of people.
    """
    counted = (
        due.Due(kind, _count(session, actor, model, reach, *conditions))
        for kind, model, reach, conditions in _kinds(actor, now.date())
    )
    return [found for found in counted if found.count]


Kind = tuple[due.DueKind, type[Owned], Reach, list[ColumnElement[bool]]]


def _kinds(actor: Actor, today: datetime.date) -> Iterator[Kind]:
    confirmed_before = today - due.CONFIRM_EVERY
    yield (
        due.CONFIRMATIONS,
        Transfer,
        Reach.SELF,
        [Transfer.state == TransferState.ACCEPTED],
    )
    yield (
        due.ROLES,
        RoleHeld,
        Reach.SELF,
        [
            RoleHeld.role == Role.FOCAL_POINT,
            RoleHeld.started_on <= confirmed_before,
            or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= today),
            or_(
                RoleHeld.last_confirmed_on.is_(None),
                RoleHeld.last_confirmed_on <= confirmed_before,
            ),
        ],
    )
    if may(actor, Permission.PERSON_DECIDE):
        waiting = [Person.state == PersonState.AWAITING]
        yield due.REGISTRATIONS, Person, Reach.OWN_MEMBER, waiting
    if may(actor, Permission.MERGE_DECIDE):
        checked = [Person.state == PersonState.BEING_CHECKED]
        yield due.BEING_CHECKED, Person, Reach.ALL_MEMBERS, checked
        yield due.MERGES, Merge, Reach.ALL_MEMBERS, [Merge.state == MergeState.PROPOSED]
    if may(actor, Permission.TRANSFER_RELEASE):
        asked = [Transfer.state == TransferState.ASKED, *_in_members(actor, "from")]
        yield due.RELEASES, Transfer, Reach.OWN_MEMBER, asked
        released = [Transfer.state == TransferState.RELEASED, *_in_members(actor, "to")]
        yield due.ACCEPTANCES, Transfer, Reach.OWN_MEMBER, released
    if may(actor, Permission.IMPORT_RUN):
        mine = [ImportRun.state == ImportState.READY, ImportRun.started_by == actor.person_id]
        yield due.IMPORTS, ImportRun, Reach.OWN_MEMBER, mine


def _in_members(actor: Actor, side: str) -> list[ColumnElement[bool]]:
    """Only the side of a transfer that is the actor's to act on."""
    column = Transfer.from_member_code if side == "from" else Transfer.to_member_code
    scopes = scopes_for(actor, Permission.TRANSFER_RELEASE)
    return [] if scopes.everywhere else [column.in_(sorted(scopes.of(ScopeKind.MEMBER)))]


def _count(
    session: Session,
    actor: Actor,
    model: type[Owned],
    reach: Reach,
    *conditions: ColumnElement[bool],
) -> int:
    statement = scoped(model, actor, reach).with_only_columns(func.count()).where(*conditions)
    return session.execute(statement.order_by(None)).scalar_one()
