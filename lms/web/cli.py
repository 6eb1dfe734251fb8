"""The `lms` command. Rooms bring their own groups in `cli.py`; here they are put together."""

from __future__ import annotations

import os
import sys

import click
from flask.cli import FlaskGroup

from config import Settings, SettingsError
from lms.certificates.cli import certificates
from lms.completion.cli import progress
from lms.core.errors import BekalError
from lms.courses.cli import content
from lms.people.cli import people
from lms.reports.cli import report
from lms.web import logs
from lms.web.app import create_app
from lms.web.commands.access import access
from lms.web.commands.audit import audit
from lms.web.commands.backup import backup
from lms.web.commands.doctor import doctor
from lms.web.commands.restore import restore
from lms.web.commands.serving import serve, worker
from lms.web.database_cli import database
from lms.web.demonstration.cli import demo

OWN = (access, audit, backup, database, demo, doctor, restore, serve, worker)
"""Commands that belong to no room."""

OF_ROOMS = (certificates, content, people, progress, report)
"""Commands that rooms bring."""


def main() -> None:
    """Run a command; bad input ends in one clear line and a non-zero exit."""
    logs.configure()
    try:
        settings = Settings.from_environment(os.environ)
        group = FlaskGroup(
            name="lms",
            create_app=lambda: create_app(settings),
            add_default_commands=False,
            load_dotenv=False,
            set_debug_flag=False,
            help="Bekal: serve, look after the database, import people, check content.",
        )
        for command in (*OWN, *OF_ROOMS):
            group.add_command(command)
        ended = group.main(prog_name="lms", standalone_mode=False)
        if isinstance(ended, int):  # what `ctx.exit(code)` becomes without standalone mode
            sys.exit(ended)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit("Stopped; nothing is half done.")
    except (BekalError, SettingsError) as error:
        sys.exit(f"lms: {error}")


if __name__ == "__main__":
    main()
