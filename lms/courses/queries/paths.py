"""Reading paths. Like courses they are about nobody: no reach is needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.courses.catalogue import CourseCard
from lms.courses.models import PathEdition, StoredEdition
from lms.courses.values.path import CoursePath


@dataclass(frozen=True, slots=True)
class StoredPath:
    """One edition of a path, read."""

    edition_id: int
    number: int
    path: CoursePath

    @classmethod
    def of(cls, row: PathEdition) -> StoredPath:
        return cls(row.id, row.number, CoursePath.model_validate(row.content))


def list_paths(session: Session) -> list[StoredPath]:
    """The current edition of every path, by title, in one statement."""
    statement = select(PathEdition).where(
        PathEdition.is_current, PathEdition.withdrawn_at.is_(None)
    )
    found = [StoredPath.of(row) for row in session.execute(statement).scalars()]
    return sorted(found, key=lambda stored: fold(stored.path.title))


def get_current_path(session: Session, path_key: str) -> StoredPath:
    """The current edition of a path. Raises NotFoundError if there is none to be taken."""
    statement = select(PathEdition).where(
        PathEdition.path_key == path_key,
        PathEdition.is_current,
        PathEdition.withdrawn_at.is_(None),
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such path."))
    return StoredPath.of(found)


def paths_by_edition(session: Session, edition_ids: Collection[int]) -> dict[int, StoredPath]:
    """The editions with these ids, current or not."""
    if not edition_ids:
        return {}
    statement = select(PathEdition).where(PathEdition.id.in_(sorted(edition_ids)))
    return {row.id: StoredPath.of(row) for row in session.execute(statement).scalars()}


def current_cards(session: Session, keys: Collection[str]) -> dict[str, CourseCard]:
    """The cards of the courses with these keys that may be taken now, by key."""
    if not keys:
        return {}
    statement = select(StoredEdition.course_key, StoredEdition.card).where(
        StoredEdition.course_key.in_(sorted(keys)),
        StoredEdition.is_current,
        StoredEdition.withdrawn_at.is_(None),
    )
    return {key: CourseCard.from_json(card) for key, card in session.execute(statement)}
