"""The list of rooms: their blueprints, tables, commands and job handlers, in one place."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import Engine

from lms.alumni import models as alumni_models
from lms.alumni import routes as alumni_routes
from lms.assessments import jobs as assessment_jobs
from lms.assessments import models as assessment_models
from lms.authoring import jobs as authoring_jobs
from lms.authoring import models as authoring_models
from lms.authoring import routes as authoring_routes
from lms.certificates import cli as certificates_cli
from lms.certificates import jobs as certificate_jobs
from lms.certificates import models as certificate_models
from lms.certificates import routes as certificate_routes
from lms.completion import cli as completion_cli
from lms.completion import jobs as completion_jobs
from lms.core import apart, retention
from lms.core.audit import jobs as audit_jobs
from lms.core.audit import models as audit_models
from lms.core.audit.jobs import sealing
from lms.core.jobs import models as job_models
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.runner import Loop
from lms.core.jobs.work import Handler
from lms.core.outbox import models as outbox_models
from lms.core.uploads import keeping as upload_jobs
from lms.core.uploads import models as upload_models
from lms.courses import cli as courses_cli
from lms.courses import models as courses_models
from lms.courses import routes as courses_routes
from lms.enrolments import jobs as enrolment_jobs
from lms.enrolments import models as enrolment_models
from lms.guides import jobs as guides_jobs
from lms.guides import models as guides_models
from lms.guides import routes as guides_routes
from lms.learning import jobs as learning_jobs
from lms.learning import models as learning_models
from lms.learning import routes as learning_routes
from lms.notices import jobs as notices_jobs
from lms.notices import models as notices_models
from lms.notices import routes as notices_routes
from lms.people import cli as people_cli
from lms.people import jobs as people_jobs
from lms.people import models as people_models
from lms.people import routes as people_routes
from lms.progress import models as progress_models
from lms.reports import cli as reports_cli
from lms.reports import jobs as reports_jobs
from lms.reports import models as reports_models
from lms.reports import routes as reports_routes
from lms.web import administration, database_cli, progress
from lms.web import routes as web_routes
from lms.web.demonstration import jobs as demonstration_jobs

BLUEPRINTS = (
    alumni_routes.blueprint,
    authoring_routes.blueprint,
    certificate_routes.blueprint,
    courses_routes.blueprint,
    guides_routes.blueprint,
    learning_routes.blueprint,
    notices_routes.blueprint,
    people_routes.blueprint,
    reports_routes.blueprint,
    administration.blueprint,
    progress.blueprint,
    web_routes.blueprint,
)

MODELS = (
    alumni_models,
    apart,
    assessment_models,
    audit_models,
    authoring_models,
    certificate_models,
    courses_models,
    enrolment_models,
    guides_models,
    job_models,
    learning_models,
    notices_models,
    outbox_models,
    people_models,
    progress_models,
    reports_models,
    upload_models,
)


COMMANDS = (
    certificates_cli.certificates,
    completion_cli.progress,
    courses_cli.content,
    database_cli.database,
    people_cli.people,
    reports_cli.report,
)


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


def import_models() -> None:
    """All tables are registered by the imports above; named so that the order is plain."""


def install(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
