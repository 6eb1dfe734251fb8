"""`lms doctor`."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from lms.core.extensions import db
from lms.core.request import settings
from lms.web.doctor import Grade, examine

COLOURS = {Grade.GOOD: "green", Grade.WARNING: "yellow", Grade.BAD: "red"}


@click.command()
@with_appcontext
def doctor() -> None:
    """Look at libraries, fonts, database, files, mail, secret and clock; say how to mend them."""
    is_well = True
    for found in examine(settings(), db.engine, current_app.config["BEKAL_MIGRATIONS"]):
        word = click.style(f"{found.grade.value:8}", fg=COLOURS[found.grade])
        click.echo(f"{word} {found.subject:10} {found.sentence}")
        is_well = is_well and found.grade is not Grade.BAD
    if not is_well:
        sys.exit(1)
