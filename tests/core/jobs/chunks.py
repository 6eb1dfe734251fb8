"""Jobs that leave a mark for each chunk they keep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import select, update

from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.runner import Shift, run_worker
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import Work

SYSTEM = Actor.system("test")


def ask(session: Session, **options: object) -> Job:
    """Ask for one job of the kind "count", due at once, and commit."""
    now = clock.now()
    payload = options.pop("payload", {})
    job = enqueue(session, "count", payload, requested_by=SYSTEM, now=now, **options)
    session.commit()
    return job


def kept_chunks(session: Session) -> list[str]:
    """The chunks that were committed: each left one audit row."""
    session.rollback()
    chunks = select(AuditEntry.subject_id).where(AuditEntry.verb == "test.chunk")
    kept = list(session.execute(chunks.order_by(AuditEntry.id)).scalars())
    session.commit()
    return kept


def keep(session: Session, number: int) -> None:
    """Leave the mark of a chunk."""
    session.add(
        AuditEntry(
            happened_at=clock.now(),
            verb="test.chunk",
            subject_kind="chunk",
            subject_id=str(number),
            facts={},
            salt="0" * 32,
        )
    )


def count_to(total: int) -> Callable[[Work], None]:
    """A handler that leaves one mark a chunk and remembers where it is."""

    def handler(work: Work) -> None:
        for number in range(int(work.cursor.get("next", 0)), total):
            with work.transaction() as session:
                keep(session, number)
                work.advance(session, cursor={"next": number + 1}, done=number + 1, total=total)

    return handler


def fresh(session: Session, job: Job) -> Job:
    """The job as it stands in the database; the reading lets go of SQLite's one write lock."""
    session.rollback()
    session.refresh(job)
    session.commit()
    return job


class running:  # noqa: N801 - reads as a sentence at its use
    """A worker in a thread of this process, stopped and awaited at the end."""

    def __init__(self, shift: Shift) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=run_worker, args=(shift, self.stop))

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_error: object) -> None:
        self.stop.set()
        self.thread.join()


def make_due(session: Session, job: Job) -> None:
    """Let a job that waits be due now."""
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.WAITING)
        .values(run_after=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.commit()


def wait_until(session: Session, job: Job, state: JobState) -> None:
    """Wait for the state; the test fails after 30 seconds."""
    until = time.monotonic() + 30
    while fresh(session, job).state is not state:
        assert time.monotonic() < until, f"The job is {job.state}, not {state}: {job.last_error}"
        time.sleep(0.05)
