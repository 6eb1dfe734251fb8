"""Reading which files were handed in."""

from __future__ import annotations

from lms.access.reaches import Reach, scoped
from lms.assessments.models import HandedFile, Marking
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
