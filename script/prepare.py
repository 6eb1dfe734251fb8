"""Readies the database for script/server: migrated, courses loaded, demonstration people if none.

One process for what would be four `lms` commands: most of the time of a command goes into
starting Python, and a second start of the server is to take seconds.
"""

import contextlib
import io
import json
import logging
import os
import sys

import click

from config import Settings, SettingsError
from lms.core.errors import BekalError
from lms.web import logs
from lms.web.app import create_app
from lms.web.cli import OWN
from lms.web.rooms import COMMANDS


def main() -> None:
    """Run the commands in order; the first that fails ends it with its sentence."""
    logs.configure()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment(os.environ)
        with create_app(settings).app_context():
            say("bringing the database up to date")
            lms("db", "upgrade")
            say("loading courses and guides")
            lms("content", "load")
            if settings.is_demonstration_allowed:
                if not json.loads(said_by("demo", "accounts", "--json")):
                    say("loading demonstration people")
                    lms("demo", "load")
                say("accounts to sign in with:")
                lms("demo", "accounts")
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (BekalError, SettingsError) as error:
        sys.exit(f"server: {error}")


def lms(group: str, *arguments: str) -> None:
    """Run an `lms` command in this process."""
    commands = {command.name: command for command in (*OWN, *COMMANDS)}
    commands[group].main(list(arguments), f"lms {group}", standalone_mode=False)


def said_by(group: str, *arguments: str) -> str:
    """Run an `lms` command and return what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        lms(group, *arguments)
    return said.getvalue()


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"server: {text}", flush=True)


if __name__ == "__main__":
    main()
