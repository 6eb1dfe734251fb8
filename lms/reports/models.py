"""The tables of releases: ready-made tables, worked out once and kept as they are."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class ReportRelease(Base):
    """The ready-made tables of one closed period, protected, as of the moment they were made.

    `content` is the frame and every cell as it is shown; what is hidden is not in it, so
    that nobody can ask this row for it. It never changes: a correction of facts shows in
    exact reports only, since a second version would tell what changed. `members_at` and
    `public_at` say since when members and everybody may read it.
    """

    __tablename__ = "report_release"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    period_key: Mapped[str] = mapped_column(String(12), unique=True)
    as_of: Mapped[datetime.datetime]
    made_at: Mapped[datetime.datetime]
    made_by: Mapped[int | None] = mapped_column(Id)
    members_at: Mapped[datetime.datetime | None]
    public_at: Mapped[datetime.datetime | None]
    content: Mapped[dict[str, Any]]


class ReleasedQuarter(Base):
    """A quarter that a release covers. No quarter is in two: periods that overlap could be
    subtracted from each other."""

    __tablename__ = "report_released_quarter"

    quarter: Mapped[str] = mapped_column(String(12), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("report_release.id"), index=True)
