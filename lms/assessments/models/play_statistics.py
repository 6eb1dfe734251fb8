"""The table of sums over plays: how scenarios are played through. About nobody."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class PlayStatistic(Base):
    """Sums over the plays of one scenario of a course, all editions together.

    `sums` is `rules.play_statistics.PlaySums`.
    """

    __tablename__ = "play_statistic"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    sums: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("course_key", "activity_key"),)
