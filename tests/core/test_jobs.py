"""Jobs: at least once, each chunk exactly once, whoever is killed, late or told to stop."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update

from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.extensions import db
from lms.core.jobs import leases
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.periodic import Periodic, schedule
from lms.core.jobs.queries import count_by_state, get_job, list_jobs
from lms.core.jobs.rules import LEASE, PAUSES, pause_after, verbs
from lms.core.jobs.runner import Shift, look_round, run_next, run_worker
from lms.core.jobs.services import decide, enqueue
from lms.core.jobs.work import LeaseLostError, Work, WorkerStoppingError
from lms.core.storage import LocalFolder
from tests.support.worker import work_off

SYSTEM = Actor.system("test")
CHUNK = 7


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application."""
    with app.app_context():
        return db.engine


@pytest.fixture
def storage(tmp_path: Path) -> LocalFolder:
    """An empty storage."""
    return LocalFolder(tmp_path)


@pytest.fixture
def make_shift(engine: Engine, storage: LocalFolder) -> Callable[..., Shift]:
    """A shift with one kind of job, "count", and its handler."""

    def make(handler: Callable[[Work], None], **options: object) -> Shift:
        return Shift(
            engine=engine, storage=storage, handlers={"count": handler}, idle=0.02, **options
        )

    return make


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


def test_failed_chunk_is_undone_and_the_rest_goes_on_from_the_cursor(
    session: Session, engine: Engine, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)
    failures = iter([True, False])

    def breaks_once(work: Work) -> None:
        for number in range(int(work.cursor.get("next", 0)), 4):
            with work.transaction() as chunk:
                keep(chunk, number)
                work.advance(chunk, cursor={"next": number + 1})
                if number == 2 and next(failures):
                    raise RuntimeError("Ann Example of ann@example.org is broken")

    work_off(make_shift(breaks_once))
    fresh(session, job)
    assert job.state is JobState.WAITING
    assert job.cursor == {"next": 2}
    assert job.run_after > clock.now()
    assert job.last_error.startswith("RuntimeError")
    assert "ann@example.org" not in job.last_error
    _make_due(session, job)
    work_off(make_shift(breaks_once))
    assert fresh(session, job).state is JobState.DONE
    assert kept_chunks(session) == ["0", "1", "2", "3"]


def test_job_that_keeps_failing_is_parked_and_can_be_retried_or_dismissed(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session, most_attempts=3)

    def broken(_work: Work) -> None:
        raise ZeroDivisionError

    shift = make_shift(broken)
    pauses = []
    for _ in range(3):
        before = clock.now()
        work_off(shift)
        pauses.append(fresh(session, job).run_after - before)
        _make_due(session, job)
    assert job.state is JobState.PARKED
    assert job.attempts == 3
    assert job.last_error.startswith("ZeroDivisionError")
    assert pauses[0] >= PAUSES[0]
    assert pauses[1] >= PAUSES[1]
    assert work_off(shift) == []

    decide(session, SYSTEM, job.id, "retry", now=clock.now())
    session.commit()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    work_off(make_shift(count_to(1)))
    assert fresh(session, job).state is JobState.DONE
    with pytest.raises(NotPossibleError):
        decide(session, SYSTEM, job.id, "dismiss", now=clock.now())


def test_refusal_with_a_sentence_parks_at_once_without_personal_values(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session)

    def refuses(_work: Work) -> None:
        raise BadInputError("Row %(row)s names %(name)s.", row=12, name="Ann Example")

    work_off(make_shift(refuses))
    fresh(session, job)
    assert job.state is JobState.PARKED
    assert job.last_error == job.result["said"] == "Row 12 names …."


def test_moving_cursor_starts_the_count_of_tries_anew(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    job = ask(session, most_attempts=2)

    def one_chunk_then_broken(work: Work) -> None:
        number = int(work.cursor.get("next", 0))
        if number == 5:
            return
        with work.transaction() as chunk:
            work.advance(chunk, cursor={"next": number + 1})
        raise RuntimeError

    shift = make_shift(one_chunk_then_broken)
    for _ in range(6):
        work_off(shift)
        fresh(session, job)
        _make_due(session, job)
    assert job.state is JobState.DONE


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
    _make_due(session, job)
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
        _make_due(session, fresh(session, job))
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
                    _make_due(session, job)
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
        _wait_until(session, job, JobState.DONE)
    assert reclaimed == [0] * 6
    assert job.attempts == 1
    assert kept_chunks(session) == ["0"]


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
        _make_due(session, job)
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


def test_once_key_holds_while_unfinished_and_is_free_afterwards(
    session: Session, make_shift: Callable[..., Shift]
) -> None:
    first = ask(session, once_key="digest:7")
    assert ask(session, once_key="digest:7").id == first.id
    work_off(make_shift(count_to(1)))
    assert ask(session, once_key="digest:7").id != first.id


def test_once_key_holds_in_a_race(engine: Engine, session: Session) -> None:
    gate = threading.Barrier(6)
    ids: list[int] = []

    def racer() -> None:
        gate.wait()
        with Session(engine) as own:
            ids.append(ask(own, once_key="one").id)

    threads = [threading.Thread(target=racer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1
    assert session.execute(select(func.count()).select_from(Job)).scalar_one() == 1


DAILY = Periodic("count", every=datetime.timedelta(days=1), offset=datetime.timedelta(hours=2))


def test_periods_begin_at_their_offset_in_utc() -> None:
    moment = datetime.datetime(2026, 11, 22, 1, 59, tzinfo=datetime.UTC)
    assert DAILY.key(moment) == "count@2026-11-21T02:00:00"
    assert DAILY.key(moment + datetime.timedelta(minutes=1)) == "count@2026-11-22T02:00:00"
    weekly = Periodic("count", every=datetime.timedelta(weeks=1))
    assert weekly.period(moment).weekday() == 0


def test_periodic_job_runs_once_a_period_although_it_is_finished(
    session: Session, engine: Engine, make_shift: Callable[..., Shift]
) -> None:
    now = clock.now()
    gate = threading.Barrier(4)

    def look() -> None:
        gate.wait()
        with Session(engine) as own, own.begin():
            schedule(own, [DAILY], now=now)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(work_off(make_shift(count_to(1)))) == 1
    assert schedule(session, [DAILY], now=now) == 0
    assert schedule(session, [DAILY], now=now + datetime.timedelta(days=1)) == 1


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
            _wait_until(session, prompt, JobState.DONE)
        finally:
            released.set()


def test_job_is_shown_to_who_asked_for_it_and_to_nobody_else(session: Session) -> None:
    asker = Actor(person_id=5, member_code="PLW", agency_id=None, grants=frozenset())
    other = Actor(person_id=6, member_code="PLW", agency_id=None, grants=frozenset())
    job = enqueue(session, "count", {}, requested_by=asker, now=clock.now())
    scheduled = ask(session)
    assert get_job(session, asker, job.run_id).id == job.id
    assert get_job(session, other, job.run_id, may_read_all=True).id == job.id
    for actor, run_id in ((other, job.run_id), (SYSTEM, scheduled.run_id), (asker, "no-such-run")):
        with pytest.raises(NotFoundError):
            get_job(session, actor, run_id)


def test_jobs_are_listed_newest_first_by_state(session: Session) -> None:
    jobs = [ask(session) for _ in range(60)]
    decide(session, SYSTEM, jobs[0].id, "cancel", now=clock.now())
    page = list_jobs(session)
    assert [job.id for job in page.jobs] == [job.id for job in reversed(jobs)][:50]
    rest = list_jobs(session, below=page.after)
    assert (len(rest.jobs), rest.after) == (10, None)
    cancelled = list_jobs(session, state=JobState.CANCELLED)
    assert [job.id for job in cancelled.jobs] == [jobs[0].id]
    assert count_by_state(session)[JobState.WAITING] == 59


def test_pauses_grow_and_stay_bounded() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSES[-1]


def test_finished_job_offers_no_step() -> None:
    assert verbs(JobState.DONE) == ()
    assert set(verbs(JobState.PARKED)) == {"retry", "dismiss"}


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


def _make_due(session: Session, job: Job) -> None:
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.WAITING)
        .values(run_after=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _wait_until(session: Session, job: Job, state: JobState) -> None:
    until = time.monotonic() + 30
    while fresh(session, job).state is not state:
        assert time.monotonic() < until, f"The job is {job.state}, not {state}: {job.last_error}"
        time.sleep(0.05)
