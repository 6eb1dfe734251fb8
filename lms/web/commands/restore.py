"""`lms restore`: a backup into an empty database, and the release of the mail it holds."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from lms.core import clock
from lms.core.backup import holding
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.request import settings, storage
from lms.web import restoring
from lms.web.commands.backup import EXISTING, FirstCommandGroup, identities_of, lines_about


@click.group("restore", cls=FirstCommandGroup)
def restore() -> None:
    """A backup back into a database: `lms restore FILE`."""


@restore.command("from")
@click.argument("file", type=EXISTING)
@click.option("--identity", type=EXISTING, help="The file of the private key.")
@click.option(
    "--move",
    is_flag=True,
    help="The original was stopped before the backup and never starts again: mail leaves and "
    "people stay signed in.",
)
def restore_from(file: Path, identity: Path | None, move: bool) -> None:
    """Restore FILE into the empty database of BEKAL_DATABASE_URL and the data folder.

    Takes a backup of either database into either. Without --move everybody signs in anew,
    and no mail leaves before `lms restore release`.
    """
    proven = restoring.restore(
        restoring.Restoring(
            path=file,
            identities=identities_of(identity),
            engine=db.engine,
            storage=storage(),
            settings=settings(),
            migrations=Path(current_app.config["BEKAL_MIGRATIONS"]),
            is_move=move,
            say=click.echo,
        ),
        now=clock.now(),
    )
    for line in lines_about(proven)[1:]:
        click.echo(line)
    if not move:
        click.echo("No mail leaves before: lms restore release")


@restore.command("release")
@click.option("--deliver", is_flag=True, help="What waited in the backup leaves too.")
def release(deliver: bool) -> None:
    """Let mail leave after a restore.

    What waited when the backup was made is parked, to be sent or dismissed one by one at
    /administration/mail: the original may have sent it since.
    """
    with Session(db.engine) as session, session.begin():
        parked = holding.release(session, with_old=deliver, now=clock.now())
    click.echo(f"Mail leaves; {parked} from before the restore are parked.")
