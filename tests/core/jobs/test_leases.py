"""Leases: each chunk is kept exactly once, whoever is killed or late."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from lms.core import clock
from lms.core.database import Session
from lms.core.jobs import leases
from lms.core.jobs.models import JobState
from lms.core.jobs.rules import LEASE
from lms.core.jobs.runner import Shift, look_round, run_next
from lms.core.jobs.work import LeaseLostError, Work
from lms.core.storage import LocalFolder
from tests.core.jobs.chunks import (
    ask,
    count_to,
    fresh,
    keep,
    kept_chunks,
    make_due,
    running,
    wait_until,
)

CHUNK = 7


def test_silent_worker_loses_its_job_and_its_chunk(
    session: Session, engine: Engine, storage: LocalFolder, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    taken = leases.claim(engine, {"count"}, now=clock.now())
    assert taken is not None
    late = Work(engine, taken, storage=storage, stop=threading.Event())
    with late.transaction() as chunk:
        keep(chunk, 0)
        late.advance(chunk, cursor={"next": 1})
    assert leases.reclaim(engine, now=clock.now()) == 0
    assert leases.reclaim(engine, now=clock.now() + LEASE * 2) == 1
    assert "worker stopped" in fresh(session, job).last_error
    make_due(session, job)
    again = leases.claim(engine, {"count"}, now=clock.now())
    assert again is not None
    assert again.lease_token != taken.lease_token

    with pytest.raises(LeaseLostError):
        count_to(2)(late)
    with pytest.raises(LeaseLostError):
        late.check()
    assert not leases.finish(engine, job.id, late.token, now=clock.now())

    other = Work(engine, again, storage=storage, stop=threading.Event())
    count_to(2)(other)
    assert kept_chunks(session) == ["0", "1"]


def test_chunk_without_advance_is_still_bound_to_its_lease(
    session: Session, engine: Engine, storage: LocalFolder
) -> None:
    ask(session)
    taken = leases.claim(engine, {"count"}, now=clock.now())
    assert taken is not None
    late = Work(engine, taken, storage=storage, stop=threading.Event())
    leases.reclaim(engine, now=clock.now() + LEASE * 2)
    with pytest.raises(LeaseLostError), late.transaction() as chunk:
        keep(chunk, 0)
    assert kept_chunks(session) == []


def test_job_that_kills_its_workers_is_parked(session: Session, engine: Engine) -> None:
    job = ask(session, most_attempts=2)
    for _ in range(2):
        assert leases.claim(engine, {"count"}, now=clock.now()) is not None
        leases.reclaim(engine, now=clock.now() + LEASE * 2)
        make_due(session, fresh(session, job))
    assert job.state is JobState.PARKED


def test_two_workers_never_keep_the_same_chunk(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    """Many workers, leases far too short: jobs change hands in the middle, chunks do not double."""
    jobs = [ask(session) for _ in range(4)]
    gate = threading.Barrier(4)

    def slow(work: Work) -> None:
        for number in range(int(work.cursor.get("next", 0)), CHUNK):
            with work.transaction() as chunk:
                keep(chunk, work.job_id * 1000 + number)
                work.advance(chunk, cursor={"next": number + 1})
            if number == 2:
                time.sleep(0.12)

    stop = threading.Event()
    shifts = [make_shift(slow, lease=datetime.timedelta(milliseconds=60)) for _ in range(4)]

    def worker(shift: Shift) -> None:
        gate.wait()
        while not stop.is_set():
            run_next(shift, {"count"}, stop)
            look_round(shift)
            time.sleep(0.01)

    threads = [threading.Thread(target=worker, args=(shift,)) for shift in shifts]
    for thread in threads:
        thread.start()
    try:
        for _ in range(400):
            for job in jobs:
                if fresh(session, job).state is JobState.WAITING:
                    make_due(session, job)
            if all(fresh(session, job).state is JobState.DONE for job in jobs):
                break
            time.sleep(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {job.state for job in jobs} == {JobState.DONE}
    expected = sorted(str(job.id * 1000 + number) for job in jobs for number in range(CHUNK))
    assert sorted(kept_chunks(session)) == expected


def test_heartbeat_keeps_a_slow_chunk_alive(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    lease = datetime.timedelta(seconds=1.5)
    reclaimed = []

    def slow(work: Work) -> None:
        for _ in range(6):
            time.sleep(0.4)
            reclaimed.append(leases.reclaim(work._engine, now=clock.now()))
        with work.transaction() as chunk:
            keep(chunk, 0)

    with running(make_shift(slow, lease=lease)):
        wait_until(session, job, JobState.DONE)
    assert reclaimed == [0] * 6
    assert job.attempts == 1
    assert kept_chunks(session) == ["0"]
