"""`lms db`: migrate, go back, compare."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from lms.web import migrating


@click.group("db", cls=AppGroup)
def database() -> None:
    """The database and its migrations."""


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (head)."""
    migrating.upgrade(revision)


@database.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION."""
    migrating.downgrade(revision)


@database.command("check")
def check_models() -> None:
    """End with an error if the models and the migrations differ."""
    migrating.compare()
