"""Reading what members add to courses. It is about members, not people: no reach is needed.

What is shown on a lesson everybody of the member may read; who may edit is asked by
`get_edited_member`.
"""

from __future__ import annotations

import datetime
import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select

from lms.access.permissions import Permission
from lms.access.rules import may_for_member, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError, RefusedError
from lms.core.text import N_
from lms.courses.models import Helpline, MemberNote
from lms.people.models import Member

Place = tuple[str, str]
"""The key of the activity and of the place on it."""


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A member's note as a lesson shows it."""

    member: str
    language: str
    body: str
    checked_on: datetime.date


def notes_on_page(
    session: Session, member_code: str, course_key: str, activity_keys: Sequence[str]
) -> dict[str, dict[str, NoteShown]]:
    """The notes a member has on a page, by place and language, in one statement.

    `activity_keys`: the page, and the page it stands in for.
    """
    values = {
        "note_member": member_code,
        "note_course": course_key,
        "note_activities": list(activity_keys),
    }
    found: dict[str, dict[str, NoteShown]] = defaultdict(dict)
    for note, member in session.execute(_notes_that_stand(), values):
        shown = NoteShown(member, note.language, note.body, note.checked_on)
        found[note.place_key][note.language] = shown
    return found


@functools.cache
def _notes_that_stand() -> Select[MemberNote, str]:
    """Built once, since every lesson with a place for a note asks it."""
    return (
        select(MemberNote, Member.name)
        .join(Member, Member.code == MemberNote.member_code)
        .where(
            MemberNote.member_code == bindparam("note_member"),
            MemberNote.course_key == bindparam("note_course"),
            MemberNote.activity_key.in_(bindparam("note_activities", expanding=True)),
            MemberNote.ended_at.is_(None),
        )
        .order_by(MemberNote.id)
    )


def notes_of_member(
    session: Session, member_code: str, course_key: str | None = None
) -> dict[str, dict[Place, dict[str, MemberNote]]]:
    """The notes a member has: by course, place and language."""
    statement = (
        select(MemberNote)
        .where(MemberNote.member_code == member_code, MemberNote.ended_at.is_(None))
        .order_by(MemberNote.id)
    )
    if course_key is not None:
        statement = statement.where(MemberNote.course_key == course_key)
    found: dict[str, dict[Place, dict[str, MemberNote]]] = defaultdict(lambda: defaultdict(dict))
    for note in session.execute(statement).scalars():
        found[note.course_key][note.activity_key, note.place_key][note.language] = note
    return found


def find_note(
    session: Session, member_code: str, course_key: str, place: Place, language: str
) -> MemberNote | None:
    """The note that is shown at a place in a language, if there is one."""
    return next(
        (
            note
            for note in versions_of(session, member_code, course_key, place, language)
            if note.ended_at is None
        ),
        None,
    )


def versions_of(
    session: Session, member_code: str, course_key: str, place: Place, language: str
) -> Sequence[MemberNote]:
    """Every version of a note in a language, the latest first."""
    statement = (
        select(MemberNote)
        .where(
            MemberNote.member_code == member_code,
            MemberNote.course_key == course_key,
            MemberNote.activity_key == place[0],
            MemberNote.place_key == place[1],
            MemberNote.language == language,
        )
        .order_by(MemberNote.number.desc())
    )
    return session.execute(statement).scalars().all()


def list_helplines(session: Session, member_code: str) -> Sequence[Helpline]:
    """The services of a member that may be called now, in the order they were added."""
    statement = (
        select(Helpline)
        .where(Helpline.member_code == member_code, Helpline.ended_at.is_(None))
        .order_by(Helpline.id)
    )
    return session.execute(statement).scalars().all()


def get_helpline(session: Session, actor: Actor, helpline_id: int) -> Helpline:
    """A service the actor may edit. Raises NotFoundError for those of other members."""
    found = session.get(Helpline, helpline_id)
    if (
        found is None
        or found.ended_at is not None
        or not may_for_member(actor, Permission.MEMBER_NOTE_EDIT, found.member_code)
    ):
        raise NotFoundError(N_("There is no such number. It may have been changed."))
    return found


def get_edited_member(session: Session, actor: Actor, wanted: str) -> Member:
    """The member whose notes the actor edits: the one asked for, or their own.

    Raises NotFoundError for a member they may not edit, as for one that does not exist,
    and RefusedError when they edit for no member as a whole.
    """
    scopes = scopes_for(actor, Permission.MEMBER_NOTE_EDIT)
    members = scopes.of(ScopeKind.MEMBER)
    if not scopes.everywhere and not members:
        raise RefusedError(N_("The notes of a member are kept by its national focal point."))
    code = wanted or _usual(actor, members)
    found = session.get(Member, code)
    if found is None or not (scopes.everywhere or code in members):
        raise NotFoundError(N_("There is no such member."))
    return found


def list_edited_members(session: Session, actor: Actor) -> Sequence[Member]:
    """The members whose notes the actor may edit, by name."""
    scopes = scopes_for(actor, Permission.MEMBER_NOTE_EDIT)
    statement = select(Member).order_by(Member.name)
    if not scopes.everywhere:
        statement = statement.where(Member.code.in_(sorted(scopes.of(ScopeKind.MEMBER))))
    return session.execute(statement).scalars().all()


def _usual(actor: Actor, members: frozenset[str]) -> str:
    own = actor.member_code or ""
    return own if not members or own in members else min(members)
