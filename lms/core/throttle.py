"""Throttles: how often something may be tried in a time, over all workers and rollbacks."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete

from lms.core import apart
from lms.core.database import Session
from lms.core.errors import TooManyTriesError
from lms.core.text import N_

LONGEST_WINDOW = datetime.timedelta(days=7)
AHEAD = datetime.timedelta(minutes=1)
"""How far the clocks of several machines may be apart."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries within any stretch of length `window`. The name is permanent."""

    name: str
    most: int
    window: datetime.timedelta

    def key(self, of: str) -> str:
        """The key of what is counted, such as one account or one address."""
        return f"{self.name}:{of}"


@dataclass(frozen=True, slots=True)
class Counted:
    """Tries that were counted. `give_back` takes them away again, as after a success."""

    engine: Engine
    ids: tuple[int, ...]

    def give_back(self) -> None:
        apart.take_back_tries(self.engine, self.ids)


def count_try(
    engine: Engine, limits: Sequence[tuple[Limit, str]], *, now: datetime.datetime
) -> Counted:
    """Count one try under each limit, for the key beside it. Committed when it returns.

    Raises TooManyTriesError with the `minutes` to wait if any limit was reached; a
    refused try is not counted, so the wait ends when it was said to. The try is written
    before the others are counted: of many in parallel no more than the limit pass.
    """
    keys = [limit.key(of) for limit, of in limits]
    counted = Counted(engine, tuple(apart.add_tries(engine, keys, now=now)))
    waits = []
    for (limit, _), key in zip(limits, keys, strict=True):
        # A clock that was ahead must keep nobody out until its day has come.
        moments = apart.moments_of_tries(engine, key, since=now - limit.window, until=now + AHEAD)
        if len(moments) > limit.most:
            waits.append(moments[-limit.most - 1] + limit.window - now)
    if waits:
        counted.give_back()
        minutes = max(1, math.ceil(max(waits).total_seconds() / 60))
        raise TooManyTriesError(
            N_("There were too many tries. Try again in %(minutes)s min."), minutes=minutes
        )
    return counted


def forget(engine: Engine, limits: Sequence[tuple[Limit, str]]) -> None:
    """Forget all tries under these limits and keys."""
    apart.forget_tries(engine, [limit.key(of) for limit, of in limits])


def sweep(session: Session, *, now: datetime.datetime) -> None:
    """Delete tries older than a week; no limit looks back so far."""
    session.execute(delete(apart.Try).where(apart.Try.tried_at < now - LONGEST_WINDOW))
