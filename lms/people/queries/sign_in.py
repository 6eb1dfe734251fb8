"""Reading the sign-in of a request. Acts as the system: nobody is known yet."""

from __future__ import annotations

import datetime
import hashlib

from sqlalchemy import exists, func, or_, select

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

    Two statements, since every request pays for them.
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
    statement = (
        scoped(SignInSession, SIGN_IN, Reach.ALL_MEMBERS)
        .join(Person, Person.id == SignInSession.person_id)
        .add_columns(Person, accepted, has_second_factor)
        .where(
            SignInSession.token_digest == token_digest,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now,
            Person.state == PersonState.ACTIVE,
        )
    )
    for model in (Person, Acceptance, SecondFactor):
        statement = vouched(statement.where(rows_of(model, SIGN_IN, Reach.ALL_MEMBERS)), model)
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    sign_in, person, documents, is_protected = found
    grants = {Grant(Role.OFFICIAL.value, ScopeKind.SELF)}
    grants.update(_grants_held(session, person.id, now.date()))
    return SignedIn(
        session_id=sign_in.id,
        token_digest=token_digest,
        actor=Actor(
            person_id=person.id,
            member_code=person.member_code,
            agency_id=person.agency_id,
            grants=frozenset(grants),
            has_second_factor=sign_in.second_factor_at is not None,
        ),
        name=person.name,
        own_script_name=person.own_script_name,
        own_script_language=person.own_script_language,
        member_code=person.member_code,
        interface_language=person.interface_language,
        time_zone=person.time_zone,
        started_at=sign_in.started_at,
        accepted=_pairs(documents),
        has_second_factor=is_protected,
        second_factor_given=sign_in.second_factor_at is not None,
    )


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
        RoleHeld.person_id == person_id,
        RoleHeld.started_on <= day,
        or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= day),
        # Focal points for alumni or secondments look after no accounts: their rooms will
        # say what the role lets them do.
        or_(RoleHeld.focal_kind.is_(None), RoleHeld.focal_kind.in_(LOOK_AFTER_PEOPLE)),
    )
    return [
        Grant(held.role.value, held.scope_kind, held.scope)
        for held in session.execute(statement).scalars()
    ]


def _pairs(documents: str | None) -> frozenset[tuple[str, str]]:
    """Documents and versions accepted, out of the one string they were gathered in."""
    pairs = (found.partition(":") for found in (documents or "").split())
    return frozenset((document, version) for document, _, version in pairs)
