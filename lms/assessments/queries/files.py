"""Reading which files were handed in."""

from __future__ import annotations

import datetime

from sqlalchemy import or_

from lms.access.reaches import Reach, scoped, vouched
from lms.assessments.models import HandedFile, Marking, MarkingDecision
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_


def files_of(session: Session, actor: Actor, attempt_id: int) -> dict[int, HandedFile]:
    """The files of one's own attempt by number of the question."""
    statement = scoped(HandedFile, actor, Reach.SELF).where(HandedFile.attempt_id == attempt_id)
    return {found.number: found for found in session.execute(statement).scalars()}


def file_to_mark(session: Session, actor: Actor, marking: Marking) -> HandedFile:
    """The file of an answer in the queue. Raises NotFoundError where the actor marks none such.

    The caller asks whether the actor holds it.
    """
    statement = scoped(HandedFile, actor, Reach.TAUGHT).where(
        HandedFile.attempt_id == marking.attempt_id, HandedFile.number == marking.number
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such file among those you mark."))
    return found


def attempts_with_old_files(
    session: Session, actor: Actor, *, marked_before: datetime.datetime, limit: int
) -> list[int]:
    """Attempts with files, all of them marked before a moment, in order of id."""
    later = (
        scoped(Marking, actor, Reach.ALL_MEMBERS)
        .outerjoin(MarkingDecision, MarkingDecision.marking_id == Marking.id)
        .with_only_columns(Marking.id)
        .where(
            Marking.attempt_id == HandedFile.attempt_id,
            or_(MarkingDecision.decided_at.is_(None), MarkingDecision.decided_at >= marked_before),
        )
        .correlate(HandedFile)
    )
    marked = (
        scoped(Marking, actor, Reach.ALL_MEMBERS)
        .with_only_columns(Marking.id)
        .where(Marking.attempt_id == HandedFile.attempt_id)
        .correlate(HandedFile)
    )
    statement = (
        scoped(HandedFile, actor, Reach.ALL_MEMBERS)
        .with_only_columns(HandedFile.attempt_id)
        .where(marked.exists(), ~later.exists())
        .distinct()
        .order_by(HandedFile.attempt_id)
        .limit(limit)
    )
    return list(session.execute(vouched(statement, Marking, MarkingDecision)).scalars())
