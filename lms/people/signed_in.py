"""Who is signed in: what one request needs to know of the person, read once, frozen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lms.core.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in person with the actor they are, and what still stands before other pages.

    The cookie holds the session's token and `token_digest` finds its row, so ending the
    row ends the sign-in wherever the cookie lies. Every page may show `url` and
    `sign_out_url`.
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
    url = "/account"
    sign_out_url = "/sign-out"

    @property
    def person_id(self) -> int:
        if self.actor.person_id is None:
            raise LookupError("A signed-in person has an id.")
        return self.actor.person_id
