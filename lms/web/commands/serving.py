"""`lms serve` and `lms worker`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from config import Settings
from lms.core.extensions import db
from lms.core.request import settings
from lms.web.doctor import Grade, check_database
from lms.web.serving import serve as serve_both
from lms.web.worker import work


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of the setting PORT.")
@with_appcontext
def serve(port: int | None) -> None:
    """Serve web and worker, two processes, until Ctrl-C or TERM."""
    found = check_database(db.engine, current_app.config["BEKAL_MIGRATIONS"])
    db.engine.dispose()
    if found.grade is Grade.BAD:
        raise click.ClickException(found.sentence)
    environ, chosen = dict(os.environ), settings()
    if port is not None:
        environ["PORT"] = str(port)
        chosen = Settings.from_environment(environ)
    sys.exit(serve_both(chosen, environ, click.echo))


@click.command()
@with_appcontext
def worker() -> None:
    """Run jobs, deliver mail and seal the audit, until Ctrl-C or TERM."""
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    work(current_app._get_current_object(), stop)  # type: ignore[attr-defined]
