"""Taking a job, keeping it, giving it back: short transactions of the worker's own."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from lms.core.database import Session, for_reading
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.rules import FARTHEST_AHEAD, FAULT_PAUSE, LEASE, PAUSES, pause_after
from lms.core.text import N_

HUNG = N_("The work stood still for too long and was stopped.")
LOST = N_("The worker stopped in the middle, or was cut off from the database.")


def claim(
    engine: Engine,
    kinds: Collection[str],
    *,
    now: datetime.datetime,
    lease: datetime.timedelta = LEASE,
) -> Job | None:
    """Take the job that has waited longest, under a new lease, or None if none is due.

    One statement: PostgreSQL skips rows another worker is taking, SQLite lets one
    worker write at a time. Looked up by a reading transaction first, so that an idle
    worker takes no write lock.
    """
    due = (Job.state == JobState.WAITING, Job.run_after <= now, Job.kind.in_(kinds))
    with Session(for_reading(engine)) as session:
        if not session.execute(select(exists().where(*due))).scalar_one():
            return None
    waiting = aliased(Job)
    longest_waiting = (
        select(waiting.id)
        .where(
            waiting.state == JobState.WAITING,
            waiting.run_after <= now,
            waiting.kind.in_(kinds),
        )
        .order_by(waiting.run_after, waiting.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(Job)
        .where(Job.id == longest_waiting)
        .values(
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            started_at=now,
            lease_token=str(uuid.uuid4()),
            lease_until=now + lease,
        )
        .returning(Job)
        .execution_options(synchronize_session=False)
    )
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return session.execute(statement).scalar_one_or_none()


def beat(
    engine: Engine,
    job_id: int,
    token: str,
    *,
    now: datetime.datetime,
    lease: datetime.timedelta = LEASE,
) -> bool:
    """Lengthen a lease; False if it was lost meanwhile."""
    return _of_own(engine, job_id, token, lease_until=now + lease)


def finish(engine: Engine, job_id: int, token: str, *, now: datetime.datetime) -> bool:
    """The job is done; False if the lease was lost meanwhile."""
    return _of_own(
        engine,
        job_id,
        token,
        state=JobState.DONE,
        finished_at=now,
        lease_token=None,
        lease_until=None,
        last_error="",
    )


def give_back(engine: Engine, job_id: int, token: str, *, now: datetime.datetime) -> bool:
    """The worker stops: the job waits for the next one, and the try does not count."""
    return _of_own(
        engine,
        job_id,
        token,
        state=JobState.WAITING,
        attempts=Job.attempts - 1,
        run_after=now,
        lease_token=None,
        lease_until=None,
    )


def wait_out(engine: Engine, job_id: int, token: str, said: str, *, now: datetime.datetime) -> bool:
    """Something below us is wrong: try again after a pause, as often as it takes."""
    return _of_own(
        engine,
        job_id,
        token,
        state=JobState.WAITING,
        attempts=Job.attempts - 1,
        run_after=now + FAULT_PAUSE,
        last_error=said,
        lease_token=None,
        lease_until=None,
    )


def fail(
    engine: Engine, job_id: int, token: str, said: str, *, now: datetime.datetime, park: bool
) -> bool:
    """The try failed: wait and try again, or park the job after the last try or if `park`.

    What is said when it is parked at once is a sentence for who asked for the job, and is
    kept in its result as `said`, unless the work hung: that is for an administrator to mend.
    """
    with Session(engine) as session, session.begin():
        job = session.execute(
            select(Job)
            .where(Job.id == job_id, Job.lease_token == token, Job.state == JobState.RUNNING)
            .with_for_update()
        ).scalar_one_or_none()
        if job is None:
            return False
        if park and said != HUNG:
            job.result = {**job.result, "said": said}
        _put_off(job, said, now=now, park=park)
        return True


def reclaim(engine: Engine, *, now: datetime.datetime) -> int:
    """Put off or park the jobs whose workers have gone silent; how many there were.

    This is what a killed worker leaves behind, and also what parks a job that kills
    every worker that takes it. A lease that ends in a far future was written by a clock
    that was ahead, and is not waited for.
    """
    ends_wrongly = or_(Job.lease_until < now, Job.lease_until > now + FARTHEST_AHEAD)
    silent = (Job.state == JobState.RUNNING, ends_wrongly)
    with _each_locked(engine, silent) as jobs:
        for job in jobs:
            _put_off(job, LOST, now=now, park=False)
    return len(jobs)


def call_back(engine: Engine, *, now: datetime.datetime) -> int:
    """Bring back to the present what a clock that was ahead put into the future; how many.

    A job made later than now keeps the pause it was made with; one that was tried waits no
    longer than the longest pause.
    """
    ahead = (
        Job.state == JobState.WAITING,
        Job.run_after > now + FARTHEST_AHEAD,
        or_(
            Job.created_at > now + FARTHEST_AHEAD,
            and_(Job.attempts > 0, Job.run_after > now + PAUSES[-1] + FARTHEST_AHEAD),
        ),
    )
    with _each_locked(engine, ahead) as jobs:
        for job in jobs:
            waits = job.run_after - job.created_at if job.attempts == 0 else PAUSES[0]
            job.run_after, job.created_at = now + waits, min(job.created_at, now)
    return len(jobs)


@contextmanager
def _each_locked(engine: Engine, such: Sequence[ColumnElement[bool]]) -> Iterator[list[Job]]:
    """All such jobs, to be changed in one transaction that is committed at the end.

    Looked up by a reading transaction first, so that an idle worker takes no write lock. What
    another worker is taking is left out.
    """
    with Session(for_reading(engine)) as session:
        is_any = session.execute(select(exists().where(*such))).scalar_one()
    if not is_any:
        yield []
        return
    with Session(engine) as session, session.begin():
        statement = select(Job).where(*such).with_for_update(skip_locked=True)
        yield list(session.execute(statement).scalars())


def _put_off(job: Job, said: str, *, now: datetime.datetime, park: bool) -> None:
    job.last_error = said
    job.lease_token = job.lease_until = None
    if park or job.attempts >= job.most_attempts:
        job.state, job.finished_at = JobState.PARKED, now
    else:
        job.state, job.run_after = JobState.WAITING, now + pause_after(job.attempts)


def _of_own(engine: Engine, job_id: int, token: str, **values: Any) -> bool:
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.lease_token == token, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    with Session(engine) as session, session.begin():
        return session.execute(statement).scalar_one_or_none() is not None
