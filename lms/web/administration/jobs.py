"""Jobs: where each stands, and what an administrator decides about one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.jobs.models import JobState
from lms.core.jobs.queries import count_by_state, list_jobs
from lms.core.jobs.rules import JOB_STATE_NAMES
from lms.core.jobs.services import decide
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.web.administration.blueprint import below, blueprint, chosen, pages
from lms.web.administration.rules import JOB_VERBS, job_buttons

SAID = {
    "retry": N_("The job is waiting for its turn again."),
    "dismiss": N_("The job is dismissed. What it had done stays."),
    "cancel": N_("The job is cancelled. What it had done stays."),
}


@blueprint.get("/jobs")
@policy(Permission.JOB_READ_ALL)
def jobs() -> str:
    """Jobs, newest first, by state and kind."""
    state, kind = chosen(JobState), request.args.get("kind", "").strip()
    page = list_jobs(session(), state=state, kind=kind, below=below())
    return render_template(
        "administration/jobs.html",
        jobs=page.jobs,
        state=state,
        kind=kind,
        counts=count_by_state(session()),
        state_names=JOB_STATE_NAMES,
        buttons={job.id: job_buttons(actor(), job.state) for job in page.jobs},
        **pages("administration.jobs", page.after, state=state, kind=kind),
    )


@blueprint.post("/jobs/<int:job_id>/<string:verb>")
@policy(Permission.JOB_DECIDE)
def decide_job(job_id: int, verb: str) -> Response:
    """Take one step of the table of transitions."""
    if verb not in JOB_VERBS:
        abort(404)
    decide(session(), actor(), job_id, verb, now=now())
    flash(gettext(SAID[verb]))
    return redirect(url_for("administration.jobs", state=request.form.get("state") or None), 303)
