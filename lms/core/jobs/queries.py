"""Reading jobs: one's own by its run, and all of them for administration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.text import N_

PAGE = 50


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs, newest first. `after` is the id to go on below, None on the last page."""

    jobs: Sequence[Job]
    after: int | None


def get_job(session: Session, actor: Actor, run_id: str, *, may_read_all: bool = False) -> Job:
    """The job of this run if the actor asked for it, or may read all; else NotFoundError."""
    job = session.execute(select(Job).where(Job.run_id == run_id)).scalar_one_or_none()
    is_own = job is not None and actor.person_id is not None and job.requested_by == actor.person_id
    if job is None or not (is_own or may_read_all):
        raise NotFoundError(N_("There is no such job."))
    return job


def list_jobs(
    session: Session, *, state: JobState | None = None, kind: str = "", below: int | None = None
) -> JobPage:
    """One page of jobs, newest first, of one state or kind if asked."""
    statement = select(Job).order_by(Job.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(Job.state == state)
    if kind:
        statement = statement.where(Job.kind == kind)
    if below is not None:
        statement = statement.where(Job.id < below)
    jobs = list(session.execute(statement).scalars())
    return JobPage(jobs[:PAGE], jobs[PAGE - 1].id if len(jobs) > PAGE else None)


def count_by_state(session: Session) -> dict[JobState, int]:
    """How many jobs stand in each state; states without a job are there with 0."""
    statement = select(Job.state, func.count().label("jobs")).group_by(Job.state)
    counts = {row.state: row.jobs for row in session.execute(statement)}
    return {state: counts.get(state, 0) for state in JobState}
