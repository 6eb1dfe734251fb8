"""The one place that reads the time. Services take `now` as an argument instead."""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    """The present moment, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)
