"""The one door to Flask-Migrate, for commands alone: a web process never holds Alembic."""

from __future__ import annotations

import flask_migrate
from flask import current_app
from flask_migrate import Migrate

from lms.core.extensions import db


def upgrade(revision: str = "head") -> None:
    """Bring the database of the current application to a revision."""
    flask_migrate.upgrade(directory=_folder(), revision=revision)


def downgrade(revision: str) -> None:
    """Take the database of the current application back to a revision."""
    flask_migrate.downgrade(directory=_folder(), revision=revision)


def compare() -> None:
    """End the process with an error if the models and the migrations differ."""
    flask_migrate.check(directory=_folder())


def _folder() -> str:
    """Where the migrations are, once Flask-Migrate knows the application."""
    folder = str(current_app.config["BEKAL_MIGRATIONS"])
    if "migrate" not in current_app.extensions:
        Migrate(current_app, db, directory=folder)
    return folder
