"""Jobs that are asked for once: by their key, and once a period."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

from sqlalchemy import Engine, func, select

from lms.core import clock
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.jobs.periodic import Periodic, schedule
from lms.core.jobs.runner import Shift
from tests.core.jobs.chunks import ask, count_to
from tests.support.worker import work_off


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
