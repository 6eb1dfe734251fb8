"""`lms serve` and `lms worker`."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from config import Settings
from lms.core import waiting
from lms.core.extensions import db
from lms.core.request import settings
from lms.web.doctor import NO_ANSWER, Grade, check_database
from lms.web.restoring import refuse_unfinished
from lms.web.serving import LOOK_EVERY
from lms.web.serving import serve as serve_both
from lms.web.signals import Told
from lms.web.worker import work


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of the setting PORT.")
@with_appcontext
def serve(port: int | None) -> None:
    """Serve web and worker, two processes, until Ctrl-C or TERM."""
    refuse_unfinished(settings())
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
    refuse_unfinished(settings())
    told, stop = Told(), threading.Event()
    waiting.limit(db.engine, waiting.WORKER)
    wait_for_database(lambda: told.came)
    working = threading.Thread(target=work, args=(_app(), stop), name="worker", daemon=True)
    working.start()
    while working.is_alive() and not told.came:
        time.sleep(LOOK_EVERY)
    stop.set()
    working.join()
    if not told.came:
        sys.exit(1)  # it broke by itself, and has said why


def wait_for_database(is_told: Callable[[], bool]) -> None:
    """Wait until the database answers: a worker that comes back before it must not end again.

    Raises ClickException if it is at another migration than this code needs.
    """
    while not is_told():
        found = check_database(db.engine, current_app.config["BEKAL_MIGRATIONS"])
        db.engine.dispose()
        if found.sentence != NO_ANSWER:
            break
        time.sleep(LOOK_EVERY * 5)
    else:
        return
    if found.grade is Grade.BAD:
        raise click.ClickException(found.sentence)


def _app() -> Flask:
    # The application itself, for threads; the type of the proxy does not know how to ask it.
    app: Flask = cast(Any, current_app)._get_current_object()
    return app
