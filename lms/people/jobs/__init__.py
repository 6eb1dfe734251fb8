"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler
from lms.people.jobs import imports, sign_in, transfers

HANDLERS: Mapping[str, Handler] = {**imports.HANDLERS, **sign_in.HANDLERS, **transfers.HANDLERS}
"""What the worker runs for this room, by the kind of job."""
PROMPT: frozenset[str] = sign_in.PROMPT
"""Kinds a person waits for."""
PERIODIC: tuple[Periodic, ...] = (*imports.PERIODIC, *sign_in.PERIODIC)
