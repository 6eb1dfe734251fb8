"""The table of editions of paths."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class PathEdition(Base):
    """One published edition of a path: courses in order, with a certificate of their own.

    Like an edition of a course it never changes; whoever begins a path stays on the
    edition they began. `content` is `values.path.CoursePath` as JSON.
    """

    __tablename__ = "path_edition"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    path_key: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    is_current: Mapped[bool]
    published_at: Mapped[datetime.datetime]
    published_by: Mapped[int | None] = mapped_column(Id)
    withdrawn_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        UniqueConstraint("path_key", "number"),
        UniqueConstraint("path_key", "digest"),
        Index(
            "uq_path_edition_current",
            "path_key",
            unique=True,
            postgresql_where=text("is_current"),
            sqlite_where=text("is_current"),
        ),
    )
