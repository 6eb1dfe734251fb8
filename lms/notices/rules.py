"""Categories, frequencies, and when a digest goes out. Pure."""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

from lms.access.disclosure import Field
from lms.core.text import N_

DIGEST_HOUR = 7
"""The hour, in the person's own time zone, at which a digest is mailed."""
WEEKLY_DAY = 0
"""The day of a weekly digest: Monday."""


class Category(enum.StrEnum):
    """What a notice is about; the unit of choice."""

    TASKS = "tasks"
    ACCOUNT = "account"
    LEARNING = "learning"
    EVENTS = "events"
    CERTIFICATES = "certificates"
    NETWORK = "network"


CATEGORY_NAMES: dict[Category, str] = {
    Category.TASKS: N_("Decisions that wait for me"),
    Category.ACCOUNT: N_("My account and roles"),
    Category.LEARNING: N_("My courses"),
    Category.EVENTS: N_("Events and nominations"),
    Category.CERTIFICATES: N_("My certificates"),
    Category.NETWORK: N_("Alumni and secondments"),
}


class Frequency(enum.StrEnum):
    """How often a person wants mail. The page of notices always has everything."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


FREQUENCY_NAMES: dict[Frequency, str] = {
    Frequency.AT_ONCE: N_("At once"),
    Frequency.DAILY: N_("Once a day"),
    Frequency.WEEKLY: N_("Once a week"),
    Frequency.NEVER: N_("Never; I read them here"),
}

DEFAULTS: dict[Category, Frequency] = {
    Category.TASKS: Frequency.DAILY,
    Category.ACCOUNT: Frequency.AT_ONCE,
    Category.LEARNING: Frequency.DAILY,
    Category.EVENTS: Frequency.AT_ONCE,
    Category.CERTIFICATES: Frequency.AT_ONCE,
    Category.NETWORK: Frequency.WEEKLY,
}


class Channel(enum.StrEnum):
    """What became of a notice."""

    MAIL = "mail"
    DIGEST = "digest"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice, declared once by the room that sends it.

    `sentence` is one English sentence, marked for gettext, whose `%(name)s` are the
    facts. `facts` says for each fact which field of another person it shows, or None
    when it is about no person; those are checked against the disclosure table.
    """

    name: str
    category: Category
    sentence: str
    path: str
    facts: Mapping[str, Field | None]


def next_digest(
    now: datetime.datetime, frequency: Frequency, time_zone: str
) -> datetime.datetime | None:
    """When notices of this frequency are mailed next, in UTC; None for never, now for at once.

    The hour is the person's: a digest reaches them at the start of their day, also
    across changes of the clock.
    """
    if frequency is Frequency.NEVER:
        return None
    if frequency is Frequency.AT_ONCE:
        return now
    local = now.astimezone(zoneinfo.ZoneInfo(time_zone))
    day = local.date()
    if local.hour >= DIGEST_HOUR:
        day += datetime.timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        day += datetime.timedelta(days=(WEEKLY_DAY - day.weekday()) % 7)
    moment = datetime.datetime.combine(day, datetime.time(DIGEST_HOUR), tzinfo=local.tzinfo)
    return moment.astimezone(datetime.UTC)
