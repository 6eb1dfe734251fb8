"""What the sign-in family reads: the account behind an address, links, sessions, codes.

Reads as the system where nobody is known yet, and as the actor for their own rows.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import (
    Agency,
    Member,
    OneTimeCode,
    Person,
    PersonToken,
    Registration,
    SecondFactor,
    SignInSession,
)
from lms.people.models.members import MemberKind
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.sign_in import SIGN_IN, digest_of
from lms.people.rules.persons import HOLDS_NO_ADDRESS, PersonState


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to compare a password, read before the comparing.

    `own_words` are what a new password must not be made of.
    """

    person_id: int
    state: PersonState
    password_hash: str | None
    own_words: tuple[str, ...]

    @property
    def may_sign_in(self) -> bool:
        return self.state is PersonState.ACTIVE and self.password_hash is not None


@dataclass(frozen=True, slots=True)
class Invited:
    """What the page behind an invitation shows. `invited_by` is empty for the system."""

    account: Account
    name: str
    own_script_name: str
    own_script_language: str
    email: str
    member_name: str
    invited_by: str


@dataclass(frozen=True, slots=True)
class Registering:
    """What the page behind a registration's link shows."""

    name: str
    email: str
    member_name: str
    own_words: tuple[str, ...]


def find_account(session: Session, folded_email: str) -> Account | None:
    """The account that holds this address, whatever its state; None if nobody does."""
    statement = scoped(Person, SIGN_IN, Reach.ALL_MEMBERS).where(
        Person.folded_email == folded_email, Person.state.not_in(HOLDS_NO_ADDRESS)
    )
    person = session.execute(statement).scalar_one_or_none()
    return _account(person) if person is not None else None


def get_own_account(session: Session, actor: Actor) -> Account:
    """The actor's own account."""
    return _account(session.execute(scoped(Person, actor, Reach.SELF)).scalar_one())


def find_person(session: Session, person_id: int) -> Person | None:
    """A person by id, for the system."""
    statement = scoped(Person, SIGN_IN, Reach.ALL_MEMBERS).where(Person.id == person_id)
    return session.execute(statement).scalar_one_or_none()


def find_reset(session: Session, token: str, *, now: datetime.datetime) -> Account | None:
    """Whose password the link of a mail may set; None if it no longer works."""
    person = _holder(session, token, TokenPurpose.RESET, now=now)
    return _account(person) if person and person.state is PersonState.ACTIVE else None


def find_invited(session: Session, token: str, *, now: datetime.datetime) -> Invited | None:
    """Whom the link of a mail invites; None if it no longer works."""
    person = _holder(session, token, TokenPurpose.INVITATION, now=now)
    if person is None or person.state is not PersonState.INVITED:
        return None
    return Invited(
        account=_account(person),
        name=person.name,
        own_script_name=person.own_script_name,
        own_script_language=person.own_script_language,
        email=person.email,
        member_name=session.get_one(Member, person.member_code).name,
        invited_by=_inviter(session, person.id),
    )


def find_expired_invitation(session: Session, digest: str) -> Person | None:
    """The person still invited whose link with this digest is too old or was replaced."""
    statement = scoped(PersonToken, SIGN_IN, Reach.ALL_MEMBERS).where(
        PersonToken.digest == digest, PersonToken.purpose == TokenPurpose.INVITATION
    )
    token = session.execute(statement).scalar_one_or_none()
    person = find_person(session, token.person_id) if token is not None else None
    return person if person and person.state is PersonState.INVITED else None


def find_registering(session: Session, token: str, *, now: datetime.datetime) -> Registering | None:
    """What was registered under the link of a mail; None if it no longer works."""
    statement = scoped(Registration, SIGN_IN, Reach.ALL_MEMBERS).where(
        Registration.digest == digest_of(token),
        Registration.confirmed_at.is_(None),
        Registration.expires_at > now,
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        return None
    return Registering(
        name=found.name,
        email=found.email,
        member_name=session.get_one(Member, found.member_code).name,
        own_words=(found.name, found.own_script_name, found.email, found.agency_name),
    )


def list_own_sessions(
    session: Session, actor: Actor, *, now: datetime.datetime
) -> list[SignInSession]:
    """The actor's sessions that are open now, newest first."""
    statement = (
        scoped(SignInSession, actor, Reach.SELF)
        .where(SignInSession.ended_at.is_(None), SignInSession.expires_at > now)
        .order_by(SignInSession.started_at.desc(), SignInSession.id.desc())
    )
    return list(session.execute(statement).scalars())


def find_own_factor(session: Session, actor: Actor) -> SecondFactor | None:
    """The actor's second factor, confirmed or begun; None without one."""
    return session.execute(scoped(SecondFactor, actor, Reach.SELF)).scalar_one_or_none()


def has_factor(session: Session, person_id: int) -> bool:
    """Whether a person has a second factor in force; for the system."""
    statement = scoped(SecondFactor, SIGN_IN, Reach.ALL_MEMBERS).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.execute(statement).first() is not None


def count_own_codes(session: Session, actor: Actor) -> int:
    """How many printed codes the actor has left."""
    statement = within(
        select(func.count()).select_from(OneTimeCode).where(OneTimeCode.used_at.is_(None)),
        OneTimeCode,
        actor,
        Reach.SELF,
    )
    return session.execute(statement).scalar_one()


def list_open_members(session: Session) -> list[Member]:
    """Members a person may register with, by name. Staff of the secretariat are invited."""
    statement = select(Member).where(Member.kind != MemberKind.SECRETARIAT).order_by(Member.name)
    return list(session.execute(statement).scalars())


def list_public_agencies(session: Session, member_code: str) -> list[Agency]:
    """Agencies of a member that a stranger may be shown, by name.

    Without those whose people all have limited listing: that there is such a unit may be
    more than a stranger should learn. Their people type the name.
    """
    statement = (
        select(Agency)
        .where(
            Agency.member_code == member_code,
            Agency.closed_at.is_(None),
            Agency.limits_listing.is_(False),
        )
        .order_by(Agency.name)
    )
    return list(session.execute(statement).scalars())


def _account(person: Person) -> Account:
    return Account(
        person_id=person.id,
        state=person.state,
        password_hash=person.password_hash,
        own_words=(person.name, person.own_script_name, person.email, person.member_code),
    )


def _holder(
    session: Session, token: str, purpose: TokenPurpose, *, now: datetime.datetime
) -> Person | None:
    statement = scoped(PersonToken, SIGN_IN, Reach.ALL_MEMBERS).where(
        PersonToken.digest == digest_of(token),
        PersonToken.purpose == purpose,
        PersonToken.used_at.is_(None),
        PersonToken.expires_at > now,
    )
    found = session.execute(statement).scalar_one_or_none()
    return find_person(session, found.person_id) if found is not None else None


def _inviter(session: Session, person_id: int) -> str:
    """The name of who last invited the person; empty for the system or limited listing."""
    statement = (
        scoped(PersonToken, SIGN_IN, Reach.ALL_MEMBERS)
        .where(
            PersonToken.person_id == person_id,
            PersonToken.purpose == TokenPurpose.INVITATION,
            PersonToken.created_by.is_not(None),
        )
        .order_by(PersonToken.id.desc())
        .limit(1)
    )
    sent = session.execute(statement).scalar_one_or_none()
    inviter = find_person(session, sent.created_by) if sent and sent.created_by else None
    if inviter is None or inviter.limits_own_listing or inviter.limited_by_agency:
        return ""
    return inviter.name
