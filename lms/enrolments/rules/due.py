"""When a day due ends, and when a person is reminded of it. Pure."""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from dataclasses import dataclass
from typing import Any

from lms.core.text import N_

A_WEEK = datetime.timedelta(days=7)
SHORT_TERM = datetime.timedelta(days=14)
STALLED = datetime.timedelta(days=21)
"""A course nobody worked on for so long has stalled."""


class DueReason(enum.StrEnum):
    """Why a day due is changed; a class, so that nothing personal is written down."""

    WORKLOAD = "workload"
    ABSENCE = "absence"
    TECHNICAL = "technical"
    MISTAKE = "mistake"
    OTHER = "other"


DUE_REASON_NAMES: dict[DueReason, str] = {
    DueReason.WORKLOAD: N_("Work leaves no time"),
    DueReason.ABSENCE: N_("Leave or absence"),
    DueReason.TECHNICAL: N_("Network or equipment"),
    DueReason.MISTAKE: N_("The day was a mistake"),
    DueReason.OTHER: N_("Another reason"),
}


class Stage(enum.StrEnum):
    """A moment at which a person is reminded. After the day: three times, weekly."""

    HALF = "half"
    WEEK = "week"
    AFTER_1 = "after_1"
    AFTER_2 = "after_2"
    AFTER_3 = "after_3"

    @property
    def is_after(self) -> bool:
        """Whether the day has passed."""
        return self in {Stage.AFTER_1, Stage.AFTER_2, Stage.AFTER_3}


@dataclass(frozen=True, slots=True)
class Due:
    """A day due as it was set: the day, its end in UTC, the zone it ends in, when it was set."""

    day: datetime.date
    ends_at: datetime.datetime
    zone: str
    set_at: datetime.datetime

    @classmethod
    def on(cls, day: datetime.date, zone: str, *, now: datetime.datetime) -> Due:
        """The day as set now. Whether it lies ahead is the caller's question."""
        return cls(day, end_of(day, zone), zone, now)

    def columns(self) -> dict[str, Any]:
        """As the columns of an enrolment or a path enrolment, with the first reminder."""
        return {
            "due_on": self.day,
            "due_at": self.ends_at,
            "due_zone": self.zone,
            "due_set_at": self.set_at,
            "remind_at": next_reminder(self.set_at, self.ends_at, self.set_at),
        }


def end_of(day: datetime.date, zone: str) -> datetime.datetime:
    """The end of a day in a time zone, in UTC: the first moment that is no longer that day."""
    following = day + datetime.timedelta(days=1)
    local = datetime.datetime.combine(following, datetime.time(), zoneinfo.ZoneInfo(zone))
    return local.astimezone(datetime.UTC)


def stages(
    set_at: datetime.datetime, due_at: datetime.datetime
) -> list[tuple[Stage, datetime.datetime]]:
    """The moments of reminders for a day set at `set_at`, in order of time.

    At half time; a week before, where the term is longer than two weeks; the day after
    and twice more, a week apart.
    """
    term = due_at - set_at
    found = [(Stage.HALF, set_at + term / 2)]
    if term > SHORT_TERM:
        found.append((Stage.WEEK, due_at - A_WEEK))
    day_after = due_at + datetime.timedelta(hours=12)
    found += [
        (stage, day_after + number * A_WEEK)
        for number, stage in enumerate((Stage.AFTER_1, Stage.AFTER_2, Stage.AFTER_3))
    ]
    return found


def next_reminder(
    set_at: datetime.datetime, due_at: datetime.datetime, now: datetime.datetime
) -> datetime.datetime | None:
    """When the next reminder after `now` is due; None when there is none left."""
    return next((moment for _, moment in stages(set_at, due_at) if moment > now), None)


def stage_at(
    set_at: datetime.datetime, due_at: datetime.datetime, now: datetime.datetime
) -> Stage | None:
    """The latest stage that `now` has reached; what was missed before it is not caught up."""
    reached = [stage for stage, moment in stages(set_at, due_at) if moment <= now]
    return reached[-1] if reached else None
