"""The list of rooms: their blueprints, tables, commands and job handlers, in one place."""

from __future__ import annotations

from flask import Flask

from lms.core import apart
from lms.core.audit import models as audit_models
from lms.core.jobs import models as job_models
from lms.core.outbox import models as outbox_models
from lms.courses import cli as courses_cli
from lms.courses import models as courses_models
from lms.courses import routes as courses_routes
from lms.notices import models as notices_models
from lms.notices import routes as notices_routes
from lms.people import cli as people_cli
from lms.people import models as people_models
from lms.people import routes as people_routes
from lms.web import database_cli
from lms.web import routes as web_routes

BLUEPRINTS = (
    courses_routes.blueprint,
    notices_routes.blueprint,
    people_routes.blueprint,
    web_routes.blueprint,
)

MODELS = (
    apart,
    audit_models,
    courses_models,
    job_models,
    notices_models,
    outbox_models,
    people_models,
)


COMMANDS = (
    courses_cli.content,
    database_cli.database,
    people_cli.people,
)


def import_models() -> None:
    """All tables are registered by the imports above; named so that the order is plain."""


def install(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
