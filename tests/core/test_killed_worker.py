"""A worker killed in the middle of a job: the next one ends it with exactly the right rows."""

from __future__ import annotations

import signal
import time

from flask import Flask
from sqlalchemy import update

from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from tests.support import counting

TOTAL = 3_000
CHUNK = 20
LEASE = 1.0


def test_killed_worker_loses_nothing_and_doubles_nothing(
    app: Flask, session: Session, database_url: str
) -> None:
    with app.app_context():
        engine = db.engine
    job_id = counting.ask(engine, total=TOTAL, chunk=CHUNK)

    def wait_for(done: int) -> None:
        until = time.monotonic() + 60
        while (job := counting.standing(engine, job_id)).done < done:
            assert time.monotonic() < until, (job.state, job.done, job.last_error)
            if job.state is JobState.WAITING and job.last_error:
                _make_due(session, job_id)
            time.sleep(0.02)

    for done in (CHUNK * 10, CHUNK * 60):
        with counting.worker(database_url, lease=LEASE) as worker:
            wait_for(done)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        rows, different = counting.kept(engine)
        assert done <= rows < TOTAL
        assert rows == different == counting.standing(engine, job_id).done
    with counting.worker(database_url, lease=LEASE) as worker:
        wait_for(TOTAL)
        worker.terminate()
        assert worker.wait(30) == 0
    assert counting.kept(engine) == (TOTAL, TOTAL)
    assert counting.standing(engine, job_id).state is JobState.DONE


def _make_due(session: Session, job_id: int) -> None:
    """Spare the test the pause before the next try."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.WAITING)
        .values(run_after=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.commit()
