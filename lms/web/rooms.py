"""The list of rooms: their blueprints and tables, in one place.

Their jobs are in `web.jobs`, their commands in `web.cli`: a process that answers requests holds
neither, nor what they load.
"""

from __future__ import annotations

from flask import Flask

from lms.alumni import models as alumni_models
from lms.alumni import routes as alumni_routes
from lms.assessments import models as assessment_models
from lms.authoring import models as authoring_models
from lms.authoring import routes as authoring_routes
from lms.certificates import models as certificate_models
from lms.certificates import routes as certificate_routes
from lms.core import apart
from lms.core.audit import models as audit_models
from lms.core.jobs import models as job_models
from lms.core.outbox import models as outbox_models
from lms.core.uploads import models as upload_models
from lms.courses import models as courses_models
from lms.courses import routes as courses_routes
from lms.enrolments import models as enrolment_models
from lms.guides import models as guides_models
from lms.guides import routes as guides_routes
from lms.learning import models as learning_models
from lms.learning import routes as learning_routes
from lms.notices import models as notices_models
from lms.notices import routes as notices_routes
from lms.people import models as people_models
from lms.people import routes as people_routes
from lms.progress import models as progress_models
from lms.reports import models as reports_models
from lms.reports import routes as reports_routes
from lms.web import administration, progress
from lms.web import routes as web_routes

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


def import_models() -> None:
    """All tables are registered by the imports above; named so that the order is plain."""


def install(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
