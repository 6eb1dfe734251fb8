"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.authoring.jobs import following, holders, papers, questions
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {
    **holders.HANDLERS,
    **following.HANDLERS,
    **papers.HANDLERS,
    **questions.HANDLERS,
}
PERIODIC: tuple[Periodic, ...] = (*following.PERIODIC, *papers.PERIODIC)
