"""Beginning and ending signed-in sessions."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, update

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.people.models import Person, SignInSession
from lms.people.queries.sign_in import SIGN_IN, digest_of

LONGEST = datetime.timedelta(days=14)
"""A session ends after this time whatever happens; idle ones end sooner with their cookie."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just begun: the token goes into the cookie and is kept nowhere else."""

    session_id: int
    token: str
    token_digest: str


def begin_session(
    session: Session,
    person: Person,
    *,
    browser: str,
    second_factor: bool,
    now: datetime.datetime,
) -> Begun:
    """Open a new session for the person, with a token nobody had before.

    `browser` is its class in words, such as "Firefox on Windows".
    """
    token = secrets.token_urlsafe(32)
    opened = SignInSession(
        token_digest=digest_of(token),
        person_id=person.id,
        started_at=now,
        expires_at=now + LONGEST,
        second_factor_at=now if second_factor else None,
        browser=browser[:80],
    )
    session.add(opened)
    session.flush()
    return Begun(opened.id, token, opened.token_digest)


def end_session(session: Session, actor: Actor, session_id: int, *, now: datetime.datetime) -> None:
    """End one of the actor's own sessions; a repeat changes nothing.

    Raises NotFoundError if the actor has no such session that is still open.
    """
    if _end(session, actor, Reach.SELF, SignInSession.id == session_id, now=now) == 0:
        raise NotFoundError(N_("This session has ended already."))


def end_own_sessions(session: Session, actor: Actor, *, now: datetime.datetime) -> int:
    """Sign the actor out everywhere, this browser included; how many sessions that was."""
    return _end(session, actor, Reach.SELF, SignInSession.person_id == actor.person_id, now=now)


def end_all_sessions(session: Session, person_id: int, *, now: datetime.datetime) -> int:
    """End every session of a person: after a reset, a suspension, a merge, a leaving.

    For services that have decided that it may be done.
    """
    condition = SignInSession.person_id == person_id
    return _end(session, SIGN_IN, Reach.ALL_MEMBERS, condition, now=now)


def _end(
    session: Session,
    actor: Actor,
    reach: Reach,
    condition: ColumnElement[bool],
    *,
    now: datetime.datetime,
) -> int:
    statement = (
        update(SignInSession)
        .where(condition, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SignInSession.id, SignInSession.person_id)
        .execution_options(synchronize_session=False)
    )
    ended = session.execute(within(statement, SignInSession, actor, reach)).all()
    for session_id, person_id in ended:
        record(
            session,
            actor,
            "session.end",
            "sign_in_session",
            session_id,
            now=now,
            subject_person_id=person_id,
        )
    return len(ended)
