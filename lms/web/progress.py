"""How a job one asked for is getting on: a page, and the same in JSON for its script."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import format_decimal, gettext

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.queries import get_job
from lms.core.jobs.rules import UNFINISHED
from lms.core.request import actor, session

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs/<string:run_id>")
@policy(Permission.ACCOUNT_USE)
def job(run_id: str) -> str:
    """Where the job stands; what came of it when it is over."""
    found = _own(run_id)
    return render_template(
        "jobs/job.html",
        job=found,
        words=words_of(found),
        finished=found.state not in UNFINISHED,
        result_page=_result_page(found),
    )


@blueprint.get("/jobs/<string:run_id>.json")
@policy(Permission.ACCOUNT_USE)
def job_json(run_id: str) -> Response:
    """done, total (null while unknown), words, finished: what assets/job.js reads."""
    found = _own(run_id)
    return jsonify(
        done=found.done,
        total=found.total or None,
        words=words_of(found),
        finished=found.state not in UNFINISHED,
    )


def words_of(found: Job) -> str:
    """Where a job stands, in words for who asked for it."""
    if found.state is JobState.WAITING and found.done == 0:
        return gettext("Waiting for its turn")
    if found.state is JobState.PARKED:
        return gettext("Stopped")
    if found.state is JobState.CANCELLED:
        return gettext("Cancelled")
    if found.total == 0:
        return gettext("Done") if found.state is JobState.DONE else gettext("Working")
    return gettext(
        "%(done)s of %(total)s done",
        done=format_decimal(found.done),
        total=format_decimal(found.total),
    )


def _own(run_id: str) -> Job:
    who = actor()
    return get_job(session(), who, run_id, may_read_all=may(who, Permission.JOB_READ_ALL))


def _result_page(found: Job) -> str | None:
    """The page the job names as its result, for who asked for it: a path of ours, or nothing.

    An administrator reads every job, but may not open every page one leads to.
    """
    page = found.result.get("page")
    is_path = isinstance(page, str) and page.startswith("/") and not page.startswith("//")
    is_asker = found.requested_by is not None and found.requested_by == actor().person_id
    return str(page) if is_path and is_asker and found.state is JobState.DONE else None
