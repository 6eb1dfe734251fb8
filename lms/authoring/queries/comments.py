"""Comments on the files of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from lms.authoring.models import Draft, DraftComment
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_

MOST = 200
"""Threads on one page: a draft with more has other troubles."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers in the order they were written."""

    first: DraftComment
    answers: list[DraftComment] = field(default_factory=list)


def list_threads(
    session: Session, draft: Draft, *, path: str | None = None, settled: bool = False
) -> Sequence[Thread]:
    """Open threads of a draft, or of one file, the latest first; or those that are settled."""
    first = (
        select(DraftComment)
        .where(
            DraftComment.draft_id == draft.id,
            DraftComment.answers_id.is_(None),
            DraftComment.settled_at.is_not(None) if settled else DraftComment.settled_at.is_(None),
        )
        .order_by(DraftComment.id.desc())
        .limit(MOST)
    )
    if path is not None:
        first = first.where(DraftComment.path == path)
    threads = {comment.id: Thread(comment) for comment in session.execute(first).scalars()}
    if threads:
        answers = (
            select(DraftComment)
            .where(DraftComment.answers_id.in_(sorted(threads)))
            .order_by(DraftComment.id)
        )
        for answer in session.execute(answers).scalars():
            threads[answer.answers_id or 0].answers.append(answer)
    return list(threads.values())


def count_open(session: Session, draft: Draft) -> int:
    """How many threads of a draft are open."""
    statement = select(func.count()).where(
        DraftComment.draft_id == draft.id,
        DraftComment.answers_id.is_(None),
        DraftComment.settled_at.is_(None),
    )
    return session.execute(statement).scalar_one()


def get_comment(session: Session, draft: Draft, comment_id: int) -> DraftComment:
    """The first comment of a thread. Raises NotFoundError for one of another draft."""
    statement = (
        select(DraftComment)
        .where(
            DraftComment.id == comment_id,
            DraftComment.draft_id == draft.id,
            DraftComment.answers_id.is_(None),
        )
        .with_for_update()
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such comment on this draft."))
    return found
