"""Jobs that are poison, and a worker that is frozen and comes back."""

import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.services import decide, enqueue
from lms.core.text import N_
from script.measures import product, submits
from script.measures.fault_rows import fault_row
from script.measures.frame import Row
from tests.support import counting

ASKER = Actor(person_id=1, member_code="PLW", agency_id=None, grants=frozenset())
KEEPER = Actor.system("measure")
TRIES = 2
"""Of a poisoned job here; 5 by default, with pauses of 5 s to 10 min between."""
OTHERS = 5
NUMBERS, CHUNK = 2_000, 100
LONGEST = 90.0
FROZEN_ROWS, FROZEN_LEASE = 12_000, 2.0
SAID = N_("An administrator looks at it")
"""What the page of a parked job says to who asked for it (templates/jobs/job.html)."""


def poisoned_jobs() -> Iterator[Row]:
    """A job that raises, one that kills its worker, one that hangs: the others go on."""
    for engine_name in product.ENGINES:
        with product.installed(engine_name, filled=False) as installation:
            url = installation.environment["BEKAL_DATABASE_URL"]
            engine = counting.engine_of(url)
            for kind, fault in (
                ("poison.raises", "a job that raises each time"),
                ("poison.kills", "a job that kills its worker each time"),
                ("poison.hangs", "a job that hangs each time"),
            ):
                yield poisoned(engine, url, kind, fault, engine_name)
            engine.dispose()


def poisoned(engine: Engine, url: str, kind: str, fault: str, engine_name: str) -> Row:
    """One poisoned job with work before and behind it, under a worker started anew as it ends."""
    ids = [counting.ask(engine, total=NUMBERS, chunk=CHUNK) for _ in range(2)]
    with Session(engine) as session, session.begin():
        poison = enqueue(
            session, kind, {}, requested_by=ASKER, now=clock.now(), most_attempts=TRIES
        ).id
    ids += [counting.ask(engine, total=NUMBERS, chunk=CHUNK) for _ in range(OTHERS - 2)]
    begun = time.monotonic()
    with started_anew(url) as starts:
        submits.wait_until(
            lambda: all(state_of(engine, each) is JobState.DONE for each in ids),
            seconds=LONGEST,
            what="the others",
        )
        others_after = time.monotonic() - begun
        submits.wait_until(
            lambda: state_of(engine, poison) is JobState.PARKED,
            seconds=LONGEST,
            what="parking",
        )
        parked_after = time.monotonic() - begun
        workers = len(starts)
    with Session(engine) as session, session.begin():
        job = decide(session, KEEPER, poison, "retry", now=clock.now())
        is_waiting = job.state is JobState.WAITING
        decide(session, KEEPER, poison, "cancel", now=clock.now())
    done = [counting.standing(engine, each).done for each in ids]
    return fault_row(
        fault,
        engine_name,
        meanwhile=f"{OTHERS} other jobs, done after {others_after:.0f} s; {workers} workers",
        lost="nothing" if done == [NUMBERS] * OTHERS else f"rows: {done}",
        seen=f"“{SAID}”, after {TRIES} tries; parked on the administrators' page, may be retried",
        well_after=parked_after,
        is_held=done == [NUMBERS] * OTHERS and is_waiting,
    )


@contextmanager
def started_anew(url: str) -> Iterator[list[int]]:
    """A worker that is started anew when it ends, as `lms serve` does; the ids it had."""
    over, starts = threading.Event(), list[int]()

    def keep() -> None:
        while not over.is_set():
            worker = counting.started("script.measures.poison", url)
            starts.append(worker.pid)
            while worker.poll() is None and not over.wait(0.1):
                pass
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield starts
    finally:
        over.set()
        keeper.join()


def state_of(engine: Engine, job_id: int) -> JobState:
    """Where a job stands."""
    return counting.standing(engine, job_id).state


def frozen_worker() -> Iterator[Row]:
    """A worker stopped (SIGSTOP) beyond its lease and continued while another has its job."""
    for engine_name in product.ENGINES:
        with product.installed(engine_name, filled=False) as installation:
            yield frozen(engine_name, installation.environment["BEKAL_DATABASE_URL"])


def frozen(engine_name: str, url: str) -> Row:
    """One job, two workers, the first of them frozen in the middle."""
    engine = counting.engine_of(url)
    job_id = counting.ask(engine, total=FROZEN_ROWS, chunk=CHUNK)
    with counting.worker(url, lease=FROZEN_LEASE) as first:
        counting.wait_for(engine, job_id, done=FROZEN_ROWS // 4)
        freeze_between_chunks(engine, first)
        token = token_of(engine, job_id)
        with counting.worker(url, lease=FROZEN_LEASE):
            taken_after = submits.wait_until(
                lambda: token_of(engine, job_id) not in (token, None),
                seconds=LONGEST,
                what="the second worker",
            )
            first.send_signal(signal.SIGCONT)
            counting.wait_for(engine, job_id, state=JobState.DONE)
            time.sleep(1)
    rows, different = counting.kept(engine)
    engine.dispose()
    return fault_row(
        "a worker frozen beyond its lease, then continued",
        engine_name,
        meanwhile=f"one job of {FROZEN_ROWS:,} rows, taken over by another worker",
        lost=f"{FROZEN_ROWS - different} rows lost, {rows - different} twice",
        seen="the job's page counts on",
        well_after=taken_after,
        is_held=rows == different == FROZEN_ROWS,
    )


def freeze_between_chunks(engine: Engine, worker: subprocess.Popen[bytes]) -> None:
    """Stop a worker where it holds no lock: on SQLite it would keep everybody from writing."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        if is_free(engine):
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.013)


def is_free(engine: Engine) -> bool:
    """Whether nobody holds a lock on the jobs at this moment."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database), timeout=0)) as beside:
            beside.isolation_level = None
            try:
                beside.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True
    with engine.connect() as connection:
        try:
            connection.execute(select(Job.id).with_for_update(nowait=True)).all()
        except OperationalError:
            return False
        return True


def token_of(engine: Engine, job_id: int) -> str | None:
    """Under which lease a job is worked on."""
    return counting.standing(engine, job_id).lease_token
