"""Reading the sign-in of a request. Acts as the system: nobody is known yet."""

from __future__ import annotations

import datetime
import functools
import hashlib
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from lms.access.reaches import Reach, rows_of, scoped, vouched
from lms.access.roles import Role
from lms.core.actor import Actor, Grant, ScopeKind
from lms.core.database import Session
from lms.people.models import Acceptance, Person, RoleHeld, SecondFactor, SignInSession
from lms.people.models.persons import PersonState
from lms.people.models.roles import FocalKind
from lms.people.signed_in import SignedIn

SIGN_IN = Actor.system("sign-in")
LOOK_AFTER_PEOPLE = (FocalKind.NATIONAL, FocalKind.AGENCY)


def digest_of(token: str) -> str:
    """How a token is kept: SHA-256, as 64 hexadecimal letters. Tokens are 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_signed_in(
    session: Session, token_digest: str, *, now: datetime.datetime
) -> SignedIn | None:
    """The person behind a session's token, with roles held on this day; None if it ended.

    One statement, since every request pays for it.
    """
    values = {"token_digest": token_digest, "moment": now, "day": now.date()}
    found = session.execute(_who_is_signed_in(), values).all()
    if not found:
        return None
    one = found[0]
    grants = {Grant(Role.OFFICIAL.value, ScopeKind.SELF)}
    grants.update(
        Grant(row.role.value, row.scope_kind, row.scope) for row in found if row.role is not None
    )
    return SignedIn(
        session_id=one.session_id,
        token_digest=token_digest,
        actor=Actor(
            person_id=one.person_id,
            member_code=one.member_code,
            agency_id=one.agency_id,
            grants=frozenset(grants),
            has_second_factor=one.second_factor_at is not None,
        ),
        name=one.name,
        own_script_name=one.own_script_name,
        own_script_language=one.own_script_language,
        member_code=one.member_code,
        interface_language=one.interface_language,
        time_zone=one.time_zone,
        started_at=one.started_at,
        accepted=_pairs(one.documents),
        has_second_factor=one.is_protected,
        second_factor_given=one.second_factor_at is not None,
    )


@functools.cache
def _who_is_signed_in() -> Select[*tuple[Any, ...]]:
    """A row for each role held by the person of a session that stands, and at least one.

    Built once; its values are `token_digest`, `moment` and `day`.
    """
    accepted = (
        select(func.aggregate_strings(Acceptance.document + ":" + Acceptance.version, " "))
        .where(Acceptance.person_id == Person.id)
        .scalar_subquery()
    )
    has_second_factor = (
        exists()
        .where(SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None))
        .correlate(Person)
    )
    statement: Select[*tuple[Any, ...]] = (
        scoped(SignInSession, SIGN_IN, Reach.ALL_MEMBERS)
        .join(Person, Person.id == SignInSession.person_id)
        .outerjoin(
            RoleHeld,
            and_(
                RoleHeld.person_id == Person.id,
                _held_on(bindparam("day")),
                rows_of(RoleHeld, SIGN_IN, Reach.ALL_MEMBERS),
            ),
        )
        .with_only_columns(
            SignInSession.id.label("session_id"),
            SignInSession.started_at,
            SignInSession.second_factor_at,
            Person.id.label("person_id"),
            Person.member_code,
            Person.agency_id,
            Person.name,
            Person.own_script_name,
            Person.own_script_language,
            Person.interface_language,
            Person.time_zone,
            accepted.label("documents"),
            has_second_factor.label("is_protected"),
            RoleHeld.role,
            RoleHeld.scope_kind,
            RoleHeld.scope,
        )
        .where(
            SignInSession.token_digest == bindparam("token_digest"),
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > bindparam("moment"),
            Person.state == PersonState.ACTIVE,
        )
    )
    for model in (Person, Acceptance, SecondFactor):
        statement = vouched(statement.where(rows_of(model, SIGN_IN, Reach.ALL_MEMBERS)), model)
    return vouched(statement, RoleHeld)


def actor_of(session: Session, person_id: int, *, now: datetime.datetime) -> Actor | None:
    """The actor an active person is on this day, for work done on their behalf; else None."""
    statement = scoped(Person, SIGN_IN, Reach.ALL_MEMBERS).where(
        Person.id == person_id, Person.state == PersonState.ACTIVE
    )
    person = session.execute(statement).scalar_one_or_none()
    if person is None:
        return None
    grants = {Grant(Role.OFFICIAL.value, ScopeKind.SELF)}
    grants.update(_grants_held(session, person.id, now.date()))
    return Actor(
        person_id=person.id,
        member_code=person.member_code,
        agency_id=person.agency_id,
        grants=frozenset(grants),
    )


def _grants_held(session: Session, person_id: int, day: datetime.date) -> list[Grant]:
    statement = scoped(RoleHeld, SIGN_IN, Reach.ALL_MEMBERS).where(
        RoleHeld.person_id == person_id, _held_on(day)
    )
    return [
        Grant(held.role.value, held.scope_kind, held.scope)
        for held in session.execute(statement).scalars()
    ]


def _held_on(day: Any) -> ColumnElement[bool]:
    """A role is held on this day, and is one of those that look after accounts.

    Focal points for alumni or secondments look after none: their rooms will say what the role
    lets them do.
    """
    return and_(
        RoleHeld.started_on <= day,
        or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= day),
        or_(RoleHeld.focal_kind.is_(None), RoleHeld.focal_kind.in_(LOOK_AFTER_PEOPLE)),
    )


def _pairs(documents: str | None) -> frozenset[tuple[str, str]]:
    """Documents and versions accepted, out of the one string they were gathered in."""
    pairs = (found.partition(":") for found in (documents or "").split())
    return frozenset((document, version) for document, _, version in pairs)
