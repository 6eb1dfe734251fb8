"""Beginning and ending signed-in sessions."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from lms.core.database import Session
from lms.people.models import Person, SignInSession
from lms.people.queries.sign_in import digest_of

LONGEST = datetime.timedelta(days=14)
"""A session ends after this time whatever happens; idle ones end sooner with their cookie."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just begun: the token goes into the cookie and is kept nowhere else."""

    session_id: int
    token_digest: str


def begin_session(
    session: Session,
    person: Person,
    *,
    browser: str,
    second_factor: bool,
    now: datetime.datetime,
) -> Begun:
    """Open a new session for the person, with a token nobody had before."""
    token_digest = digest_of(secrets.token_urlsafe(32))
    opened = SignInSession(
        token_digest=token_digest,
        person_id=person.id,
        started_at=now,
        expires_at=now + LONGEST,
        second_factor_at=now if second_factor else None,
        browser=browser[:80],
    )
    session.add(opened)
    session.flush()
    return Begun(opened.id, token_digest)
