"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.assessments.jobs import files, plays, statistics
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {**files.HANDLERS, **plays.HANDLERS, **statistics.HANDLERS}
PERIODIC: tuple[Periodic, ...] = (*files.PERIODIC, *plays.PERIODIC, *statistics.PERIODIC)
