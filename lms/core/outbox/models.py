"""The table of what waits to leave."""

from __future__ import annotations

import datetime
import enum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id, choice_of


class OutboxState(enum.StrEnum):
    """Where a message stands. `parked` waits for a person to look at it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"
    DISMISSED = "dismissed"


class OutboxMessage(Base):
    """One mail to one person, still unrendered: template, language, facts.

    `person_id` is who it is for. `is_notice` marks what a person may choose not to be
    told: it leaves after everything else, and says how to stop it. `facts` are emptied
    when the mail is delivered, since they may hold a secret link. `next_attempt_at` is
    also the hold of the worker that has it in hand.
    """

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[OutboxState] = mapped_column(
        choice_of(OutboxState, "state"), default=OutboxState.WAITING
    )
    template: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(Id, index=True)
    address: Mapped[str] = mapped_column(String(320))
    facts: Mapped[dict[str, Any]]
    is_notice: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime.datetime]
    delivered_at: Mapped[datetime.datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (
        Index(
            "ix_outbox_message_waiting",
            "is_notice",
            "next_attempt_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_outbox_message_state_id", "state", "id"),
    )
