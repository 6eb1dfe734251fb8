"""Who is signed in: what one request needs to know of the person, read once, frozen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lms.core.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in person with the actor they are, and what still stands before other pages.

    Fits Flask-Login: `get_id` is the digest of the session's token, so ending the row
    ends the sign-in wherever the cookie lies.
    """

    session_id: int
    token_digest: str
    actor: Actor
    name: str
    own_script_name: str
    own_script_language: str
    member_code: str
    interface_language: str
    time_zone: str
    started_at: datetime.datetime
    accepted: frozenset[tuple[str, str]]
    has_second_factor: bool
    second_factor_given: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token_digest

    @property
    def person_id(self) -> int:
        if self.actor.person_id is None:
            raise LookupError("A signed-in person has an id.")
        return self.actor.person_id
