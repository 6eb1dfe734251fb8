"""The table of editions: each a value that never changes, with what the catalogue says of it."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.core.database import Base, Id, choice_of
from lms.courses.rules import EditionWithdrawal


class StoredEdition(Base):
    """One published edition of a course.

    `content` is the whole edition as JSON and is read once a process and digest
    (`store.py`). `card` is what lists show (`catalogue.CourseCard`). One edition of a
    course is current; older ones stay for those who are on them. A withdrawn one is offered
    to nobody; those who are on it may finish, unless it is closed.
    """

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    card: Mapped[dict[str, Any]]
    content: Mapped[str] = deferred(mapped_column(Text))
    is_current: Mapped[bool]
    published_at: Mapped[datetime.datetime]
    published_by: Mapped[int | None] = mapped_column(Id)
    withdrawn_at: Mapped[datetime.datetime | None]
    withdrawal_reason: Mapped[EditionWithdrawal | None] = mapped_column(
        choice_of(EditionWithdrawal, "withdrawal_reason")
    )

    __table_args__ = (
        UniqueConstraint("course_key", "number"),
        UniqueConstraint("course_key", "digest"),
        Index("ix_edition_digest", "digest"),
        Index(
            "uq_edition_current",
            "course_key",
            unique=True,
            postgresql_where=text("is_current"),
            sqlite_where=text("is_current"),
        ),
    )

    @property
    def is_closed(self) -> bool:
        """Whether nobody may read it any more, not even those who are on it."""
        return (
            self.withdrawn_at is not None
            and self.withdrawal_reason is EditionWithdrawal.HARMFUL_OR_WRONG
        )
