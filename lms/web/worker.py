"""The worker process: everything the rooms ask of it, put together from `jobs`."""

from __future__ import annotations

import threading

from flask import Flask

from lms.core.extensions import db
from lms.core.jobs.runner import Shift, run_worker
from lms.core.outbox.delivery import delivering
from lms.core.request import settings, storage
from lms.web import jobs
from lms.web.mails import delivery_of


def shift_of(app: Flask) -> Shift:
    """What a worker of this application works with."""
    with app.app_context():
        engine = db.engine
        return Shift(
            engine=engine,
            handlers=jobs.handlers(),
            storage=storage(),
            periodic=jobs.periodic(),
            prompt=jobs.prompt(),
            settings=settings(),
            beside=(
                delivering(delivery_of(app, settings())),
                *(loop(engine) for loop in jobs.LOOPS),
            ),
        )


def work(app: Flask, stop: threading.Event) -> None:
    """Work until `stop` is set."""
    run_worker(shift_of(app), stop)
