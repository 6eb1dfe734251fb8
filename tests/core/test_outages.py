"""What a fault of the machine leaves behind: jobs go on by themselves, clocks keep nobody out."""

from __future__ import annotations

import datetime
import errno
import os
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, update

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import TooManyTriesError
from lms.core.extensions import db
from lms.core.jobs import leases
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.rules import FAULT_PAUSE
from lms.core.jobs.runner import Shift, look_round, run_next
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import Work
from lms.core.storage import LocalFolder
from lms.core.throttle import Limit, count_try
from tests.support.worker import work_off

YEAR = datetime.timedelta(days=400)
FEW = Limit("test:few", 2, datetime.timedelta(minutes=15))


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application."""
    with app.app_context():
        return db.engine


def shift_of(engine: Engine, folder: Path, code: int | None = None) -> Shift:
    """A worker whose one job fails with this error of the system, or does nothing."""

    def handler(_work: Work) -> None:
        if code is not None:
            raise OSError(code, os.strerror(code))

    return Shift(engine=engine, storage=LocalFolder(folder), handlers={"outage": handler})


def ask(session: Session, *, now: datetime.datetime) -> int:
    """Ask for the job at that moment."""
    job = enqueue(session, "outage", {}, requested_by=Actor.system("test"), now=now)
    session.commit()
    return job.id


def read(engine: Engine, job_id: int) -> Job:
    """The job as it stands."""
    with Session(engine) as session:
        return session.get_one(Job, job_id)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_job_waits_for_the_disk_however_long_and_then_goes_on(
    session: Session, engine: Engine, tmp_path: Path, code: int
) -> None:
    job_id = ask(session, now=clock.now())
    broken = shift_of(engine, tmp_path, code)
    for _ in range(7):
        run_next(broken, {"outage"}, threading.Event())
        found = read(engine, job_id)
        assert (found.state, found.attempts) == (JobState.WAITING, 0)
        assert found.run_after > clock.now() + FAULT_PAUSE / 2
        session.execute(update(Job).where(Job.id == job_id).values(run_after=clock.now()))
        session.commit()
    work_off(shift_of(engine, tmp_path))
    assert read(engine, job_id).state is JobState.DONE


def test_error_of_our_own_still_counts_as_a_try(
    session: Session, engine: Engine, tmp_path: Path
) -> None:
    job_id = ask(session, now=clock.now())
    broken = shift_of(engine, tmp_path, errno.ENOENT)
    run_next(broken, {"outage"}, threading.Event())
    assert read(engine, job_id).attempts == 1


def test_job_asked_for_under_a_clock_that_was_ahead_runs_once_it_is_right(
    session: Session, engine: Engine, tmp_path: Path
) -> None:
    job_id = ask(session, now=clock.now() + YEAR)
    shift = shift_of(engine, tmp_path)
    look_round(shift)
    work_off(shift)
    assert read(engine, job_id).state is JobState.DONE


def test_lease_taken_under_a_clock_that_was_ahead_does_not_last_until_then(
    session: Session, engine: Engine, tmp_path: Path
) -> None:
    job_id = ask(session, now=clock.now())
    assert leases.claim(engine, {"outage"}, now=clock.now() + YEAR) is not None
    look_round(shift_of(engine, tmp_path))
    found = read(engine, job_id)
    assert found.state is JobState.WAITING
    assert found.run_after < clock.now() + datetime.timedelta(minutes=5)


def test_job_put_off_to_a_day_of_its_own_stays_there(
    session: Session, engine: Engine, tmp_path: Path
) -> None:
    later = clock.now() + datetime.timedelta(days=30)
    job = enqueue(
        session, "outage", {}, requested_by=Actor.system("test"), now=clock.now(), run_after=later
    )
    session.commit()
    look_round(shift_of(engine, tmp_path))
    assert read(engine, job.id).run_after == later


def test_tries_counted_under_a_clock_that_was_ahead_keep_nobody_out(engine: Engine) -> None:
    ahead, now = clock.now() + YEAR, clock.now()
    for _ in range(FEW.most):
        count_try(engine, [(FEW, "somebody")], now=ahead)
    with pytest.raises(TooManyTriesError):
        count_try(engine, [(FEW, "somebody")], now=ahead)
    for _ in range(FEW.most):
        count_try(engine, [(FEW, "somebody")], now=now)
    with pytest.raises(TooManyTriesError):
        count_try(engine, [(FEW, "somebody")], now=now)
