"""The first page: what waits for an administrator."""

from __future__ import annotations

from flask import render_template

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.audit.seal import head_of
from lms.core.jobs import queries as job_queries
from lms.core.jobs.models import JobState
from lms.core.outbox import queries as mail_queries
from lms.core.outbox.models import OutboxState
from lms.core.request import session
from lms.web.administration.blueprint import blueprint


@blueprint.get("")
@policy(Permission.ADMINISTRATION_OPEN)
def overview() -> str:
    """What is parked, what waits, and the ways on."""
    jobs = job_queries.count_by_state(session())
    mails = mail_queries.count_by_state(session())
    return render_template(
        "administration/overview.html",
        parked_jobs=jobs[JobState.PARKED],
        waiting_jobs=jobs[JobState.WAITING] + jobs[JobState.RUNNING],
        parked_mails=mails[OutboxState.PARKED],
        waiting_mails=mails[OutboxState.WAITING],
        head=head_of(session()),
    )
