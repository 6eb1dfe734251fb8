"""Reading roles held: lists, one person's, and the focal points of a member."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select, tuple_

from lms.access.disclosure import Viewer
from lms.access.permissions import Permission
from lms.access.reaches import Reach, rows_of, scoped, vouched, within
from lms.access.roles import Role
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.people.models import Agency, Person, RoleHeld
from lms.people.models.persons import PersonState
from lms.people.queries.agencies import agency_names
from lms.people.queries.disclosed import PersonView, disclose, disclose_to
from lms.people.queries.members import member_names
from lms.people.queries.persons import reach_of
from lms.people.rules.roles import is_stale

PAGE = 50


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins: behind the role with this id of the person with this sort name."""

    sort_name: str
    role_id: int


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Which roles a list shows; empty means all. `ended` asks for those that are over."""

    role: Role | None = None
    member_code: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role held as a viewer sees it. `scope_name` is empty for all members."""

    held: RoleHeld
    person: PersonView
    scope_name: str
    is_stale: bool
    is_present: bool


@dataclass(frozen=True, slots=True)
class FocalPoint:
    """A focal point as a viewer sees them. `is_linked` says that the viewer may open the person."""

    held: RoleHeld
    person: PersonView
    agency_name: str
    is_stale: bool
    is_linked: bool


def holds(day: datetime.date) -> ColumnElement[bool]:
    """The condition that a role is held on this day."""
    return and_(
        RoleHeld.started_on <= day, or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= day)
    )


def list_roles(
    session: Session,
    actor: Actor,
    wanted: RoleFilter,
    *,
    today: datetime.date,
    after: After | None = None,
    limit: int = PAGE,
) -> tuple[list[RoleLine], After | None]:
    """A page of roles by the person's name, and where the next begins (None at the end)."""
    reach = reach_of(actor)
    statement = (
        scoped(RoleHeld, actor, reach)
        .join(Person, Person.id == RoleHeld.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Person, Agency)
    )
    statement = within(statement, Person, actor, reach)
    if wanted.role is not None:
        statement = statement.where(RoleHeld.role == wanted.role)
    if wanted.member_code:
        statement = statement.where(Person.member_code == wanted.member_code)
    over = RoleHeld.ended_on.is_not(None) & (RoleHeld.ended_on < today)
    statement = statement.where(over if wanted.ended else ~over)
    if after is not None:
        key = tuple_(Person.sort_name, RoleHeld.id)
        statement = statement.where(key > (after.sort_name, after.role_id))
    statement = statement.order_by(Person.sort_name, RoleHeld.id).limit(limit + 1)
    rows = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    lines = _lines(session, actor, rows[:limit], today)
    if len(rows) <= limit:
        return lines, None
    held, person, _agency = rows[limit - 1]
    return lines, After(person.sort_name, held.id)


def place_of(session: Session, actor: Actor, role_id: int | None) -> After | None:
    """Where the page behind this role begins; None (the first page) outside the reach.

    Addresses of pages carry the id and no name, since addresses end up in logs.
    """
    if role_id is None:
        return None
    statement = (
        scoped(RoleHeld, actor, reach_of(actor))
        .join(Person, Person.id == RoleHeld.person_id)
        .where(RoleHeld.id == role_id)
        .with_only_columns(Person.sort_name)
    )
    # The inner join leaves of persons only the one whose role the reach has opened.
    name = session.execute(vouched(statement, Person)).scalar_one_or_none()
    return After(name, role_id) if name is not None else None


def list_roles_of(
    session: Session, actor: Actor, person: Person, agency: Agency | None, *, today: datetime.date
) -> list[RoleLine]:
    """All roles a person holds, will hold and held; present ones first, then the newest."""
    reach = Reach.SELF if actor.person_id == person.id else reach_of(actor)
    statement = (
        scoped(RoleHeld, actor, reach)
        .where(RoleHeld.person_id == person.id)
        .order_by(RoleHeld.started_on.desc(), RoleHeld.id.desc())
    )
    rows = [(held, person, agency) for held in session.execute(statement).scalars()]
    return sorted(_lines(session, actor, rows, today), key=lambda line: not line.is_present)


def list_own_focal_roles(session: Session, actor: Actor, *, today: datetime.date) -> list[RoleHeld]:
    """The focal point roles the actor holds today."""
    statement = (
        scoped(RoleHeld, actor, Reach.SELF)
        .where(RoleHeld.role == Role.FOCAL_POINT, holds(today))
        .order_by(RoleHeld.id)
    )
    return list(session.execute(statement).scalars())


def scope_names(session: Session, roles: Iterable[RoleHeld]) -> dict[int, str]:
    """What each role is held for, in words, by the role's id. Two statements at most."""
    held = list(roles)
    of_agency = {int(role.scope) for role in held if role.scope_kind is ScopeKind.AGENCY}
    agencies = agency_names(session, of_agency) if of_agency else {}
    of_member = any(role.scope_kind is ScopeKind.MEMBER for role in held)
    members = member_names(session) if of_member else {}
    names = {}
    for role in held:
        if role.scope_kind is ScopeKind.AGENCY:
            names[role.id] = agencies.get(int(role.scope), role.scope)
        elif role.scope_kind is ScopeKind.MEMBER:
            names[role.id] = members.get(role.scope, role.scope)
        else:
            names[role.id] = role.scope
    return names


def get_role(
    session: Session, actor: Actor, role_id: int, reach: Reach, *, for_change: bool = False
) -> RoleHeld:
    """One role held. Raises NotFoundError outside the reach. `for_change` locks the row."""
    statement = scoped(RoleHeld, actor, reach).where(RoleHeld.id == role_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    held = session.execute(statement).scalar_one_or_none()
    if held is None:
        raise NotFoundError(N_("There is no such role among those you look after."))
    return held


def list_focal_points(
    session: Session, actor: Actor, member_code: str, *, today: datetime.date
) -> list[FocalPoint] | None:
    """The focal points of a member by kind, or None where the actor only learns if there are any.

    Focal points and the secretariat see their own people as the disclosure table says;
    other officials of the member see who is there for them as that person is listed.
    """
    own = scopes_for(actor, Permission.PERSON_READ_OWN_MEMBER)
    by_role = own.everywhere or scopes_for(actor, Permission.PERSON_READ_ALL).everywhere
    by_role = by_role or member_code in own.of(ScopeKind.MEMBER)
    if not by_role and actor.member_code != member_code:
        return None
    reach = reach_of(actor) if by_role else Reach.CONSENTED
    # The inner join leaves of persons only those whose role the reach has opened.
    statement = vouched(
        scoped(RoleHeld, actor, reach)
        .join(Person, Person.id == RoleHeld.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Person, Agency)
        .where(_of_member(member_code), holds(today), Person.state == PersonState.ACTIVE)
        .order_by(RoleHeld.scope_kind.desc(), RoleHeld.is_deputy, Person.sort_name, RoleHeld.id),
        Person,
    )
    rows = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    names = scope_names(session, (held for held, _person, _agency in rows))
    return [
        FocalPoint(
            held=held,
            person=_as_seen(actor, person, agency, by_role=by_role),
            agency_name=names[held.id] if held.scope_kind is ScopeKind.AGENCY else "",
            is_stale=is_stale(held.role, held.started_on, held.last_confirmed_on, today),
            is_linked=by_role,
        )
        for held, person, agency in rows
    ]


def has_focal_point(
    session: Session, actor: Actor, member_code: str, *, today: datetime.date
) -> bool:
    """Whether anybody is the member's focal point today."""
    condition = exists().where(
        rows_of(RoleHeld, actor, Reach.COUNTING), _of_member(member_code), holds(today)
    )
    return bool(session.execute(vouched(select(condition), RoleHeld)).scalar_one())


def count_other_administrators(
    session: Session, actor: Actor, person_id: int, *, today: datetime.date
) -> int:
    """How many others are administrators today with no end in sight; locks their roles.

    The lock makes two administrators who end each other at once wait for one another.
    """
    rows = (
        scoped(RoleHeld, actor, Reach.ALL_MEMBERS)
        .where(
            RoleHeld.role == Role.ADMINISTRATOR,
            RoleHeld.started_on <= today,
            RoleHeld.ended_on.is_(None),
        )
        .order_by(RoleHeld.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    others = {held.person_id for held in session.execute(rows).scalars()} - {person_id}
    active = (
        scoped(Person, actor, Reach.ALL_MEMBERS)
        .with_only_columns(func.count())
        .where(Person.id.in_(sorted(others)), Person.state == PersonState.ACTIVE)
    )
    return session.execute(active).scalar_one() if others else 0


def _of_member(member_code: str) -> ColumnElement[bool]:
    agencies = select(cast(Agency.id, String)).where(Agency.member_code == member_code)
    return (RoleHeld.role == Role.FOCAL_POINT) & or_(
        (RoleHeld.scope_kind == ScopeKind.MEMBER) & (RoleHeld.scope == member_code),
        (RoleHeld.scope_kind == ScopeKind.AGENCY) & RoleHeld.scope.in_(agencies),
    )


def _as_seen(actor: Actor, person: Person, agency: Agency | None, *, by_role: bool) -> PersonView:
    if by_role:
        return disclose_to(actor, [(person, agency)])[0]
    return disclose(person, Viewer.FELLOW_PARTICIPANT, agency)


def _lines(
    session: Session,
    actor: Actor,
    rows: Sequence[tuple[RoleHeld, Person, Agency | None]],
    today: datetime.date,
) -> list[RoleLine]:
    names = scope_names(session, (held for held, _person, _agency in rows))
    views = disclose_to(actor, [(person, agency) for _held, person, agency in rows])
    return [
        RoleLine(
            held=held,
            person=view,
            scope_name=names[held.id],
            is_stale=is_stale(held.role, held.started_on, held.last_confirmed_on, today),
            is_present=held.ended_on is None or held.ended_on >= today,
        )
        for (held, _person, _agency), view in zip(rows, views, strict=True)
    ]
