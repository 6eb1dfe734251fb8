"""The tables of guides that were read in: the file's tree while it is corrected, then editions."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.core.database import Base, Id, choice_of
from lms.guides.rules.states import GuideImportState


class StoredGuide(Base):
    """A guide of which at least one edition was accepted here, by the key courses cite."""

    __tablename__ = "guide"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    short: Mapped[str] = mapped_column(String(300))
    series_key: Mapped[str | None] = mapped_column(String(80))
    publisher: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime.datetime]
    created_by: Mapped[int | None] = mapped_column(Id)


class StoredGuideEdition(Base):
    """One guide in one language and year. Its sections never change once it is accepted.

    `may_quote`: the licence lets us put the guide's own words into a course. `file_digest`
    is the SHA-256 of the file it was read from, which is not kept.
    """

    __tablename__ = "guide_edition"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id"))
    key: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12))
    year: Mapped[int | None]
    publisher: Mapped[str] = mapped_column(String(300))
    may_quote: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int | None]
    file_digest: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime.datetime]
    accepted_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("guide_id", "key"),)


class GuideSection(Base):
    """A section of an edition, in the order of the guide.

    `level` counts from 1. `page` is the page of the file, None where the file has none.
    `digest` is the SHA-256 of the text without differences of spaces, hyphens and letters'
    composition. `text` is kept for comparing editions, and shown to nobody as a whole
    unless `may_quote`.
    """

    __tablename__ = "guide_section"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    guide_edition_id: Mapped[int] = mapped_column(ForeignKey("guide_edition.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    level: Mapped[int]
    page: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = deferred(mapped_column(Text, nullable=False))

    __table_args__ = (
        UniqueConstraint("guide_edition_id", "key"),
        Index("ix_guide_section_edition_position", "guide_edition_id", "position"),
    )


class GuideImport(Base):
    """A guide that was read from a file and is being corrected.

    `reading` is the tree as the reader found it, as JSON, and never changes; `steps` are
    the corrections since, so that undoing is leaving out the last one. `facts` hold what
    the file said of itself (title, pages, language). Rows are forgotten a while after
    they ended; editions stay.
    """

    __tablename__ = "guide_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[GuideImportState] = mapped_column(choice_of(GuideImportState, "state"))
    file_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    file_digest: Mapped[str] = mapped_column(String(64))
    reading: Mapped[str] = deferred(mapped_column(Text, nullable=False))
    steps: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    run_id: Mapped[str] = mapped_column(String(36), unique=True)
    guide_edition_id: Mapped[int | None] = mapped_column(ForeignKey("guide_edition.id"))
    started_by: Mapped[int | None] = mapped_column(Id)
    started_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_guide_import_state", "state", "id"),)
