"""The tables of review and publication of drafts."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.authoring.rules.reviewing import ReviewState
from lms.core.database import Base, Id, choice_of


class DraftReview(Base):
    """One request for review and what was decided. At most one of a draft waits.

    `asked_of` lists the persons named; others who may review can decide as well. `digest`
    names the bytes that were signed or returned, `words` what was said of them. A signature
    holds for those bytes alone.
    """

    __tablename__ = "draft_review"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    state: Mapped[ReviewState] = mapped_column(choice_of(ReviewState, "state"))
    asked_by: Mapped[int | None] = mapped_column(Id)
    asked_at: Mapped[datetime.datetime]
    asked_of: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[int | None] = mapped_column(Id)
    decided_at: Mapped[datetime.datetime | None]
    words: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_draft_review_draft_id", "draft_id", "id"),
        Index(
            "uq_draft_review_asked",
            "draft_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
    )


class DraftPublication(Base):
    """The edition a draft became: one at most. `reason` is why it went without review."""

    __tablename__ = "draft_publication"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("draft_review.id"))
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    published_by: Mapped[int | None] = mapped_column(Id)
    published_at: Mapped[datetime.datetime]
    moved: Mapped[dict[str, Any]]
