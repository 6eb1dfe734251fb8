"""What a handler holds while it works: payload, cursor, chunks that keep or lose themselves."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, update

from config import Settings
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session, for_reading
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.rules import LEASE
from lms.core.storage import Storage


class LeaseLostError(Exception):
    """Another worker has this job now, or somebody cancelled it: the chunk in hand is undone."""


class WorkerStoppingError(Exception):
    """The worker is told to stop: the job goes back and continues from its cursor elsewhere."""


GIVEN_WAY = 0.25
"""Of the time a chunk held SQLite's write lock: how long others have it to themselves then."""

Handler = Callable[["Work"], None]
"""Does the whole of a job in chunks. Returning means it is done."""


class Work:
    """One run of one job, from its cursor on.

    A chunk is `with work.transaction() as session:` with one `work.advance(session, ...)`
    inside: its rows and the cursor are committed together or not at all. Between
    chunks a handler may be stopped by LeaseLostError or WorkerStoppingError; it must
    let both pass. `requested_by` is the person who asked, None for the schedule.
    """

    def __init__(
        self,
        engine: Engine,
        job: Job,
        *,
        storage: Storage,
        stop: threading.Event,
        lease: datetime.timedelta = LEASE,
        settings: Settings | None = None,
    ) -> None:
        if job.lease_token is None:
            raise ValueError("A job is worked on only under a lease.")
        self.job_id = job.id
        self.kind = job.kind
        self.run_id = job.run_id
        self.payload: dict[str, Any] = dict(job.payload)
        self.attempts = job.attempts
        self.requested_by = job.requested_by
        self.member_code = job.member_code
        self.storage = storage
        self.cursor: dict[str, Any] = dict(job.cursor)
        self.result: dict[str, Any] = dict(job.result)
        self.done = job.done
        self.total = job.total
        self.lost = threading.Event()
        self.token = job.lease_token
        self._engine = engine
        self._stop = stop
        self._lease = lease
        self._settings = settings
        self._moved: dict[str, Any] = {}
        self._moved_at = time.monotonic()

    @property
    def stands_still_for(self) -> float:
        """Seconds since the handler last began, ended or looked up from a chunk."""
        return time.monotonic() - self._moved_at

    @property
    def settings(self) -> Settings:
        """The settings of the worker. Raises LookupError where the shift was given none."""
        if self._settings is None:
            raise LookupError("This shift works without settings.")
        return self._settings

    @property
    def actor(self) -> Actor:
        """The system as the one who acts, named after the kind of job in the audit."""
        return Actor.system(self.kind[:40])

    def now(self) -> datetime.datetime:
        """The present moment; a job lives longer than one."""
        return clock.now()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only, closed at the end; takes no write lock on SQLite."""
        with Session(for_reading(self._engine), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One chunk: committed at the end if the lease still holds, else rolled back.

        Raises LeaseLostError when it does not, and WorkerStoppingError before a new
        chunk when the worker is told to stop. About 200 rows a chunk.
        """
        self.check()
        self._moved.clear()
        begun = time.monotonic()
        with Session(self._engine, expire_on_commit=False) as session:
            yield session
            if not self._moved:
                self.advance(session)
            session.commit()
        self._keep()
        self._give_way(time.monotonic() - begun)

    def advance(
        self,
        session: Session,
        *,
        cursor: dict[str, Any] | None = None,
        done: int | None = None,
        total: int | None = None,
        result: dict[str, Any] | None = None,
    ) -> None:
        """Move the cursor and the progress in the chunk's transaction; what is None stays.

        `result` is kept on the job for its page: counts, and `page` (a path) that the
        progress page links to when all is done. Never personal data. Raises
        LeaseLostError if the lease was lost or the job cancelled. A moved cursor is
        progress, and starts the count of failed tries anew.
        """
        given = {"cursor": cursor, "done": done, "total": total, "result": result}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if cursor is not None and cursor != self.cursor:
            values["attempts"] = 1
        values["lease_until"] = clock.now() + self._lease
        session.flush()
        statement = (
            update(Job)
            .where(
                Job.id == self.job_id,
                Job.lease_token == self.token,
                Job.state == JobState.RUNNING,
            )
            .values(**values)
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        )
        if session.execute(statement).scalar_one_or_none() is None:
            self.lost.set()
            raise LeaseLostError(f"Job {self.job_id} is no longer ours.")
        self._moved |= values

    def check(self) -> None:
        """Raise LeaseLostError or WorkerStoppingError if this job should not go on here.

        For long work between chunks, such as rendering or parsing; it also says that the
        work goes on.
        """
        self._moved_at = time.monotonic()
        if self.lost.is_set():
            raise LeaseLostError(f"Job {self.job_id} is no longer ours.")
        if self._stop.is_set():
            raise WorkerStoppingError

    def _give_way(self, held: float) -> None:
        """Leave SQLite's one write lock alone for a while, after `held` seconds with it.

        SQLite has no line of those who wait: each looks every 0.1 s whether the lock is free.
        A job that took it again at once kept pages from writing until they gave up after 10 s.
        """
        if self._engine.dialect.name == "sqlite":
            self._stop.wait(held * GIVEN_WAY)

    def _keep(self) -> None:
        """What was committed is where we stand now."""
        self._moved_at = time.monotonic()
        self.cursor = self._moved.get("cursor", self.cursor)
        self.done = self._moved.get("done", self.done)
        self.total = self._moved.get("total", self.total)
        self.result = self._moved.get("result", self.result)
