"""A worker to be killed: `python -m tests.support.counting DATABASE_URL LEASE_SECONDS`.

Its one kind of job, "count", leaves one audit row for each number up to the payload's
`total`, in chunks, so that after any number of kills it can be seen whether a chunk was
kept twice or lost.
"""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, create_engine, func, insert, select

from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session, for_reading, prepare_engine
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.rules import LONGEST_STILL
from lms.core.jobs.runner import Shift, run_worker
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import Handler, Work
from lms.core.storage import LocalFolder

VERB = "count.number"
BREATH = 0.005
"""Seconds after each chunk, so that a kill can fall between two as well as into one."""


def engine_of(url: str) -> Engine:
    """An engine with the recipe of its kind, without an application."""
    engine = create_engine(url)
    prepare_engine(engine)
    return engine


def ask(engine: Engine, *, total: int, chunk: int) -> int:
    """Ask for the count; the id of the job."""
    payload = {"total": total, "chunk": chunk}
    with Session(engine) as session, session.begin():
        job = enqueue(
            session, "count", payload, requested_by=Actor.system("count"), now=clock.now()
        )
        return job.id


def count(work: Work) -> None:
    """Leave a row for each number, from the cursor on."""
    total, chunk = int(work.payload["total"]), int(work.payload["chunk"])
    while (first := int(work.cursor.get("next", 0))) < total:
        numbers = range(first, min(first + chunk, total))
        with work.transaction() as session:
            session.execute(insert(AuditEntry), [_row(number) for number in numbers])
            work.advance(session, cursor={"next": numbers.stop}, done=numbers.stop, total=total)
        time.sleep(BREATH)


def kept(engine: Engine) -> tuple[int, int]:
    """How many rows there are, and of how many different numbers."""
    numbers = AuditEntry.subject_id
    statement = select(func.count(numbers), func.count(numbers.distinct()))
    with Session(for_reading(engine)) as session:
        rows, different = session.execute(statement.where(AuditEntry.verb == VERB)).one()
    return rows, different


def standing(engine: Engine, job_id: int) -> Job:
    """The job as it stands."""
    with Session(for_reading(engine)) as session:
        return session.get_one(Job, job_id)


def wait_for(engine: Engine, job_id: int, *, done: int = 0, state: JobState | None = None) -> None:
    """Wait until so many rows are done and the job is in that state; the caller bounds it."""
    while True:
        job = standing(engine, job_id)
        if job.done >= done and (state is None or job.state is state):
            return
        time.sleep(0.02)


def started(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A module of ours as a process of its own that neither reads nor says anything."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def worker(url: str, *, lease: float) -> Iterator[subprocess.Popen[bytes]]:
    """This module as a process of its own; killed at the end if it still lives."""
    process = started("tests.support.counting", url, str(lease))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _row(number: int) -> dict[str, Any]:
    return {
        "happened_at": clock.now(),
        "actor_roles": "",
        "verb": VERB,
        "subject_kind": "number",
        "subject_id": str(number),
        "reason": "",
        "facts": {},
        "salt": "0" * 32,
    }


def work_until_told(
    engine: Engine,
    handlers: Mapping[str, Handler],
    *,
    lease: datetime.timedelta,
    longest_still: datetime.timedelta = LONGEST_STILL,
) -> None:
    """Work in this process, with an empty storage, until TERM."""
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    with tempfile.TemporaryDirectory() as folder:
        shift = Shift(
            engine=engine,
            handlers=handlers,
            storage=LocalFolder(Path(folder)),
            lease=lease,
            longest_still=longest_still,
            idle=0.05,
        )
        run_worker(shift, stop)


def main() -> None:
    """Count until TERM."""
    url, lease = sys.argv[1], float(sys.argv[2])
    work_until_told(engine_of(url), {"count": count}, lease=datetime.timedelta(seconds=lease))


if __name__ == "__main__":
    main()
