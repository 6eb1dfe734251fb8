"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler
from lms.learning.jobs import exports, messages, regrading, standings

HANDLERS: Mapping[str, Handler] = {
    **exports.HANDLERS,
    **messages.HANDLERS,
    **regrading.HANDLERS,
    **standings.HANDLERS,
}
PERIODIC: tuple[Periodic, ...] = (*exports.PERIODIC, *standings.PERIODIC)
PROMPT: tuple[str, ...] = regrading.PROMPT
