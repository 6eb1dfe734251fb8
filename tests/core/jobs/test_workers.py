"""Workers: told to stop, held up by a job that hangs, with a lane for what is prompt."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lms.core import clock
from lms.core.database import Session
from lms.core.jobs import leases
from lms.core.jobs.models import JobState
from lms.core.jobs.runner import Shift
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import GIVEN_WAY, Work, WorkerStoppingError
from lms.core.storage import LocalFolder
from tests.core.jobs.chunks import (
    SYSTEM,
    ask,
    count_to,
    fresh,
    keep,
    kept_chunks,
    make_due,
    running,
    wait_until,
)


def test_job_that_hangs_is_put_off_then_parked_and_ends_its_worker(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    released, ended = threading.Event(), threading.Event()
    shift = make_shift(
        lambda work: released.wait(30),
        lease=datetime.timedelta(seconds=0.3),
        longest_still=datetime.timedelta(seconds=0.1),
        on_hang=ended.set,
    )
    for state in (JobState.WAITING, JobState.PARKED):
        with running(shift):
            assert ended.wait(20)
            assert fresh(session, job).state is state
            released.set()
        ended.clear()
        released.clear()
        make_due(session, job)
    assert "stood still" in job.last_error
    assert "said" not in job.result, "It is not for who asked to mend."


def test_stopping_worker_gives_the_job_back_uncounted(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    begun = threading.Event()

    def slow(work: Work) -> None:
        for number in range(int(work.cursor.get("next", 0)), 200):
            with work.transaction() as chunk:
                keep(chunk, number)
                work.advance(chunk, cursor={"next": number + 1})
            begun.set()
            time.sleep(0.02)

    with running(make_shift(slow)):
        assert begun.wait(20)
    fresh(session, job)
    assert (job.state, job.attempts, job.lease_token) == (JobState.WAITING, 0, None)
    assert job.run_after <= clock.now()
    assert len(kept_chunks(session)) == job.cursor["next"] > 0


def test_stopped_worker_starts_no_chunk(engine: Engine, session: Session, tmp_path: Path) -> None:
    ask(session)
    taken = leases.claim(engine, {"count"}, now=clock.now())
    assert taken is not None
    stop = threading.Event()
    stop.set()
    work = Work(engine, taken, storage=LocalFolder(tmp_path), stop=stop)
    with pytest.raises(WorkerStoppingError), work.transaction() as chunk:
        keep(chunk, 0)
    assert kept_chunks(session) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_job_leaves_the_one_write_lock_to_pages_for_a_share_of_its_time(
    engine: Engine, session: Session, tmp_path: Path
) -> None:
    ask(session)
    taken = leases.claim(engine, {"count"}, now=clock.now())
    assert taken is not None
    work = Work(engine, taken, storage=LocalFolder(tmp_path), stop=threading.Event())
    begun = time.monotonic()
    with work.transaction() as chunk:
        keep(chunk, 0)
        time.sleep(0.2)
    assert time.monotonic() - begun >= 0.2 * (1 + GIVEN_WAY)


def test_prompt_job_does_not_stand_behind_a_long_one(
    session: Session, engine: Engine, storage: LocalFolder
) -> None:
    ask(session)
    prompt = enqueue(session, "reset", {}, requested_by=SYSTEM, now=clock.now())
    session.commit()
    released = threading.Event()

    def long(_work: Work) -> None:
        assert released.wait(20)

    shift = Shift(
        engine=engine,
        storage=storage,
        handlers={"count": long, "reset": count_to(1)},
        prompt=frozenset({"reset"}),
        idle=0.02,
    )
    with running(shift):
        try:
            wait_until(session, prompt, JobState.DONE)
        finally:
            released.set()
