"""Reading the catalogue and its editions. Courses are about nobody: no reach is needed."""

from __future__ import annotations

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition


def list_cards(session: Session) -> list[CourseCard]:
    """The current edition of every course, in one statement."""
    statement = select(StoredEdition.card).where(
        StoredEdition.is_current, StoredEdition.withdrawn_at.is_(None)
    )
    return [CourseCard.from_json(card) for card in session.execute(statement).scalars()]


def get_current(session: Session, course_key: str) -> StoredEdition:
    """The current edition of a course. Raises NotFoundError if there is none to be taken."""
    statement = select(StoredEdition).where(
        StoredEdition.course_key == course_key,
        StoredEdition.is_current,
        StoredEdition.withdrawn_at.is_(None),
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such course."))
    return found


def find_by_digest(session: Session, course_key: str, digest: str) -> StoredEdition | None:
    """The edition of this course with these very sources, if it was published."""
    statement = select(StoredEdition).where(
        StoredEdition.course_key == course_key, StoredEdition.digest == digest
    )
    return session.execute(statement).scalar_one_or_none()
