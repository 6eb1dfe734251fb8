"""Tables of the room."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import Owned, Reach, ReachRule
from lms.core.database import Id, choice_of
from lms.notices.rules import Category, Channel, Frequency
from lms.people.models.persons import owned_through_person


class Notice(Owned):
    """One thing a person is told: an English sentence for gettext, its facts, and where to go.

    It stands on the person's page at once. `due_at` is when the worker looks at it
    again to mail it, alone or in a digest; None once that is decided for good.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    category: Mapped[Category] = mapped_column(choice_of(Category, "category"))
    kind: Mapped[str] = mapped_column(String(60))
    sentence: Mapped[str] = mapped_column(String(300))
    facts: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(String(200))
    once_key: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime.datetime]
    read_at: Mapped[datetime.datetime | None]
    due_at: Mapped[datetime.datetime | None]
    channel: Mapped[Channel | None] = mapped_column(choice_of(Channel, "channel"))

    __table_args__ = (
        Index("ix_notice_person_id_id", "person_id", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notice_due_at",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
        UniqueConstraint("person_id", "once_key"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Notice.__reaches__ = owned_through_person(Notice.person_id)


class NoticeChoice(Owned):
    """How often a person wants mail about one category; a missing row means the default."""

    __tablename__ = "notice_choice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    category: Mapped[Category] = mapped_column(choice_of(Category, "category"))
    frequency: Mapped[Frequency] = mapped_column(choice_of(Frequency, "frequency"))
    chosen_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("person_id", "category"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


NoticeChoice.__reaches__ = owned_through_person(NoticeChoice.person_id)
