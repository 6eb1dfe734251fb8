"""The one registry of what may be cited: `content/guides/` and the guides accepted here."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from config import ROOT
from lms.core.database import Session
from lms.guides.models import GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.registry import Guide, GuideEdition, Registry, Section, read_registry

FOLDER = ROOT / "content" / "guides"


@lru_cache(maxsize=4)
def files_registry(folder: Path) -> Registry:
    """What the files of this installation say, read once a process."""
    return read_registry(folder)[0]


def registry_of(session: Session, folder: Path = FOLDER) -> Registry:
    """The registry of files, and every guide, edition and section accepted here.

    Views pass `settings().content_folder / "guides"`. A guide that stands in both is one
    guide: what the file says of it counts, and editions and sections of both are there.
    Sections of the newest accepted edition in each language come first, those that only
    older editions have behind them, so that citations of older courses keep resolving.
    """
    base = files_registry(folder)
    guides = dict(base.guides)
    editions: dict[int, list[StoredGuideEdition]] = {}
    newest_first = select(StoredGuideEdition).order_by(
        StoredGuideEdition.year.desc(), StoredGuideEdition.id.desc()
    )
    for edition in session.execute(newest_first).scalars():
        editions.setdefault(edition.guide_id, []).append(edition)
    if not editions:
        return base
    titles: dict[int, list[Section]] = {}
    in_order = select(GuideSection.guide_edition_id, GuideSection.key, GuideSection.title).order_by(
        GuideSection.guide_edition_id, GuideSection.position
    )
    for edition_id, key, title in session.execute(in_order):
        titles.setdefault(edition_id, []).append(Section(key=key, title=title))
    for row in session.execute(select(StoredGuide)).scalars():
        own = editions.get(row.id, [])
        sections = [section for edition in own for section in titles.get(edition.id, [])]
        guides[row.key] = _joined(base.guides.get(row.key), row, own, sections)
    return dataclasses.replace(base, guides=guides)


def _joined(
    known: Guide | None,
    row: StoredGuide,
    editions: list[StoredGuideEdition],
    sections: list[Section],
) -> Guide:
    """The guide of the file with what was accepted, or of the row alone."""
    named = {edition.key: edition for edition in known.editions} if known else {}
    for edition in editions:
        found = GuideEdition(key=edition.key, language=edition.language, year=edition.year)
        named.setdefault(edition.key, found)
    titled = {section.key: section for section in known.sections} if known else {}
    for section in sections:
        titled.setdefault(section.key, section)
    all_editions, all_sections = tuple(named.values()), tuple(titled.values())
    if known:
        return known.model_copy(update={"editions": all_editions, "sections": all_sections})
    years = [edition.year for edition in editions if edition.year]
    return Guide(
        key=row.key,
        title=row.title,
        short=row.short,
        series=row.series_key,
        publisher=row.publisher,
        year=max(years, default=None),
        sections_checked=True,
        editions=all_editions,
        sections=all_sections,
    )
