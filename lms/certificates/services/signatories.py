"""Who signs certificates: a name, and the post and body in each language of wording."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.certificates.models import Signatory
from lms.certificates.rules import WORDING_LANGUAGES
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.text import N_, clean_line

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Post:
    """The post of who signs, and the body, in one language."""

    post: str
    authority: str


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs, with the wording of each language of certificates."""

    name: str
    posts: Mapping[str, Post]

    def post(self, language: str) -> Post:
        """The wording in this language, or in the first of WORDING_LANGUAGES."""
        return self.posts.get(language) or self.posts[WORDING_LANGUAGES[0]]


UNNAMED = Signing(
    name="",
    posts={
        "en": Post("For the Regional Support Office", "Regional Support Office"),
        "id": Post("Atas nama Kantor Pendukung Regional", "Kantor Pendukung Regional"),
    },
)
"""What stands on certificates until the secretariat names somebody."""


def current_signatory(session: Session) -> Signing:
    """Who signs now; UNNAMED until the secretariat has named somebody."""
    latest = session.execute(select(Signatory).order_by(Signatory.id.desc()).limit(1))
    row = latest.scalar_one_or_none()
    if row is None:
        return UNNAMED
    posts = {code: Post(**words) for code, words in row.wording.items()}
    return Signing(row.name, posts)


def name_signatory(
    session: Session, actor: Actor, wanted: Signing, *, now: datetime.datetime
) -> None:
    """Let this person sign from now on; certificates that are issued keep who signed them.

    Raises BadInputError on `name`, `post_en` or `authority_en` and their like when one is
    empty or too long.
    """
    name = _line(wanted.name, "name")
    wording = {
        code: {
            "post": _line(wanted.posts[code].post, f"post_{code}"),
            "authority": _line(wanted.posts[code].authority, f"authority_{code}"),
        }
        for code in WORDING_LANGUAGES
    }
    row = Signatory(name=name, wording=wording, named_at=now, named_by=actor.person_id)
    session.add(row)
    session.flush()
    record(session, actor, "certificate.name-signatory", "signatory", row.id, now=now)


def _line(text: str, field: str) -> str:
    line = clean_line(text)
    if not line:
        raise BadInputError(N_("Write what should stand on certificates."), field=field)
    if len(line) > LONGEST:
        raise BadInputError(
            N_("Shorten it to %(most)s characters, so that it fits."), field=field, most=LONGEST
        )
    return line
