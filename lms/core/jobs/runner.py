"""The worker: lanes that take jobs, a heartbeat, the schedule, and loops of others beside them.

Only here is every exception of a handler caught. What is kept of one names its class
and the place in our code, never its message: that may hold a person's data.
"""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from lms.core import clock
from lms.core.database import Session
from lms.core.errors import BekalError
from lms.core.faults import describe, fault_of, frames_of
from lms.core.jobs import leases
from lms.core.jobs.models import Job
from lms.core.jobs.periodic import Periodic, schedule
from lms.core.jobs.rules import LEASE, LONGEST_STILL, MOST_HANGS
from lms.core.jobs.work import Handler, LeaseLostError, Work, WorkerStoppingError
from lms.core.storage import Storage

log = structlog.get_logger("bekal.worker")

IDLE = 0.5
"""Seconds between two looks for work."""
ROUND = 5.0
"""Seconds between two looks at the schedule and at silent workers."""
GRACE = 25.0
"""Seconds a worker that is told to stop waits for the chunk in hand."""
AFTER_ERROR = 3.0
HUNG = 70
"""Exit code of a worker that ended itself because a handler hung (EX_SOFTWARE)."""

Loop = Callable[[threading.Event], None]
"""Something that goes on beside the jobs until the event is set, such as mail delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a worker works with.

    `prompt` are the kinds a person waits for: they have a lane of their own, so that a
    password reset does not stand behind an import. `settings` are for handlers that print
    addresses or sign; a shift for a few kinds may leave them out. `on_hang` ends the process.
    """

    engine: Engine
    handlers: Mapping[str, Handler]
    storage: Storage
    periodic: Sequence[Periodic] = ()
    prompt: frozenset[str] = frozenset()
    beside: Sequence[Loop] = ()
    lease: datetime.timedelta = LEASE
    idle: float = IDLE
    settings: Settings | None = None
    longest_still: datetime.timedelta = LONGEST_STILL
    on_hang: Callable[[], None] = lambda: os._exit(HUNG)
    heart: Heart = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "heart", Heart(self))


class Heart:
    """Lengthens the leases of the jobs in hand, on a connection and a thread of its own.

    A handler that hangs cannot be stopped, and may hold a transaction: its job is put off or
    parked, and the process ends. Whoever started it starts another, as `lms serve` does.
    """

    def __init__(self, shift: Shift) -> None:
        self._engine = shift.engine
        self._lease = shift.lease
        self._longest_still = shift.longest_still.total_seconds()
        self._on_hang = shift.on_hang
        self._guard = threading.Lock()
        self._in_hand: dict[str, Work] = {}

    @contextmanager
    def keeping(self, work: Work) -> Iterator[None]:
        """Keep the lease of this work alive inside the context."""
        with self._guard:
            self._in_hand[work.token] = work
        try:
            yield
        finally:
            with self._guard:
                del self._in_hand[work.token]

    def beat(self) -> None:
        """Lengthen every lease in hand once; work whose lease is gone is told so."""
        with self._guard:
            in_hand = list(self._in_hand.values())
        for work in in_hand:
            if work.stands_still_for > self._longest_still:
                self._give_up(work)
                continue
            held = leases.beat(
                self._engine, work.job_id, work.token, now=clock.now(), lease=self._lease
            )
            if not held:
                work.lost.set()

    def _give_up(self, work: Work) -> None:
        """Put off or park a job that hangs, and end the process it hangs in."""
        park = work.attempts >= MOST_HANGS
        log.error("job hangs", job=work.job_id, kind=work.kind, attempt=work.attempts, park=park)
        work.lost.set()
        try:
            leases.fail(
                self._engine, work.job_id, work.token, leases.HUNG, now=clock.now(), park=park
            )
        finally:  # also where it hangs with SQLite's one write lock in hand
            self._on_hang()

    def run(self, stop: threading.Event) -> None:
        """Beat three times a lease until told to stop."""
        while not stop.wait(self._lease.total_seconds() / 3):
            with _surviving_database("heartbeat", stop):
                self.beat()


def run_worker(shift: Shift, stop: threading.Event) -> None:
    """Work until `stop` is set; then finish the chunks in hand and give the jobs back.

    Returns after at most GRACE seconds: a handler that ignores the stop loses its
    lease, and its job is taken up again elsewhere.
    """
    lanes = [frozenset(shift.handlers)]
    if shift.prompt & lanes[0]:
        lanes.append(shift.prompt & lanes[0])
    done = threading.Event()
    threads = [
        threading.Thread(target=_lane, args=(shift, kinds, stop), name=f"lane {number}")
        for number, kinds in enumerate(lanes, 1)
    ]
    threads += [
        threading.Thread(target=_beside, args=(loop, stop), name=f"beside {number}")
        for number, loop in enumerate(shift.beside, 1)
    ]
    heart = threading.Thread(target=shift.heart.run, args=(done,), name="heart", daemon=True)
    for thread in (heart, *threads):
        thread.daemon = True
        thread.start()
    log.info("worker started", kinds=len(shift.handlers), lanes=len(lanes))
    while not stop.is_set():
        with _surviving_database("schedule", stop):
            look_round(shift)
        stop.wait(ROUND)
    until = clock.now() + datetime.timedelta(seconds=GRACE)
    for thread in threads:
        thread.join(max(0.0, (until - clock.now()).total_seconds()))
    done.set()
    log.info("worker stopped", left_behind=sum(thread.is_alive() for thread in threads))


def look_round(shift: Shift) -> None:
    """Enqueue what is due by the schedule, and take up what silent workers left."""
    now = clock.now()
    if shift.periodic:
        with Session(shift.engine) as session, session.begin():
            schedule(session, shift.periodic, now=now)
    leases.reclaim(shift.engine, now=now)
    leases.call_back(shift.engine, now=now)


def run_next(shift: Shift, kinds: Collection[str], stop: threading.Event) -> Job | None:
    """Take one job of these kinds and run it to its end; the job as it was taken, or None."""
    job = leases.claim(shift.engine, kinds, now=clock.now(), lease=shift.lease)
    if job is not None:
        _run(shift, job, stop)
    return job


def _lane(shift: Shift, kinds: frozenset[str], stop: threading.Event) -> None:
    while not stop.is_set():
        taken = None
        with _surviving_database("lane", stop):
            taken = run_next(shift, kinds, stop)
        if taken is None:
            stop.wait(shift.idle)


def _beside(loop: Loop, stop: threading.Event) -> None:
    """Keep a loop going: one that breaks is noted and begun anew."""
    while not stop.is_set():
        try:
            loop(stop)
        except Exception as error:  # noqa: BLE001 - one broken loop must not end the worker
            log.error("loop failed", error=describe(error), frames=frames_of(error)[-8:])
            stop.wait(AFTER_ERROR)


def _run(shift: Shift, job: Job, stop: threading.Event) -> None:
    work = Work(
        shift.engine,
        job,
        storage=shift.storage,
        stop=stop,
        lease=shift.lease,
        settings=shift.settings,
    )
    about = {"job": job.id, "kind": job.kind, "run_id": job.run_id, "attempt": job.attempts}
    log.info("job started", **about)
    try:
        with shift.heart.keeping(work):
            shift.handlers[job.kind](work)
    except LeaseLostError:
        log.warning("job lost", **about)
    except WorkerStoppingError:
        leases.give_back(shift.engine, job.id, work.token, now=clock.now())
        log.info("job given back", **about)
    except BekalError as error:
        # A sentence for a person: trying again would not change the answer.
        said = _sentence(error)
        leases.fail(shift.engine, job.id, work.token, said, now=clock.now(), park=True)
        log.warning("job refused", error=type(error).__name__, **about)
    except Exception as error:  # noqa: BLE001 - one broken handler must not end the worker
        said = describe(error)
        if fault_of(error) is None:
            leases.fail(shift.engine, job.id, work.token, said, now=clock.now(), park=False)
        else:
            leases.wait_out(shift.engine, job.id, work.token, said, now=clock.now())
        log.error("job failed", error=said, frames=frames_of(error)[-8:], **about)
    else:
        kept = leases.finish(shift.engine, job.id, work.token, now=clock.now())
        log.info("job done" if kept else "job lost", **about)


def _sentence(error: BekalError) -> str:
    """The sentence of a refusal with its numbers filled in; other values could be personal."""
    values = {
        name: value if isinstance(value, int) else "…" for name, value in error.values.items()
    }
    return error.sentence % values if values else error.sentence


@contextmanager
def _surviving_database(part: str, stop: threading.Event) -> Iterator[None]:
    """A lost database ends no thread: it is noted, and tried again after a pause."""
    try:
        yield
    except SQLAlchemyError as error:
        log.error("database failed", part=part, error=describe(error))
        stop.wait(AFTER_ERROR)
