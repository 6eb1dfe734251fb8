"""What gunicorn starts: `lms.web.wsgi:application()`."""

from __future__ import annotations

import gc
import os

from flask import Flask

from config import Settings
from lms.core import waiting
from lms.core.extensions import db
from lms.web import logs
from lms.web.app import create_app

NEW_OBJECTS = 25_000
"""How many more objects than were let go of stand before the collector looks for cycles among the
young: about as many as one or two pages make. With Python's 700 it looks some thirty times a page,
always at objects still in use, which was a sixth to a third of a page (docs/performance.md)."""


def application() -> Flask:
    """The application for the settings of this environment.

    What it consists of stays for the life of the process and is left out by the collector.
    """
    logs.configure()
    app = create_app(Settings.from_environment(os.environ))
    with app.app_context():
        waiting.limit(db.engine, waiting.WEB)
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    return app
