"""What became of the files of a draft: versions, the latest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.authoring.models import Draft, DraftVersion
from lms.authoring.rules.drafts import ASIDE
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_

PAGE = 50


def version_of(session: Session, draft: Draft, version_id: int) -> DraftVersion:
    """One version with its content. Raises NotFoundError for one of another draft."""
    statement = (
        select(DraftVersion)
        .where(DraftVersion.id == version_id, DraftVersion.draft_id == draft.id)
        .options(undefer(DraftVersion.content))
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such version in this draft."))
    return found


def list_versions(
    session: Session, draft: Draft, path: str | None = None, *, before: int | None = None
) -> tuple[Sequence[DraftVersion], int | None]:
    """Versions of a file, or of all files, without content; and the id the next page begins before.

    Files that were never changed since the draft began have none.
    """
    statement = (
        select(DraftVersion)
        .where(DraftVersion.draft_id == draft.id)
        .order_by(DraftVersion.id.desc())
        .limit(PAGE + 1)
    )
    if path is not None:
        statement = statement.where(DraftVersion.path == path)
    if before is not None:
        statement = statement.where(DraftVersion.id < before)
    found = session.execute(statement).scalars().all()
    return (found, None) if len(found) <= PAGE else (found[:PAGE], found[PAGE - 1].id)


def version_before(session: Session, draft: Draft, version: DraftVersion) -> DraftVersion | None:
    """What stood before this version of the file, with its content."""
    statement = (
        select(DraftVersion)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == version.path,
            DraftVersion.number < version.number,
            DraftVersion.why != ASIDE,
        )
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .options(undefer(DraftVersion.content))
    )
    return session.execute(statement).scalar_one_or_none()


def content_of(session: Session, draft: Draft, path: str, digest: str | None) -> bytes | None:
    """The content of a file that had this digest once; None when it is not kept any more."""
    if digest is None:
        return None
    statement = (
        select(DraftVersion.content)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == path,
            DraftVersion.digest == digest,
        )
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()


def find_aside(session: Session, actor: Actor, draft: Draft, path: str) -> DraftVersion | None:
    """A text of the actor that met another's change of this file and waits to be seen to."""
    statement = (
        select(DraftVersion)
        .where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == path,
            DraftVersion.why == ASIDE,
            DraftVersion.by == actor.person_id,
        )
        .order_by(DraftVersion.id.desc())
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()
