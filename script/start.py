"""What script/server does once all is installed: ready the database, then serve.

One process for what would be five `lms` commands: most of the time of a command goes into
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
from lms.web.cli import OF_ROOMS, OWN


def main() -> None:
    """Migrate, load courses, load demonstration people where there are none, and serve.

    The first step that fails ends it with its sentence.
    """
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
                    # Takes about a minute: the worker does it while people look around.
                    lms("demo", "cohort", "--later")
                say("accounts to sign in with:")
                lms("demo", "accounts")
            lms("serve")
    except (KeyboardInterrupt, click.Abort):
        sys.exit("server: stopped")
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (BekalError, SettingsError) as error:
        sys.exit(f"server: {error}")


def lms(name: str, *arguments: str) -> None:
    """Run an `lms` command in this process."""
    commands = {command.name: command for command in (*OWN, *OF_ROOMS)}
    commands[name].main(list(arguments), f"lms {name}", standalone_mode=False)


def said_by(name: str, *arguments: str) -> str:
    """Run an `lms` command and return what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        lms(name, *arguments)
    return said.getvalue()


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"server: {text}", flush=True)


if __name__ == "__main__":
    main()
