"""A job from its asking to its end: run, waiting, cancelled."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from lms.core import clock
from lms.core.database import Session
from lms.core.jobs.models import JobState
from lms.core.jobs.rules import verbs
from lms.core.jobs.runner import Shift
from lms.core.jobs.services import decide, enqueue
from lms.core.jobs.work import Work
from tests.core.jobs.chunks import SYSTEM, ask, count_to, fresh, keep, kept_chunks
from tests.support.worker import work_off


def test_job_runs_to_its_end_and_keeps_its_progress(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    assert [taken.id for taken in work_off(make_shift(count_to(3)))] == [job.id]
    fresh(session, job)
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert job.finished_at is not None
    assert job.lease_token is None
    assert kept_chunks(session) == ["0", "1", "2"]


def test_job_of_a_rolled_back_request_never_runs(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    enqueue(session, "count", {}, requested_by=SYSTEM, now=clock.now())
    session.rollback()
    assert work_off(make_shift(count_to(1))) == []


def test_job_whose_handler_is_unknown_waits(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = enqueue(session, "other", {}, requested_by=SYSTEM, now=clock.now())
    session.commit()
    assert work_off(make_shift(count_to(1))) == []
    assert fresh(session, job).state is JobState.WAITING


def test_postponed_job_waits_for_its_moment(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    ask(session, run_after=clock.now() + datetime.timedelta(hours=1))
    assert work_off(make_shift(count_to(1))) == []


def test_cancelled_job_keeps_its_chunks_and_loses_the_one_in_hand(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)

    def cancelled_at_two(work: Work) -> None:
        for number in range(5):
            if number == 2:
                decide(session, SYSTEM, job.id, "cancel", now=clock.now())
                session.commit()
            with work.transaction() as chunk:
                keep(chunk, number)
                work.advance(chunk, cursor={"next": number + 1})

    work_off(make_shift(cancelled_at_two))
    fresh(session, job)
    assert job.state is JobState.CANCELLED
    assert job.cursor == {"next": 2}
    assert kept_chunks(session) == ["0", "1"]


def test_finished_job_offers_no_step() -> None:
    assert verbs(JobState.DONE) == ()
    assert set(verbs(JobState.PARKED)) == {"retry", "dismiss"}
