"""`lms db`: migrate, go back, compare."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import check as compare
from flask_migrate import downgrade as go_back
from flask_migrate import upgrade as migrate


@click.group("db", cls=AppGroup)
def database() -> None:
    """The database and its migrations."""


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (head)."""
    migrate(directory=_folder(), revision=revision)


@database.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION."""
    go_back(directory=_folder(), revision=revision)


@database.command("check")
def check_models() -> None:
    """End with an error if the models and the migrations differ."""
    compare(directory=_folder())


def _folder() -> str:
    return str(current_app.config["BEKAL_MIGRATIONS"])
