"""Which course follows which."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import Session
from lms.courses.catalogue import CourseCard
from lms.courses.models import Adaptation, AdaptationFile, StoredEdition
from lms.people.models import Member


@dataclass(frozen=True, slots=True)
class Followed:
    """What a course says of the one it was adapted from; `member` is whom it is for, if one.

    `card` is None where the source is offered no more.
    """

    link: Adaptation
    card: CourseCard | None
    member: str | None


def find_adaptation(session: Session, course_key: str) -> Adaptation | None:
    """The link of a course to the one it follows, or None."""
    return session.execute(
        select(Adaptation).where(Adaptation.course_key == course_key)
    ).scalar_one_or_none()


def find_followed(session: Session, course_key: str) -> Followed | None:
    """The link in words, or None for a course that follows none. One statement."""
    statement = (
        select(Adaptation, StoredEdition.card, Member.name)
        .outerjoin(
            StoredEdition,
            (StoredEdition.course_key == Adaptation.source_key)
            & StoredEdition.is_current
            & StoredEdition.withdrawn_at.is_(None),
        )
        .outerjoin(Member, Member.code == Adaptation.member_code)
        .where(Adaptation.course_key == course_key)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    card = CourseCard.from_json(found[1]) if found[1] is not None else None
    return Followed(found[0], card, found[2])


def decided_files(session: Session, link: Adaptation, digest: str) -> dict[str, bool]:
    """For each file already decided about this edition of the source whether it was taken over."""
    statement = select(AdaptationFile.path, AdaptationFile.is_taken).where(
        AdaptationFile.adaptation_id == link.id, AdaptationFile.digest == digest
    )
    return {row[0]: row[1] for row in session.execute(statement)}
