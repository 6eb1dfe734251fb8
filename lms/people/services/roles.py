"""Roles granted, ended, extended, confirmed. Each change is audited and told to the person.

What a person may is read anew with every request, so a change counts from the next one.
"""

from __future__ import annotations

import datetime

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.roles import ROLE_NAMES, Role
from lms.access.rules import may
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.models import Agency, Person, RoleHeld
from lms.people.queries.persons import get_person, state_for
from lms.people.queries.roles import count_other_administrators, get_role, scope_names
from lms.people.rules.persons import PersonState
from lms.people.rules.roles import FOCAL_KIND_NAMES, RoleReason, overlaps
from lms.people.services.grantable import Grantable, checked_scope

_MAY_HOLD = frozenset({PersonState.ACTIVE, PersonState.INVITED, PersonState.SUSPENDED})


def grant_role(
    session: Session, actor: Actor, person_id: int, wanted: Grantable, *, now: datetime.datetime
) -> RoleHeld:
    """Give a person a role for a term. Locks the person, so a double click grants once.

    Raises RefusedError for oneself or without the right to grant; BadInputError beside
    `role`, `focal_kind`, `scope`, `started_on` or `ended_on` if the role cannot be held
    so, or is held in that time already; NotPossibleError if the account is closed.
    """
    _require_granting(actor, person_id)
    person = get_person(session, actor, person_id, Reach.ALL_MEMBERS, for_change=True)
    if state_for(actor, person) not in _MAY_HOLD:
        raise NotPossibleError(N_("This account is not open, so it can hold no role."))
    scope_kind = checked_scope(session, person, wanted, today=now.date())
    terms = session.execute(
        scoped(RoleHeld, actor, Reach.ALL_MEMBERS).where(
            RoleHeld.person_id == person.id,
            RoleHeld.role == wanted.role,
            RoleHeld.scope_kind == scope_kind,
            RoleHeld.scope == wanted.scope,
            RoleHeld.focal_kind == wanted.focal_kind
            if wanted.focal_kind
            else RoleHeld.focal_kind.is_(None),
        )
    ).scalars()
    if overlaps(
        ((held.started_on, held.ended_on) for held in terms), wanted.started_on, wanted.ended_on
    ):
        raise BadInputError(
            N_("The person holds this role in that time already. Change its term instead."),
            field="started_on",
        )
    held = RoleHeld(
        person_id=person.id,
        role=wanted.role,
        scope_kind=scope_kind,
        scope=wanted.scope,
        focal_kind=wanted.focal_kind,
        is_deputy=wanted.is_deputy,
        started_on=wanted.started_on,
        ended_on=wanted.ended_on,
        granted_by=actor.person_id,
        granted_at=now,
    )
    session.add(held)
    session.flush()
    _note(session, actor, "role.grant", held, now=now)
    _tell(session, person, held, "people/mail/role_granted", now=now)
    return held


def end_role(
    session: Session,
    actor: Actor,
    role_id: int,
    *,
    reason: RoleReason,
    now: datetime.datetime,
) -> RoleHeld:
    """End a role from this moment: its last day becomes yesterday. A repeat is a no-op.

    Raises NotPossibleError for the last administrator, RefusedError without the right.
    """
    _require_granting(actor, None)
    held = _lock(session, actor, role_id)
    yesterday = now.date() - datetime.timedelta(days=1)
    if held.ended_on is not None and held.ended_on <= yesterday:
        return held
    _keep_an_administrator(session, actor, held, now.date())
    _end(session, actor, held, yesterday, reason=reason.value, now=now)
    person = get_person(session, actor, held.person_id, Reach.ALL_MEMBERS)
    _tell(session, person, held, "people/mail/role_ended", now=now)
    return held


def change_term(
    session: Session,
    actor: Actor,
    role_id: int,
    *,
    ended_on: datetime.date | None,
    now: datetime.datetime,
) -> RoleHeld:
    """Extend or shorten the term of a role that is not over; None means for good.

    Raises RefusedError for a role of one's own, BadInputError on `ended_on` for a day
    that is past or before the first, or where the next term has begun, NotPossibleError
    if the role is over or the last administrator would be left without a successor.
    """
    _require_granting(actor, None)
    held = _lock(session, actor, role_id)
    _require_granting(actor, held.person_id)
    if held.ended_on == ended_on:
        return held
    today = now.date()
    if held.ended_on is not None and held.ended_on < today:
        raise NotPossibleError(N_("This role is over. Grant it anew instead."))
    if ended_on is not None and ended_on < max(today, held.started_on):
        raise BadInputError(
            N_("Choose today or a later day as the last one, or end the role now."),
            field="ended_on",
        )
    others = session.execute(
        scoped(RoleHeld, actor, Reach.ALL_MEMBERS).where(
            RoleHeld.person_id == held.person_id,
            RoleHeld.role == held.role,
            RoleHeld.scope_kind == held.scope_kind,
            RoleHeld.scope == held.scope,
            RoleHeld.id != held.id,
        )
    ).scalars()
    same_kind = [
        (other.started_on, other.ended_on)
        for other in others
        if other.focal_kind is held.focal_kind
    ]
    if overlaps(same_kind, held.started_on, ended_on):
        raise BadInputError(
            N_("A later term of the same role has been granted already. End before it begins."),
            field="ended_on",
        )
    if ended_on is not None:
        _keep_an_administrator(session, actor, held, today)
    held.ended_on = ended_on
    session.flush()
    _note(session, actor, "role.change-term", held, now=now)
    person = get_person(session, actor, held.person_id, Reach.ALL_MEMBERS)
    _tell(session, person, held, "people/mail/role_term", now=now)
    return held


def confirm_role(
    session: Session, actor: Actor, role_id: int, *, now: datetime.datetime
) -> RoleHeld:
    """A focal point confirms that a role of theirs is still right. A repeat is a no-op.

    Raises NotFoundError for a role of somebody else, NotPossibleError if it is not held
    today.
    """
    held = get_role(session, actor, role_id, Reach.SELF, for_change=True)
    today = now.date()
    if held.started_on > today or (held.ended_on is not None and held.ended_on < today):
        raise NotPossibleError(N_("This role is not held at present."))
    if held.last_confirmed_on == today:
        return held
    held.last_confirmed_on = today
    session.flush()
    _note(session, actor, "role.confirm", held, now=now)
    return held


def end_roles_of_member(
    session: Session,
    actor: Actor,
    person: Person,
    member_code: str,
    *,
    now: datetime.datetime,
    reason: str = "transfer",
) -> list[RoleHeld]:
    """End what the person holds for a member they leave, and for its agencies.

    The last step of a transfer, where the actor is the person, and part of leaving the
    service, where it is who closes the account. Gives back the roles ended.
    """
    reach = Reach.SELF if actor.person_id == person.id else Reach.OWN_MEMBER
    yesterday = now.date() - datetime.timedelta(days=1)
    agencies = {
        str(agency_id)
        for agency_id in session.execute(
            select(Agency.id).where(Agency.member_code == member_code)
        ).scalars()
    }
    held = session.execute(
        scoped(RoleHeld, actor, reach)
        .where(
            RoleHeld.person_id == person.id,
            RoleHeld.scope_kind.in_([ScopeKind.MEMBER, ScopeKind.AGENCY]),
            RoleHeld.ended_on.is_(None) | (RoleHeld.ended_on > yesterday),
        )
        .with_for_update()
    ).scalars()
    ended = [
        role
        for role in held
        if role.scope == member_code
        or (role.scope_kind is ScopeKind.AGENCY and role.scope in agencies)
    ]
    for role in ended:
        _end(session, actor, role, yesterday, reason=reason, now=now)
    return ended


def keep_an_administrator(
    session: Session, actor: Actor, person_id: int, *, now: datetime.datetime
) -> None:
    """Stop what would leave nobody to grant roles: NotPossibleError for the last administrator.

    For services that close or merge an account, before they lock the person.
    """
    today = now.date()
    statement = scoped(RoleHeld, actor, Reach.ALL_MEMBERS).where(
        RoleHeld.person_id == person_id,
        RoleHeld.role == Role.ADMINISTRATOR,
        RoleHeld.ended_on.is_(None) | (RoleHeld.ended_on >= today),
    )
    for held in session.execute(statement).scalars().all():
        _keep_an_administrator(session, actor, held, today)


def _require_granting(actor: Actor, person_id: int | None) -> None:
    if not may(actor, Permission.ROLE_GRANT):
        raise RefusedError(N_("Only administrators grant, change and end roles."))
    if person_id is not None and actor.person_id == person_id:
        raise RefusedError(
            N_("Nobody gives roles to themselves. Ask another administrator to do it.")
        )


def _lock(session: Session, actor: Actor, role_id: int) -> RoleHeld:
    """The role, locked after its person, as granting does; all administrators before both.

    One order everywhere, so that no two of these wait for one another.
    """
    held = get_role(session, actor, role_id, Reach.ALL_MEMBERS)
    if held.role is Role.ADMINISTRATOR:
        count_other_administrators(session, actor, held.person_id, today=held.started_on)
    get_person(session, actor, held.person_id, Reach.ALL_MEMBERS, for_change=True)
    return get_role(session, actor, role_id, Reach.ALL_MEMBERS, for_change=True)


def _keep_an_administrator(
    session: Session, actor: Actor, held: RoleHeld, today: datetime.date
) -> None:
    if held.role is not Role.ADMINISTRATOR or held.started_on > today:
        return
    if not count_other_administrators(session, actor, held.person_id, today=today):
        raise NotPossibleError(
            N_("This is the last administrator without an end. Make somebody else one first.")
        )


def _end(
    session: Session,
    actor: Actor,
    held: RoleHeld,
    last_day: datetime.date,
    *,
    reason: str,
    now: datetime.datetime,
) -> None:
    held.ended_on = last_day
    session.flush()
    _note(session, actor, "role.end", held, reason=reason, now=now)


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    held: RoleHeld,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    record(
        session,
        actor,
        verb,
        "role_held",
        held.id,
        now=now,
        subject_person_id=held.person_id,
        reason=reason,
        role=held.role.value,
        scope_kind=held.scope_kind.value,
        scope=held.scope,
        focal_kind=held.focal_kind.value if held.focal_kind else None,
        is_deputy=held.is_deputy,
        started_on=held.started_on.isoformat(),
        ended_on=held.ended_on.isoformat() if held.ended_on else None,
    )


def _tell(
    session: Session, person: Person, held: RoleHeld, template: str, *, now: datetime.datetime
) -> None:
    """Mail the person, if the account is theirs to use: nobody else's address gets this."""
    if person.state is not PersonState.ACTIVE:
        return
    queue_mail(
        session,
        template=template,
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={
            "role": ROLE_NAMES[held.role],
            "focal_kind": FOCAL_KIND_NAMES[held.focal_kind] if held.focal_kind else "",
            "is_deputy": held.is_deputy,
            "scope": scope_names(session, [held])[held.id],
            "started_on": held.started_on.isoformat(),
            "ended_on": held.ended_on.isoformat() if held.ended_on else "",
        },
        now=now,
    )
