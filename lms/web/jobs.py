"""The jobs of all rooms, in one place, for the worker; the web process only asks for them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from lms.assessments import jobs as assessment_jobs
from lms.authoring import jobs as authoring_jobs
from lms.certificates import jobs as certificate_jobs
from lms.completion import jobs as completion_jobs
from lms.core import retention
from lms.core.audit import jobs as audit_jobs
from lms.core.audit.jobs import sealing
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.runner import Loop
from lms.core.jobs.work import Handler
from lms.core.uploads import keeping as upload_jobs
from lms.enrolments import jobs as enrolment_jobs
from lms.guides import jobs as guides_jobs
from lms.learning import jobs as learning_jobs
from lms.notices import jobs as notices_jobs
from lms.people import jobs as people_jobs
from lms.reports import jobs as reports_jobs
from lms.web.demonstration import jobs as demonstration_jobs

JOBS = (
    assessment_jobs,
    audit_jobs,
    authoring_jobs,
    certificate_jobs,
    completion_jobs,
    demonstration_jobs,
    enrolment_jobs,
    guides_jobs,
    retention,
    learning_jobs,
    notices_jobs,
    people_jobs,
    reports_jobs,
    upload_jobs,
)
"""Modules with HANDLERS and, where useful, PERIODIC and PROMPT (kinds a person waits for)."""

LOOPS: tuple[Callable[[Engine], Loop], ...] = (
    notices_jobs.dispatching,
    sealing,
)
"""What goes on beside the jobs of a worker; mail delivery joins them in `web.worker`."""


def handlers() -> dict[str, Handler]:
    """Every kind of job with its handler. Raises KeyError if two rooms name the same kind."""
    found: dict[str, Handler] = {}
    for module in JOBS:
        for kind, handler in module.HANDLERS.items():
            if kind in found:
                raise KeyError(f"Two rooms have jobs of the kind {kind}.")
            found[kind] = handler
    return found


def periodic() -> tuple[Periodic, ...]:
    """What comes round, of all rooms."""
    return tuple(one for module in JOBS for one in getattr(module, "PERIODIC", ()))


def prompt() -> frozenset[str]:
    """The kinds of job a person waits for, of all rooms."""
    return frozenset(kind for module in JOBS for kind in getattr(module, "PROMPT", ()))
