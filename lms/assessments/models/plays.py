"""The table of scenario plays."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import MemberOwned, Reach, ReachRule
from lms.assessments.models.access import own_only
from lms.core.database import Id


class Play(MemberOwned):
    """One way through a scenario. `path` holds the keys of the choices made, in order.

    An empty word stands for a node that only leads on. Where the play stands and what its
    variables are follows from the path (`rules.plays.replay`). At most one is open.
    `edition_id` is set when its enrolment moves: the edition it was begun on.
    `counted_at` is when the worker added it to the statistics, in the same transaction;
    `counted` what it added while it was not over.
    """

    __tablename__ = "play"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    activity_key: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    path: Mapped[list[str]]
    started_at: Mapped[datetime.datetime]
    ended_at: Mapped[datetime.datetime | None]
    counted_at: Mapped[datetime.datetime | None]
    counted: Mapped[dict[str, Any] | None]

    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_key", "number"),
        Index(
            "uq_play_open",
            "enrolment_id",
            "activity_key",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_play_uncounted",
            "id",
            postgresql_where=text("counted_at IS NULL OR counted_at < ended_at"),
            sqlite_where=text("counted_at IS NULL OR counted_at < ended_at"),
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Play.__reaches__ = own_only(Play.person_id)
