"""Work that comes round: one job for each period, whoever looks at the clock."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue

_EPOCH = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
"""A Monday, so that weekly periods begin on Mondays."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """A kind of job that runs once in every period of length `every`, from `offset` into it.

    Periods are counted in UTC: every day with an offset of two hours is 02:00 UTC. After
    a standstill only the present period is caught up.
    """

    kind: str
    every: datetime.timedelta
    offset: datetime.timedelta = datetime.timedelta(0)
    payload: dict[str, Any] = field(default_factory=dict)

    def period(self, now: datetime.datetime) -> datetime.datetime:
        """The start of the period that `now` is in."""
        return _EPOCH + self.offset + (now - _EPOCH - self.offset) // self.every * self.every

    def key(self, now: datetime.datetime) -> str:
        """The once_key of the job for this period."""
        return f"{self.kind}@{self.period(now):%Y-%m-%dT%H:%M:%S}"


def schedule(session: Session, periodic: Iterable[Periodic], *, now: datetime.datetime) -> int:
    """Enqueue what is due and has not been in its period; how many that was.

    Several workers may call this at once: SQLite lets one write at a time, and
    PostgreSQL takes an advisory lock for the transaction.
    """
    wanted = {one.key(now): one for one in periodic}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(b"bekal.jobs.schedule"))))
    statement = select(Job.once_key).where(Job.once_key.in_(wanted))
    been = set(session.execute(statement).scalars())
    actor = Actor.system("schedule")
    for key, one in wanted.items():
        if key not in been:
            enqueue(session, one.kind, one.payload, requested_by=actor, now=now, once_key=key)
    return len(wanted.keys() - been)
