"""Files the worker made, for whoever asked for them and still may."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may
from lms.core.downloads import made_answer
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.queries import get_job
from lms.core.request import actor, record_access, session, storage
from lms.core.text import N_
from lms.reports.queries.counting import own_of
from lms.reports.routes.blueprint import blueprint
from lms.reports.services.exports import EXPORT, FILES


@blueprint.get("/reports/files/<string:run_id>")
@policy(Permission.REPORT_OPEN)
def made_file(run_id: str) -> str:
    """The file that was made for oneself, ready to be taken."""
    job = _own_export(run_id)
    form = str(job.payload["form"])
    is_kept = storage().exists(FILES.file_key(run_id, form))
    return render_template("reports/file.html", job=job, form=form, is_kept=is_kept)


@blueprint.get("/reports/files/<string:run_id>/file")
@policy(Permission.REPORT_OPEN, recorded=True)
def made_file_itself(run_id: str) -> Response:
    """The file itself; everybody it names is recorded as exported, with the purpose."""
    job = _own_export(run_id)
    answer, people = made_answer(FILES, storage(), run_id, str(job.payload["form"]), "report")
    record_access(people, purpose=str(job.payload["purpose"])[:200], is_export=True)
    return answer


def _own_export(run_id: str) -> Job:
    job = get_job(session(), actor(), run_id, may_read_all=False)
    if job.kind != EXPORT or job.state is not JobState.DONE or not _is_theirs_still(job):
        raise NotFoundError(N_("There is no such file."))
    return job


def _is_theirs_still(job: Job) -> bool:
    """Whether the actor's roles of now reach what is in the file.

    Roles end and move to another member; no file outlives the right to the numbers in it.
    """
    if not job.payload["own"]:
        is_named = bool(job.payload["measure"])
        return may(actor(), Permission.REPORT_NAMES if is_named else Permission.REPORT_COUNT)
    counted = job.result["own"]
    own = own_of(actor())
    return own.members.issuperset(counted["members"]) and own.agencies.issuperset(
        counted["agencies"]
    )
