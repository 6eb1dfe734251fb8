"""Reading drafts. They are about courses, not people; who may see one is asked by `draft_for`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import undefer

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.authoring.models import Draft, DraftContributor, DraftFile
from lms.authoring.rules.drafts import WRITABLE, DraftState
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.layout import place_of
from lms.courses.models import StoredEdition

PAGE = 30


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of drafts begins: behind the one changed at this moment with this id."""

    changed_at: datetime.datetime
    draft_id: int


def draft_for(session: Session, actor: Actor, draft_id: int, *, for_change: bool = False) -> Draft:
    """A draft the actor may see: contributors, reviewers of its course, the secretariat.

    Raises NotFoundError to all others, as for a draft that does not exist. `for_change`
    locks the row.
    """
    statement = select(Draft).where(Draft.id == draft_id, _seen_by(actor))
    if for_change:
        statement = statement.with_for_update(of=Draft).execution_options(populate_existing=True)
    draft = session.execute(statement).scalar_one_or_none()
    if draft is None:
        raise NotFoundError(N_("There is no such draft among those you work on."))
    return draft


def may_write(session: Session, actor: Actor, draft: Draft) -> bool:
    """Whether the actor may change the draft now: contributors and the secretariat, until it is
    published or discarded. Reviewers read and comment."""
    return draft.state in WRITABLE and is_author(session, actor, draft)


def is_author(session: Session, actor: Actor, draft: Draft) -> bool:
    """Whether the actor contributes to the draft, in whatever state, or may write all drafts."""
    scopes = scopes_for(actor, Permission.DRAFT_EDIT)
    if scopes.everywhere:
        return True
    if not scopes.by_kind or actor.person_id is None:
        return False
    statement = select(DraftContributor.id).where(
        DraftContributor.draft_id == draft.id, DraftContributor.person_id == actor.person_id
    )
    return session.execute(statement).scalar_one_or_none() is not None


def list_drafts(
    session: Session,
    actor: Actor,
    *,
    of_all: bool = False,
    discarded: bool = False,
    after: After | None = None,
) -> tuple[Sequence[Draft], After | None]:
    """The drafts the actor contributes to, the latest change first, and where the next page begins.

    `of_all` adds those they may see as a reviewer or as the secretariat; `discarded` asks for
    those that were given up instead of all others.
    """
    shown = _seen_by(actor) if of_all else _own(actor)
    state = Draft.state == DraftState.DISCARDED
    statement = (
        select(Draft)
        .where(shown, state if discarded else ~state)
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
        .limit(PAGE + 1)
    )
    if after is not None:
        place = tuple_(Draft.changed_at, Draft.id)
        statement = statement.where(place < (after.changed_at, after.draft_id))
    found = session.execute(statement).scalars().all()
    if len(found) <= PAGE:
        return found, None
    last = found[PAGE - 1]
    return found[:PAGE], After(last.changed_at, last.id)


def taken_keys(session: Session, client_id: str | None = None) -> frozenset[str]:
    """Keys no new course can have: those of published courses, and of drafts that are open.

    Without the draft that this very form (`client_id`) began, so that a repeat is no mistake.
    """
    published = select(StoredEdition.course_key).distinct()
    drafts = select(Draft.course_key, Draft.client_id).where(Draft.state.in_(sorted(WRITABLE)))
    begun = {key for key, mark in session.execute(drafts) if client_id is None or mark != client_id}
    return frozenset(session.execute(published).scalars()) | begun


def files_of(session: Session, draft: Draft) -> dict[str, bytes]:
    """Every file of the draft by its path, in order of path."""
    statement = (
        select(DraftFile.path, DraftFile.content)
        .where(DraftFile.draft_id == draft.id)
        .order_by(DraftFile.path)
    )
    return dict(sorted((path, content) for path, content in session.execute(statement)))


def digests_of(session: Session, draft: Draft) -> dict[str, str]:
    """The digest of every file by its path, without their contents."""
    statement = select(DraftFile.path, DraftFile.digest).where(DraftFile.draft_id == draft.id)
    return dict(sorted((path, digest) for path, digest in session.execute(statement)))


def file_of(session: Session, draft: Draft, path: str) -> DraftFile:
    """One file with its content. Raises NotFoundError when the draft has none there."""
    found = find_file(session, draft, path)
    if found is None:
        raise NotFoundError(N_("There is no such file in this draft. It may have been moved."))
    return found


def find_file(session: Session, draft: Draft, path: str) -> DraftFile | None:
    """One file with its content, or None."""
    statement = (
        select(DraftFile)
        .where(DraftFile.draft_id == draft.id, DraftFile.path == path)
        .options(undefer(DraftFile.content))
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one_or_none()


def find_moved(session: Session, draft: Draft, path: str) -> DraftFile | None:
    """The file of the same key and language that was at this path before it was moved."""
    place = place_of(path)
    if place is None or place.name is None:
        return None
    for other in digests_of(session, draft):
        there = place_of(other)
        if (
            there is not None
            and there.shape is place.shape
            and (there.name, there.language) == (place.name, place.language)
        ):
            return find_file(session, draft, other)
    return None


def _own(actor: Actor) -> ColumnElement[bool]:
    return Draft.id.in_(
        select(DraftContributor.draft_id).where(DraftContributor.person_id == actor.person_id)
    )


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    reviewed = scopes_for(actor, Permission.DRAFT_REVIEW)
    if reviewed.everywhere or scopes_for(actor, Permission.DRAFT_EDIT).everywhere:
        return Draft.id.is_not(None)
    courses = sorted(reviewed.of(ScopeKind.COURSE))
    return or_(_own(actor), Draft.course_key.in_(courses)) if courses else _own(actor)
