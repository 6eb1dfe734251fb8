"""A job that fails: tried again after a pause, from where it stood, then parked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from lms.core import clock
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.jobs.models import JobState
from lms.core.jobs.rules import PAUSES, pause_after
from lms.core.jobs.runner import Shift
from lms.core.jobs.services import decide
from lms.core.jobs.work import Work
from tests.core.jobs.chunks import SYSTEM, ask, count_to, fresh, keep, kept_chunks, make_due
from tests.support.worker import work_off


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
    make_due(session, job)
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
        make_due(session, job)
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
        make_due(session, job)
    assert job.state is JobState.DONE


def test_pauses_grow_and_stay_bounded() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSES[-1]
