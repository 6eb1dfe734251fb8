"""Asking for a job, and what a person may decide about one. Running is in `runner.py`."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import select

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.rules import UNFINISHED, transition
from lms.core.text import N_


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    requested_by: Actor,
    now: datetime.datetime,
    once_key: str | None = None,
    run_after: datetime.datetime | None = None,
    most_attempts: int = 5,
) -> Job:
    """Ask for a job in the transaction in hand; it runs only if that commits.

    `payload` holds ids and JSON values only. While a job with the same `once_key` is
    unfinished, asking again changes nothing and gives that job, whoever asks in
    parallel. `run_after` postpones the start.
    """
    values: dict[str, Any] = {
        "kind": kind,
        "run_id": str(uuid.uuid4()),
        "once_key": once_key,
        "state": JobState.WAITING,
        "payload": payload,
        "cursor": {},
        "result": {},
        "done": 0,
        "total": 0,
        "attempts": 0,
        "most_attempts": most_attempts,
        "requested_by": requested_by.person_id,
        "member_code": requested_by.member_code,
        "created_at": now,
        "run_after": run_after or now,
        "last_error": "",
    }
    if once_key is None:
        job = Job(**values)
        session.add(job)
        session.flush()
        return job
    while True:
        # The one that stood may end between the two statements: then ask once more.
        made = insert_once(session, Job, values, unique=())
        wanted = Job.id == made if made else (Job.once_key == once_key) & Job.state.in_(UNFINISHED)
        found = session.execute(select(Job).where(wanted)).scalar_one_or_none()
        if found is not None:
            return found


def decide(
    session: Session, actor: Actor, job_id: int, verb: str, *, now: datetime.datetime
) -> Job:
    """Take the step `verb` of the table of transitions (retry, dismiss, cancel).

    A running job that is cancelled keeps the chunks it committed and loses the one in
    hand. Raises NotFoundError, and NotPossibleError when its state changed meanwhile.
    Whether the actor may is the caller's question.
    """
    job = session.get(Job, job_id, populate_existing=True, with_for_update=True)
    if job is None:
        raise NotFoundError(N_("There is no such job."))
    step = transition(job.state, verb)
    if step is None:
        raise NotPossibleError(
            N_("This job has moved on meanwhile. Load the page again to see where it stands.")
        )
    job.state, job.lease_token, job.lease_until = step.after, None, None
    if step.after is JobState.WAITING:
        job.attempts, job.run_after, job.finished_at = 0, now, None
    else:
        job.finished_at = now
    session.flush()
    record(session, actor, f"job.{verb}", "job", job.id, now=now, run_id=job.run_id, kind=job.kind)
    return job
