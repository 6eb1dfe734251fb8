"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler
from lms.learning.jobs import exports, messages, standings

HANDLERS: Mapping[str, Handler] = {
    **exports.HANDLERS,
    **messages.HANDLERS,
    **standings.HANDLERS,
}
PERIODIC: tuple[Periodic, ...] = (*exports.PERIODIC, *standings.PERIODIC)
