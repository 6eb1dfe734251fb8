"""When an attempt may begin, how long it runs, what its result is. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lms.courses.values.quiz import Quiz, Shown

GRACE = datetime.timedelta(seconds=60)
"""After the limit, for a slow line: answers sent in that time still count."""


class AttemptState(enum.StrEnum):
    """An attempt is open until it is handed in, by the learner or by the clock.

    `to_mark`: it is handed in, and has no result before a person has marked every text in it.
    """

    OPEN = "open"
    TO_MARK = "to_mark"
    HANDED_IN = "handed_in"


@dataclass(frozen=True, slots=True)
class Past:
    """What the rules need of an earlier attempt."""

    handed_in_at: datetime.datetime
    is_passed: bool
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """Whether another attempt may begin, and if not now, from when.

    `waits`: a person must mark the last one first.
    """

    may_begin: bool
    left: int | None
    not_before: datetime.datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Points earned of those possible, exactly; `percent` rounds down, so 79.9 is no 80."""

    earned: Fraction
    possible: int

    @property
    def percent(self) -> int:
        return int(self.earned * 100 / self.possible) if self.possible else 0

    def passes(self, pass_mark: int | None) -> bool:
        """Whether the mark is reached; a quiz without a mark cannot be failed."""
        return pass_mark is None or self.earned * 100 >= pass_mark * self.possible


def next_attempt(quiz: Quiz, past: Iterable[Past], now: datetime.datetime) -> Next:
    """Whether the learner may begin another attempt.

    A test that was passed is not taken again; a knowledge check may be, as often as wanted.
    """
    attempts = list(past)
    left = None if quiz.attempts is None else max(0, quiz.attempts - len(attempts))
    if any(attempt.waits for attempt in attempts):
        return Next(False, left, waits=True)
    if left == 0:
        return Next(False, 0)
    if quiz.purpose != "knowledge-check" and any(attempt.is_passed for attempt in attempts):
        return Next(False, left)
    if attempts and quiz.delay_minutes:
        last = max(attempt.handed_in_at for attempt in attempts)
        opens = last + datetime.timedelta(minutes=quiz.delay_minutes)
        if now < opens:
            return Next(False, left, opens)
    return Next(True, left)


def deadline(quiz: Quiz, started_at: datetime.datetime) -> datetime.datetime | None:
    """When the time is over; None without a limit. Kept on the server at the start."""
    if quiz.time_limit_minutes is None:
        return None
    return started_at + datetime.timedelta(minutes=quiz.time_limit_minutes)


def still_counts(limit: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether answers sent now are taken."""
    return limit is None or now <= limit + GRACE


def shown_after(quiz: Quiz, *, is_over: bool) -> frozenset[Shown]:
    """What the learner may see of an attempt handed in; `is_over`: passed or none left."""
    review = quiz.shown
    return frozenset(review.when_over if is_over else review.after_attempt)
