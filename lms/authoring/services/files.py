"""Writing files of a draft. Nobody overwrites what they have not seen."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import undefer

from lms.authoring.models import Draft, DraftComment, DraftFile, DraftVersion
from lms.authoring.queries.drafts import digests_of, draft_for, file_of, is_author
from lms.authoring.queries.versions import version_of
from lms.authoring.rules.drafts import (
    ASIDE,
    AUTOSAVED,
    MOST_FILES,
    MOVED,
    RESTORED,
    SEEN_TO,
    WRITABLE,
    DraftState,
    content_digest,
    draft_digest,
    flaw_of_file,
)
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError, RefusedError
from lms.core.text import N_

AUTOSAVES_KEPT = datetime.timedelta(days=1)
"""How long what was saved without a button stays in the history, besides the last."""


class MovedOnError(ConflictError):
    """The file is no longer what the writer started from.

    `content` and `digest` are what stands now, None where somebody removed the file (or, for
    a new file, added one meanwhile: then they are those of the other one).
    """

    def __init__(
        self,
        path: str,
        content: bytes | None,
        digest: str | None,
        changed_by: int | None,
        changed_at: datetime.datetime | None,
    ) -> None:
        super().__init__(
            N_("Somebody else saved %(path)s while you wrote. Nothing of yours is lost."),
            path=path,
        )
        self.path = path
        self.content = content
        self.digest = digest
        self.changed_by = changed_by
        self.changed_at = changed_at


def write(
    session: Session,
    actor: Actor,
    draft: Draft,
    path: str,
    content: bytes,
    *,
    based_on: str | None,
    now: datetime.datetime,
    why: str = "",
) -> DraftFile:
    """Put this content at a path; a version of it is kept.

    `based_on` is the digest of the content the writer started from, None for a new file.
    Raises MovedOnError when something else stands there, and what `write_many` raises.
    """
    write_many(session, actor, draft, {path: content}, based_on={path: based_on}, now=now, why=why)
    return file_of(session, draft, path)


def write_many(
    session: Session,
    actor: Actor,
    draft: Draft,
    changes: Mapping[str, bytes | None],
    *,
    based_on: Mapping[str, str | None],
    now: datetime.datetime,
    why: str = "",
) -> None:
    """Change several files, all or none; None removes one.

    `based_on` says for each path which content the writer started from, None or absent for a
    path that is new. Contents that stand already are left alone. Raises MovedOnError for the first
    path at which something else stands, BadInputError for what cannot be a file,
    NotPossibleError when the draft is closed, RefusedError for who only reads it.
    """
    draft = _locked(session, actor, draft)
    standing = _standing(session, draft, changes)
    for path, content in changes.items():
        _check(path, content, based_on.get(path), standing.get(path))
    for path, content in changes.items():
        _put(session, actor, draft, path, content, standing.get(path), now=now, why=why)
    session.flush()
    digests = digests_of(session, draft)
    if len(digests) > MOST_FILES:
        raise NotPossibleError(
            N_("A course has at most %(number)s files. Divide it."), number=MOST_FILES
        )
    digest = draft_digest(digests)
    if draft.state is DraftState.APPROVED and digest != draft.digest:
        # A signature is of the bytes that were read.
        draft.state = DraftState.OPEN
    draft.digest, draft.changed_at = digest, now
    session.flush()
    if why != AUTOSAVED:
        record(session, actor, "draft.write", "draft", draft.id, now=now, files=sorted(changes))


def keep_aside(
    session: Session,
    actor: Actor,
    draft: Draft,
    path: str,
    content: bytes,
    *,
    based_on: str | None,
    now: datetime.datetime,
) -> DraftVersion:
    """Keep a text that met another's change, so that nothing typed is lost.

    It never stood, and waits in the history until its writer has seen to it. Kept again by
    the same person from the same start, it replaces what was kept. Raises as `write_many`.
    """
    draft = _locked(session, actor, draft)
    flaw = flaw_of_file(path, content)
    if flaw is not None:
        raise BadInputError(flaw, path=path)
    statement = select(DraftVersion).where(
        DraftVersion.draft_id == draft.id,
        DraftVersion.path == path,
        DraftVersion.why == ASIDE,
        DraftVersion.by == actor.person_id,
    )
    if based_on is not None:
        statement = statement.where(DraftVersion.based_on == based_on)
    kept = session.execute(statement.limit(1)).scalar_one_or_none()
    if kept is None:
        standing = _standing(session, draft, {path: content}).get(path)
        number = _keep_first(session, draft, path, standing) + 1
        kept = DraftVersion(
            draft_id=draft.id,
            path=path,
            number=number,
            by=actor.person_id,
            why=ASIDE,
            based_on=based_on,
        )
        session.add(kept)
    kept.content, kept.digest, kept.at = content, content_digest(content), now
    session.flush()
    return kept


def see_to(
    session: Session, actor: Actor, draft: Draft, version_id: int, *, now: datetime.datetime
) -> None:
    """Say that a text kept aside was merged or is not needed; it stays in the history."""
    draft = _locked(session, actor, draft)
    found = version_of(session, draft, version_id)
    if found.why == ASIDE:
        found.why = SEEN_TO
        session.flush()
        record(session, actor, "draft.see_to", "draft", draft.id, now=now, file=found.path)


def restore(
    session: Session, actor: Actor, draft: Draft, version_id: int, *, now: datetime.datetime
) -> None:
    """Put an earlier version back as a new one; what stands now stays in the history.

    Of a version in which the file was removed nothing can be put back: NotPossibleError.
    """
    draft = _locked(session, actor, draft)
    found = version_of(session, draft, version_id)
    if found.content is None:
        raise NotPossibleError(N_("In this version the file was removed. Choose an earlier one."))
    standing = digests_of(session, draft).get(found.path)
    write(
        session,
        actor,
        draft,
        found.path,
        found.content,
        based_on=standing,
        now=now,
        why=RESTORED,
    )


def rename(
    session: Session,
    actor: Actor,
    draft: Draft,
    moves: Mapping[str, str],
    changes: Mapping[str, bytes | None],
    *,
    now: datetime.datetime,
    why: str = MOVED,
) -> None:
    """Move files with their history and comments, then change others, all or nothing.

    `changes` name files as they are called afterwards and are based on what stands: call it
    with the draft locked (`draft_for(..., for_change=True)`) since its files were read.
    Raises NotPossibleError when a place is taken, and what `write_many` raises.
    """
    draft = _locked(session, actor, draft)
    digests = digests_of(session, draft)
    taken = set(digests) - set(moves)
    if not set(moves) <= set(digests) or taken & set(moves.values()):
        raise NotPossibleError(N_("The draft has moved on. Load the page again."))
    for before, after in moves.items():
        if before == after:
            continue
        for table in (DraftFile, DraftVersion, DraftComment):
            session.execute(
                update(table)
                .where(table.draft_id == draft.id, table.path == before)
                .values(path=f"moving/{after}")
            )
    for after in moves.values():
        for table in (DraftFile, DraftVersion, DraftComment):
            session.execute(
                update(table)
                .where(table.draft_id == draft.id, table.path == f"moving/{after}")
                .values(path=after)
            )
    session.flush()
    standing = digests_of(session, draft)
    based_on = {path: standing.get(path) for path in changes}
    write_many(session, actor, draft, changes, based_on=based_on, now=now, why=why)


def _locked(session: Session, actor: Actor, draft: Draft) -> Draft:
    draft = draft_for(session, actor, draft.id, for_change=True)
    if not is_author(session, actor, draft):
        raise RefusedError(N_("You read this draft. Only its contributors change it."))
    if draft.state not in WRITABLE:
        raise NotPossibleError(N_("This draft is closed. Begin a new one to go on."))
    return draft


def _standing(
    session: Session, draft: Draft, changes: Mapping[str, bytes | None]
) -> dict[str, DraftFile]:
    statement = (
        select(DraftFile)
        .where(DraftFile.draft_id == draft.id, DraftFile.path.in_(sorted(changes)))
        .options(undefer(DraftFile.content))
        .execution_options(populate_existing=True)
    )
    return {file.path: file for file in session.execute(statement).scalars()}


def _check(path: str, content: bytes | None, based_on: str | None, now: DraftFile | None) -> None:
    flaw = flaw_of_file(path, content) if content is not None else None
    if flaw is not None:
        raise BadInputError(flaw, path=path)
    if now is None:
        if based_on is not None and content is not None:
            raise MovedOnError(path, None, None, None, None)
        return
    written = content_digest(content) if content is not None else None
    if now.digest not in {based_on, written}:
        raise MovedOnError(path, now.content, now.digest, now.changed_by, now.changed_at)


def _put(
    session: Session,
    actor: Actor,
    draft: Draft,
    path: str,
    content: bytes | None,
    standing: DraftFile | None,
    *,
    now: datetime.datetime,
    why: str,
) -> None:
    digest = content_digest(content) if content is not None else ""
    if (standing.digest if standing is not None else "") == digest:
        return
    number = _keep_first(session, draft, path, standing) + 1
    _forget_autosaves(session, draft, path, now)
    session.add(
        DraftVersion(
            draft_id=draft.id,
            path=path,
            number=number,
            content=content,
            digest=digest,
            at=now,
            by=actor.person_id,
            why=why[:120],
        )
    )
    if content is None:
        if standing is not None:
            session.delete(standing)
        return
    if standing is None:
        standing = DraftFile(draft_id=draft.id, path=path)
        session.add(standing)
    standing.content, standing.digest, standing.number = content, digest, number
    standing.changed_at, standing.changed_by = now, actor.person_id


def _keep_first(session: Session, draft: Draft, path: str, standing: DraftFile | None) -> int:
    """The highest number of a version there is; the content a draft began with becomes one."""
    highest = select(func.max(DraftVersion.number)).where(
        DraftVersion.draft_id == draft.id, DraftVersion.path == path
    )
    found = session.execute(highest).scalar_one_or_none()
    if found is not None or standing is None:
        return found or 0
    session.add(
        DraftVersion(
            draft_id=draft.id,
            path=path,
            number=standing.number,
            content=standing.content,
            digest=standing.digest,
            at=standing.changed_at,
            by=standing.changed_by,
            why="",
        )
    )
    return standing.number


def _forget_autosaves(session: Session, draft: Draft, path: str, now: datetime.datetime) -> None:
    session.execute(
        delete(DraftVersion).where(
            DraftVersion.draft_id == draft.id,
            DraftVersion.path == path,
            DraftVersion.why == AUTOSAVED,
            DraftVersion.at < now - AUTOSAVES_KEPT,
        )
    )
