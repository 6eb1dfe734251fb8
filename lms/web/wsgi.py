"""What gunicorn starts: `lms.web.wsgi:application()`."""

from __future__ import annotations

import os

from flask import Flask

from config import Settings
from lms.core import waiting
from lms.core.extensions import db
from lms.web import logs
from lms.web.app import create_app


def application() -> Flask:
    """The application for the settings of this environment."""
    logs.configure()
    app = create_app(Settings.from_environment(os.environ))
    with app.app_context():
        waiting.limit(db.engine, waiting.WEB)
    return app
