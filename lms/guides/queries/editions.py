"""Reading guides and their editions, of files and accepted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.guides.models import GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.queries.registry import registry_of
from lms.guides.registry import Guide
from lms.guides.rules.comparing import Compared


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as a list shows it; `sections` is how many were accepted, None: only its name
    is known from the files."""

    key: str
    language: str
    year: int | None
    sections: int | None
    stored: StoredGuideEdition | None


@dataclass(frozen=True, slots=True)
class GuideWithEditions:
    """A guide with its editions, newest first."""

    guide: Guide
    editions: tuple[EditionRow, ...]

    @property
    def accepted(self) -> list[EditionRow]:
        """Those whose sections stand here."""
        return [edition for edition in self.editions if edition.stored is not None]


def list_guides(session: Session, actor: Actor, folder: Path) -> list[GuideWithEditions]:
    """Every guide by title, in three statements."""
    registry = registry_of(session, folder)
    counted = select(GuideSection.guide_edition_id, func.count().label("sections")).group_by(
        GuideSection.guide_edition_id
    )
    counts = {row.guide_edition_id: row.sections for row in session.execute(counted)}
    rows = select(StoredGuide.key, StoredGuideEdition).join(
        StoredGuideEdition, StoredGuideEdition.guide_id == StoredGuide.id
    )
    stored: dict[tuple[str, str], StoredGuideEdition] = {}
    for key, edition in session.execute(rows):
        stored[key, edition.key] = edition
    found = []
    for guide in registry.guides.values():
        editions = []
        for named in guide.editions:
            own = stored.get((guide.key, named.key))
            count = counts.get(own.id, 0) if own else None
            editions.append(EditionRow(named.key, named.language, named.year, count, own))
        editions.sort(key=lambda row: (-(row.year or 0), row.language))
        found.append(GuideWithEditions(guide, tuple(editions)))
    return sorted(found, key=lambda each: each.guide.title.casefold())


def get_guide(session: Session, actor: Actor, folder: Path, guide_key: str) -> GuideWithEditions:
    """One guide. Raises NotFoundError."""
    for found in list_guides(session, actor, folder):
        if found.guide.key == guide_key:
            return found
    raise NotFoundError(N_("There is no such guide."))


def get_edition(
    session: Session, actor: Actor, guide_key: str, edition_key: str
) -> StoredGuideEdition:
    """An edition that was accepted here. Raises NotFoundError for any other."""
    statement = (
        select(StoredGuideEdition)
        .join(StoredGuide, StoredGuide.id == StoredGuideEdition.guide_id)
        .where(StoredGuide.key == guide_key, StoredGuideEdition.key == edition_key)
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such edition of this guide."))
    return found


def sections_of(
    session: Session, edition: StoredGuideEdition, *, with_text: bool = False
) -> Sequence[GuideSection]:
    """The sections in the order of the guide."""
    statement = (
        select(GuideSection)
        .where(GuideSection.guide_edition_id == edition.id)
        .order_by(GuideSection.position)
    )
    if with_text:
        statement = statement.options(undefer(GuideSection.text))
    return session.execute(statement).scalars().all()


def compared_sections(session: Session, edition: StoredGuideEdition) -> list[Compared]:
    """The sections with their texts, as `rules.comparing` takes them."""
    return [
        Compared(row.key, row.title, row.level, row.digest, row.text, row.page)
        for row in sections_of(session, edition, with_text=True)
    ]


def newest_edition(
    session: Session,
    guide_id: int,
    *,
    but_id: int,
    language: str | None = None,
    but_language: str | None = None,
) -> StoredGuideEdition | None:
    """The newest accepted edition of a guide but one, in one language or in any but one."""
    statement = select(StoredGuideEdition).where(
        StoredGuideEdition.guide_id == guide_id, StoredGuideEdition.id != but_id
    )
    if language is not None:
        statement = statement.where(StoredGuideEdition.language == language)
    if but_language is not None:
        statement = statement.where(StoredGuideEdition.language != but_language)
    newest = statement.order_by(StoredGuideEdition.year.desc(), StoredGuideEdition.id.desc())
    return session.execute(newest.limit(1)).scalar_one_or_none()
