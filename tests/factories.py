"""Makes people and bodies for tests, with defaults that read well."""

from __future__ import annotations

import datetime
import functools
import itertools
from typing import Any

from sqlalchemy import select

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, Grant, ScopeKind
from lms.core.database import Session
from lms.core.text import fold
from lms.people.models import Affiliation, Agency, Person, RoleHeld
from lms.people.models.members import AgencyType
from lms.people.models.persons import PersonState
from lms.people.models.roles import FocalKind
from lms.people.rules.names import sort_name
from lms.people.services.passwords import hash_password

PASSWORD = "two rivers meet at dusk"
_numbers = itertools.count(1)


def make_agency(
    session: Session, member: str = "PLW", name: str | None = None, **values: Any
) -> Agency:
    """An agency of a member; the same name gives the same agency."""
    name = name or "Bureau of Immigration"
    found = session.execute(
        select(Agency).where(Agency.member_code == member, Agency.folded_name == fold(name))
    ).scalar_one_or_none()
    if found is not None:
        return found
    agency = Agency(
        member_code=member,
        type=values.pop("type", AgencyType.IMMIGRATION),
        name=name,
        folded_name=fold(name),
        created_at=clock.now(),
        **values,
    )
    session.add(agency)
    session.flush()
    return agency


def make_official(
    session: Session,
    member: str = "PLW",
    *,
    name: str | None = None,
    email: str | None = None,
    agency: Agency | None = None,
    state: PersonState = PersonState.ACTIVE,
    **values: Any,
) -> Person:
    """An active official with an open affiliation and no password."""
    number = next(_numbers)
    agency = agency or make_agency(session, member)
    name = name or f"Official {number} of {member}"
    email = email or f"official{number}@{member.lower()}.example"
    person = Person(
        member_code=member,
        agency_id=agency.id,
        state=state,
        name=name,
        sort_name=sort_name(name, values.get("list_name", "")),
        email=email,
        folded_email=fold(email),
        post=values.pop("post", "Officer"),
        languages=values.pop("languages", ["en"]),
        created_at=clock.now(),
        **values,
    )
    session.add(person)
    session.flush()
    session.add(
        Affiliation(
            member_code=member,
            person_id=person.id,
            agency_id=agency.id,
            post=person.post,
            started_on=datetime.date(2025, 1, 1),
            recorded_at=clock.now(),
        )
    )
    session.flush()
    return person


def give_role(
    session: Session,
    person: Person,
    role: Role,
    scope_kind: ScopeKind = ScopeKind.ALL,
    scope: str = "",
    **values: Any,
) -> RoleHeld:
    """A role held since the start of 2025."""
    held = RoleHeld(
        person_id=person.id,
        role=role,
        scope_kind=scope_kind,
        scope=scope,
        focal_kind=values.pop(
            "focal_kind", FocalKind.NATIONAL if role is Role.FOCAL_POINT else None
        ),
        started_on=values.pop("started_on", datetime.date(2025, 1, 1)),
        granted_at=clock.now(),
        **values,
    )
    session.add(held)
    session.flush()
    return held


@functools.cache
def password_hash() -> str:
    """The hash of PASSWORD; hashing is slow on purpose, so once a run."""
    return hash_password(PASSWORD)


def make_account(session: Session, member: str = "PLW", **values: Any) -> Person:
    """An active official who signs in with PASSWORD."""
    return make_official(session, member, password_hash=password_hash(), **values)


def make_focal_point(session: Session, member: str = "PLW", **values: Any) -> Person:
    """The national focal point of a member."""
    person = make_official(session, member, **values)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, member)
    return person


def make_secretariat(session: Session, **values: Any) -> Person:
    """A person of the secretariat."""
    person = make_official(
        session, "RSO", agency=make_agency(session, "RSO", "Regional Support Office"), **values
    )
    give_role(session, person, Role.SECRETARIAT)
    return person


def make_administrator(session: Session, **values: Any) -> Person:
    """An administrator, who sees no learning records."""
    person = make_official(
        session, "RSO", agency=make_agency(session, "RSO", "Regional Support Office"), **values
    )
    give_role(session, person, Role.ADMINISTRATOR)
    return person


def actor_of(person: Person, *roles: tuple[Role, ScopeKind, str]) -> Actor:
    """The actor a person is, with these roles, without a request."""
    grants = {Grant(Role.OFFICIAL.value, ScopeKind.SELF)}
    grants.update(Grant(role.value, kind, scope) for role, kind, scope in roles)
    return Actor(
        person_id=person.id,
        member_code=person.member_code,
        agency_id=person.agency_id,
        grants=frozenset(grants),
    )


def focal_point_actor(person: Person) -> Actor:
    """The actor of a national focal point."""
    return actor_of(person, (Role.FOCAL_POINT, ScopeKind.MEMBER, person.member_code))


def secretariat_actor(person: Person) -> Actor:
    """The actor of somebody of the secretariat."""
    return actor_of(person, (Role.SECRETARIAT, ScopeKind.ALL, ""))
