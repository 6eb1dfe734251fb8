"""Commenting on drafts: everybody who may see one may say something of it."""

from __future__ import annotations

import datetime

from lms.authoring.models import Draft, DraftComment
from lms.authoring.queries.comments import get_comment
from lms.authoring.queries.drafts import digests_of, draft_for
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotFoundError
from lms.core.text import N_

LONGEST = 2000


def comment(
    session: Session,
    actor: Actor,
    draft: Draft,
    path: str,
    text: str,
    *,
    client_id: str,
    line: int | None = None,
    answers: int | None = None,
    now: datetime.datetime,
) -> int | None:
    """Say something of a file, or of one line of it, or answer a comment; the id of the comment.

    The same `client_id` again writes nothing and gives None. An answer opens a settled thread
    again. Raises BadInputError with `field`, NotFoundError for a file that is not there.
    """
    draft = draft_for(session, actor, draft.id)
    words = "\n".join(part.rstrip() for part in text.replace("\r\n", "\n").split("\n")).strip()
    if not words:
        raise BadInputError(N_("Write the comment."), field="text")
    if len(words) > LONGEST:
        raise BadInputError(N_("Write at most %(most)s characters."), field="text", most=LONGEST)
    if answers is not None:
        first = get_comment(session, draft, answers)
        path, line = first.path, None
        first.settled_at = first.settled_by = None
    elif path not in digests_of(session, draft):
        raise NotFoundError(N_("There is no such file in this draft. It may have been moved."))
    made = insert_once(
        session,
        DraftComment,
        {
            "client_id": client_id,
            "draft_id": draft.id,
            "path": path,
            "line": line,
            "answers_id": answers,
            "text": words,
            "written_at": now,
            "written_by": actor.person_id,
        },
        unique=("client_id",),
    )
    if made is not None:
        record(session, actor, "draft.comment", "draft_comment", made, now=now, draft=draft.id)
    return made


def settle(
    session: Session, actor: Actor, draft: Draft, comment_id: int, *, now: datetime.datetime
) -> None:
    """Say that a thread is seen to; answering opens it again."""
    draft = draft_for(session, actor, draft.id)
    first = get_comment(session, draft, comment_id)
    if first.settled_at is None:
        first.settled_at, first.settled_by = now, actor.person_id
        session.flush()
        record(session, actor, "draft.settle_comment", "draft_comment", first.id, now=now)
