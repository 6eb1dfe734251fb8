"""Who may have which papers of a course, and which are being made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.authoring.papers.parts import PaperKind
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job
from lms.core.jobs.rules import UNFINISHED
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.enrolments.queries import find_own

BOTH = (PaperKind.WORKBOOK, PaperKind.GUIDE)


@dataclass(frozen=True, slots=True)
class PapersOf:
    """The edition whose papers somebody may have, and which kinds."""

    stored: StoredEdition
    kinds: tuple[PaperKind, ...]


def papers_for(session: Session, actor: Actor, course_key: str) -> PapersOf:
    """Papers of a course for the actor.

    Trainers and reviewers of the course and the secretariat: both, of the current edition.
    Who is on the course: the workbook of the edition they are on, unless that is closed.
    Raises NotFoundError for everybody else, as for a course that is not there.
    """
    if works_on(actor, course_key):
        current = session.execute(
            select(StoredEdition).where(
                StoredEdition.course_key == course_key, StoredEdition.is_current
            )
        ).scalar_one_or_none()
        if current is not None:
            return PapersOf(current, BOTH)
    own = find_own(session, actor, course_key)
    if own is None or own[1].is_closed:
        raise NotFoundError(N_("There are no papers of this course for you."))
    return PapersOf(own[1], (PaperKind.WORKBOOK,))


def works_on(actor: Actor, course_key: str) -> bool:
    """Whether the actor teaches or reviews the course, and so may see its answers."""
    for permission in (Permission.COURSE_TEACH, Permission.DRAFT_REVIEW):
        scopes = scopes_for(actor, permission)
        if scopes.everywhere or course_key in scopes.of(ScopeKind.COURSE):
            return True
    return False


def being_made(session: Session, once_keys: Collection[str]) -> frozenset[str]:
    """Which of these are being made now, or wait for the worker."""
    statement = select(Job.once_key).where(
        Job.once_key.in_(sorted(once_keys)), Job.state.in_(UNFINISHED)
    )
    return frozenset(key for key in session.execute(statement).scalars() if key is not None)
