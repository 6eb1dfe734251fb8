"""Password hashes, and changing a password.

Argon2id with the second recommended option of RFC 9106, section 4 (64 MiB, 3 passes, 4
lanes), above OWASP's minimum (Password Storage Cheat Sheet: 19 MiB, 2 passes). A hash
takes about 150 ms of processor time, so `hash_password` and `verify` run outside every
write transaction.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.outbox.services import queue_mail
from lms.core.text import N_
from lms.people.mails import happened_at
from lms.people.models import Person
from lms.people.models.sign_in import TokenPurpose
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.passwords import normal
from lms.people.rules.persons import PersonState
from lms.people.services.sessions import end_all_sessions
from lms.people.services.tokens import end_tokens, use_token

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password is right, and its hash anew if the parameters have changed since."""

    is_right: bool
    new_hash: str | None = None


def hash_with(parameters: Parameters) -> None:
    """Hash with other parameters from now on, in this process alone.

    For tests, which sign in a thousand times. No setting leads here: nobody can make an
    installation weaker.
    """
    global HASHER
    HASHER = PasswordHasher.from_parameters(parameters)


def hash_password(password: str) -> str:
    """The hash to keep. Slow on purpose."""
    return HASHER.hash(normal(password))


def verify(password_hash: str | None, password: str) -> Verdict:
    """Compare. Without a hash (no such account, no password yet) as slow, and never right."""
    try:
        HASHER.verify(password_hash or _hash_of_nothing(), normal(password))
    except (VerificationError, InvalidHashError):
        return Verdict(is_right=False)
    if password_hash is None:
        return Verdict(is_right=False)
    stale = HASHER.check_needs_rehash(password_hash)
    return Verdict(is_right=True, new_hash=hash_password(password) if stale else None)


def _hash_of_nothing() -> str:
    """Well-formed and as costly to verify as any other, yet the hash of no password."""
    cost = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"


def change_password(
    session: Session, actor: Actor, *, old_hash: str, new_hash: str, now: datetime.datetime
) -> Person:
    """Give the actor a new password, end all their sessions and links, and tell them by mail.

    `old_hash` is the one the old password was compared with: raises NotPossibleError if
    it is no longer the present one. The caller opens a new session for this browser.
    """
    person = session.execute(
        scoped(Person, actor, Reach.SELF).with_for_update()
    ).scalar_one_or_none()
    if person is None or person.password_hash != old_hash:
        raise NotPossibleError(N_("Your password was changed meanwhile. Sign in again."))
    _set(session, actor, person, new_hash, now=now)
    return person


def reset_password(session: Session, token: str, *, new_hash: str, now: datetime.datetime) -> None:
    """Set a new password by the link of a mail, end all sessions, and tell the person.

    A second factor stays and is asked for at the next sign-in. Raises NotFoundError if
    the link is unknown, used or too old, or the account is not open.
    """
    person_id = use_token(session, token, TokenPurpose.RESET, now=now)
    person = session.execute(
        scoped(Person, SIGN_IN, Reach.ALL_MEMBERS)
        .where(Person.id == person_id, Person.state == PersonState.ACTIVE)
        .with_for_update()
    ).scalar_one_or_none()
    if person is None:
        raise NotFoundError(N_("This link no longer works."))
    _set(session, SIGN_IN, person, new_hash, now=now)


def _set(
    session: Session, actor: Actor, person: Person, new_hash: str, *, now: datetime.datetime
) -> None:
    person.password_hash = new_hash
    end_all_sessions(session, person.id, now=now)
    end_tokens(session, person.id, TokenPurpose.RESET, now=now)
    record(
        session,
        actor,
        "password.change",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
    )
    queue_mail(
        session,
        template="people/mail/password_changed",
        language=person.interface_language,
        address=person.email,
        person_id=person.id,
        facts={"happened_at": happened_at(person, now)},
        now=now,
    )
    session.flush()
