"""Jobs as they are shown: to who asked, and in the list by state."""

from __future__ import annotations

import pytest

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.jobs.models import JobState
from lms.core.jobs.queries import count_by_state, get_job, list_jobs
from lms.core.jobs.services import decide, enqueue
from tests.core.jobs.chunks import SYSTEM, ask


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
