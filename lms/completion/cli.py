"""`lms progress`: whether enrolments say what the facts say."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from lms.completion.queries import verify
from lms.core.database import Session
from lms.core.extensions import db


@click.group("progress", help="What was done, and whether records agree with it.")
def progress() -> None:
    """The group; `web.cli` adds it to the root command."""


@progress.command("verify")
@with_appcontext
@click.pass_context
def verify_command(context: click.Context) -> None:
    """Rebuild every enrolment from its facts and say where it differs. Exit 1 if any does.

    Changes nothing; takes about a millisecond an enrolment.
    """
    count = wrong = 0
    with Session(db.engine) as session:
        for enrolment_id, found in verify(session):
            count += 1
            wrong += bool(found)
            for one in found:
                click.echo(
                    f"enrolment {enrolment_id}: {one.column} is {one.kept}, "
                    f"the facts say {one.rebuilt}"
                )
    click.echo(f"{count} enrolments, {wrong} differ from their facts.", err=True)
    context.exit(1 if wrong else 0)
