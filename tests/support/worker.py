"""The worker's part inside a test: runs what waits, in this thread, and lets errors out."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sqlalchemy import Engine

from config import Settings
from lms.core.jobs.models import Job
from lms.core.jobs.runner import Shift, run_next
from lms.core.jobs.work import Handler
from lms.core.storage import LocalFolder, Storage


def shift_of(
    engine: Engine,
    handlers: Mapping[str, Handler],
    storage: Storage | LocalFolder,
    settings: Settings | None = None,
) -> Shift:
    """A shift without schedule, for these handlers."""
    return Shift(engine=engine, handlers=handlers, storage=storage, settings=settings)


def work_off(shift: Shift) -> list[Job]:
    """Run jobs until none is due, and return them as they were taken."""
    stop = threading.Event()
    taken = []
    while (job := run_next(shift, frozenset(shift.handlers), stop)) is not None:
        taken.append(job)
    return taken
