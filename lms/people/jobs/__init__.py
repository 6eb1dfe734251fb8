"""The room's jobs, one file a noun; here their handlers are put together for the worker."""

from __future__ import annotations

from collections.abc import Mapping

from lms.core.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {}
"""What the worker runs for this room, by the kind of job."""
