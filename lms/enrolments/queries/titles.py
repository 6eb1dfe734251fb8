"""The titles of what people are on, in its own language, as notices keep them."""

from __future__ import annotations

from sqlalchemy import select

from lms.core.database import Session
from lms.courses.catalogue import CourseCard
from lms.courses.models import PathEdition, StoredEdition
from lms.enrolments.models import Enrolment, PathEnrolment


def title_of(session: Session, row: Enrolment | PathEnrolment) -> str:
    """The title of the edition this person is on."""
    if isinstance(row, PathEnrolment):
        content = select(PathEdition.content).where(PathEdition.id == row.path_edition_id)
        return str(session.execute(content).scalar_one()["title"])
    card = select(StoredEdition.card).where(StoredEdition.id == row.edition_id)
    return CourseCard.from_json(session.execute(card).scalar_one()).title("")
