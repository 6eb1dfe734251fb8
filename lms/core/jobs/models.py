"""The table of jobs."""

from __future__ import annotations

import datetime
import enum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id, choice_of


class JobState(enum.StrEnum):
    """Where a job stands. `parked` failed too often and waits for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of work with a cursor that moves in the same transaction as its chunks.

    `lease_token` is new at every start; a chunk whose token is no longer the row's
    is rolled back, so two workers never both keep a chunk. `once_key` makes a
    periodic or repeated request a no-op while one with the same key is unfinished.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    run_id: Mapped[str] = mapped_column(String(36), unique=True)
    once_key: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[JobState] = mapped_column(choice_of(JobState, "state"), default=JobState.WAITING)
    payload: Mapped[dict[str, Any]]
    cursor: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    most_attempts: Mapped[int] = mapped_column(default=5)
    requested_by: Mapped[int | None] = mapped_column(Id)
    member_code: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime.datetime]
    run_after: Mapped[datetime.datetime]
    started_at: Mapped[datetime.datetime | None]
    finished_at: Mapped[datetime.datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime.datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_requested_by", "requested_by"),
        Index(
            "uq_job_once_key_unfinished",
            "once_key",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'running')"),
            sqlite_where=text("state IN ('waiting', 'running')"),
        ),
    )
