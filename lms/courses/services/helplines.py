"""Numbers people of a member may call. A change is a new row that replaces the old one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.rules import may_for_member
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.text import N_, clean_line
from lms.courses.models import Helpline
from lms.courses.queries.notes import get_helpline, list_helplines

MOST = 12
"""Services of one member: in a heavy moment nobody reads a longer list."""
_CALLED_WITH = frozenset("0123456789+*# ()-/.")


@dataclass(frozen=True, slots=True)
class Called:
    """What is said of a service: its name, what is dialled, when, in which languages."""

    name: str
    number: str
    hours: str
    languages: Sequence[str]
    is_free: bool
    checked_on: datetime.date


def save_helpline(
    session: Session,
    actor: Actor,
    member_code: str,
    called: Called,
    *,
    replaces: int | None,
    now: datetime.datetime,
) -> Helpline:
    """Add a service to a member's list, or replace one that stands on it.

    Raises BadInputError with `field`; NotFoundError for a row or member of others, or one
    that was replaced meanwhile; NotPossibleError when the list is full.
    """
    if not may_for_member(actor, Permission.MEMBER_NOTE_EDIT, member_code):
        raise NotFoundError(N_("There is no such member."))
    number = clean_line(called.number)
    if sum(character.isdecimal() for character in number) < 2 or set(number) - _CALLED_WITH:
        sentence = N_("Write the number as it is dialled, with digits, as in +680 488 2511 or 112.")
        raise BadInputError(sentence, field="number")
    if called.checked_on > now.date():
        raise BadInputError(N_("Write a day that is past, or today."), field="checked_on")
    if replaces is not None:
        old = get_helpline(session, actor, replaces)
        if old.member_code != member_code:
            raise NotFoundError(N_("There is no such number. It may have been changed."))
        old.ended_at, old.ended_by = now, actor.person_id
        session.flush()
    elif len(list_helplines(session, member_code)) >= MOST:
        raise NotPossibleError(N_("The list is full. Take a service away first."))
    made = insert_once(
        session,
        Helpline,
        {
            "member_code": member_code,
            "name": clean_line(called.name),
            "number": number,
            "hours": clean_line(called.hours),
            "languages": list(called.languages),
            "is_free": called.is_free,
            "checked_on": called.checked_on,
            "saved_at": now,
            "saved_by": actor.person_id,
            "replaces_id": replaces,
        },
        unique=("replaces_id",),
    )
    saved = session.get(Helpline, made) if made is not None else None
    if saved is None:
        raise NotFoundError(N_("There is no such number. It may have been changed."))
    record(session, actor, "helpline.save", "helpline", saved.id, now=now, member=member_code)
    return saved


def end_helpline(
    session: Session, actor: Actor, helpline_id: int, *, now: datetime.datetime
) -> None:
    """Take a service off the list. Raises NotFoundError as `get_helpline` does."""
    found = get_helpline(session, actor, helpline_id)
    found.ended_at, found.ended_by = now, actor.person_id
    session.flush()
    record(session, actor, "helpline.end", "helpline", found.id, now=now, member=found.member_code)
