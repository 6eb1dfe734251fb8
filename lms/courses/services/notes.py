"""Writing what members add to courses. Texts are never changed: a new one ends the old."""

from __future__ import annotations

import datetime
import re

from lms.access.permissions import Permission
from lms.access.rules import may_for_member
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotFoundError
from lms.core.text import N_, clean_line
from lms.courses.models import MemberNote
from lms.courses.notes import flaw_of
from lms.courses.queries.notes import Place, versions_of

_MEANWHILE = N_(
    "Somebody saved another text while you wrote. It stands above; yours is still in the field."
)


def save_note(
    session: Session,
    actor: Actor,
    member_code: str,
    course_key: str,
    place: Place,
    *,
    language: str,
    body: str,
    checked_on: datetime.date,
    standing: int,
    now: datetime.datetime,
) -> MemberNote:
    """Put a text at a place for a member, in one language, from now on.

    `standing` is the number of the version the writer saw (0: none). Two writers at once:
    the second is told, never overwritten. The caller knows that the place exists. Raises
    BadInputError with `field`, NotFoundError for a member the actor does not write for.
    """
    _may_write(actor, member_code)
    text = _tidy(body)
    if not text:
        raise BadInputError(N_("Write the note, or take it away."), field="body")
    flaw = flaw_of(text)
    if flaw is not None:
        raise BadInputError(flaw, field="body")
    if checked_on > now.date():
        raise BadInputError(N_("Write a day that is past, or today."), field="checked_on")
    versions = versions_of(session, member_code, course_key, place, language)
    current = next((version for version in versions if version.ended_at is None), None)
    if standing != (current.number if current else 0):
        raise BadInputError(_MEANWHILE, field="body")
    if current is not None:
        if (current.body, current.checked_on) == (text, checked_on):
            return current
        _end(session, actor, current, now=now)
    number = versions[0].number + 1 if versions else 1
    made = insert_once(
        session,
        MemberNote,
        {
            "member_code": member_code,
            "course_key": course_key,
            "activity_key": place[0],
            "place_key": place[1],
            "language": language,
            "number": number,
            "body": text,
            "checked_on": checked_on,
            "saved_at": now,
            "saved_by": actor.person_id,
        },
        unique=(),
    )
    note = session.get(MemberNote, made) if made is not None else None
    if note is None:
        raise BadInputError(_MEANWHILE, field="body")
    record(
        session,
        actor,
        "member_note.save",
        "member_note",
        note.id,
        now=now,
        member=member_code,
        course=course_key,
        number=number,
    )
    return note


def end_note(session: Session, actor: Actor, note: MemberNote, *, now: datetime.datetime) -> None:
    """Take a note away: readers see the author's text again. Its versions are kept."""
    _may_write(actor, note.member_code)
    _end(session, actor, note, now=now)
    record(
        session,
        actor,
        "member_note.end",
        "member_note",
        note.id,
        now=now,
        member=note.member_code,
        course=note.course_key,
    )


def _tidy(body: str) -> str:
    """Each line without control characters and spaces at its end; one empty line at most."""
    lines = body.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    kept = [line[: len(line) - len(line.lstrip(" "))] + clean_line(line) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()


def _end(session: Session, actor: Actor, note: MemberNote, *, now: datetime.datetime) -> None:
    note.ended_at, note.ended_by = now, actor.person_id
    session.flush()


def _may_write(actor: Actor, member_code: str) -> None:
    if not may_for_member(actor, Permission.MEMBER_NOTE_EDIT, member_code):
        raise NotFoundError(N_("There is no such member."))
