"""Periods of reports: month, quarter, half-year, year, or two days of one's own. Pure.

A period is written as the address carries it: `2026-11`, `2026-Q3`, `2026-H1`, `2026`,
`2026-07-01..2026-09-30`, or nothing for all time. Its days are those of the secretariat's
clock, which every output says.
"""

from __future__ import annotations

import calendar
import datetime
import enum
import re
import zoneinfo
from dataclasses import dataclass

from lms.core.errors import BadInputError
from lms.core.text import N_

OFFICE_ZONE = "Asia/Bangkok"
"""The clock of the Regional Support Office, by whose days everything is counted."""
OFFICE_PLACE = N_("Bangkok")
FIRST_YEAR, LAST_YEAR = 2000, 2199
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_PART = re.compile(r"(\d{4})-([QH])(\d)", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})")
_OWN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


class PeriodKind(enum.StrEnum):
    """How long a period is."""

    ALL = "all"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole days of the secretariat's clock; both days belong to it.

    `first` and `last` are None for all time only. `key` is its form in addresses.
    """

    kind: PeriodKind
    key: str
    first: datetime.date | None
    last: datetime.date | None

    @property
    def start(self) -> datetime.datetime | None:
        """The first moment of it, in UTC."""
        return _midnight(self.first) if self.first is not None else None

    @property
    def end(self) -> datetime.datetime | None:
        """The first moment after it, in UTC."""
        if self.last is None:
            return None
        return _midnight(self.last + datetime.timedelta(days=1))

    def is_over(self, now: datetime.datetime) -> bool:
        """Whether nothing more can happen in it."""
        return self.end is not None and self.end <= now

    def holds(self, moment: datetime.datetime) -> bool:
        """Whether a moment lies in it."""
        start, end = self.start, self.end
        return (start is None or start <= moment) and (end is None or moment < end)


ALL_TIME = Period(PeriodKind.ALL, "", None, None)


def month(year: int, number: int) -> Period:
    """A calendar month, 1 to 12."""
    last = calendar.monthrange(year, number)[1]
    return Period(
        PeriodKind.MONTH,
        f"{year:04d}-{number:02d}",
        datetime.date(year, number, 1),
        datetime.date(year, number, last),
    )


def quarter(year: int, number: int) -> Period:
    """A quarter of a calendar year, 1 to 4."""
    return _months(PeriodKind.QUARTER, f"{year:04d}-Q{number}", year, 3 * number - 2, 3)


def half(year: int, number: int) -> Period:
    """A half of a calendar year, 1 or 2."""
    return _months(PeriodKind.HALF, f"{year:04d}-H{number}", year, 6 * number - 5, 6)


def year_of(year: int) -> Period:
    """A calendar year."""
    return _months(PeriodKind.YEAR, f"{year:04d}", year, 1, 12)


def own_period(first: datetime.date, last: datetime.date) -> Period:
    """From one day to another. Raises BadInputError if the last comes before the first."""
    if last < first:
        raise BadInputError(
            N_("The period ends before it begins. Choose a last day after the first."),
            field="last",
        )
    return Period(PeriodKind.OWN, f"{first.isoformat()}..{last.isoformat()}", first, last)


def parse(text: str) -> Period:
    """The period a person, an address or a command wrote. Raises BadInputError."""
    given = text.strip()
    if not given or given == PeriodKind.ALL:
        return ALL_TIME
    try:
        return _parsed(given)
    except ValueError:
        raise BadInputError(
            N_(
                "“%(text)s” is no period. Write it as 2026-11, 2026-Q3, 2026-H1, 2026, "
                "or 2026-07-01..2026-09-30."
            ),
            field="period",
            text=given[:40],
        ) from None


def _parsed(text: str) -> Period:
    if found := _OWN.fullmatch(text):
        first, last = (datetime.date.fromisoformat(day) for day in found.groups())
        _check(first.year, last.year)
        return own_period(first, last)
    if found := _PART.fullmatch(text):
        year, letter, number = int(found[1]), found[2].upper(), int(found[3])
        _check(year)
        if not 1 <= number <= (4 if letter == "Q" else 2):
            raise ValueError
        return quarter(year, number) if letter == "Q" else half(year, number)
    if found := _MONTH.fullmatch(text):
        _check(int(found[1]))
        return month(int(found[1]), int(found[2]))
    if found := _YEAR.fullmatch(text):
        _check(int(found[1]))
        return year_of(int(found[1]))
    raise ValueError


def _check(*years: int) -> None:
    if not all(FIRST_YEAR <= year <= LAST_YEAR for year in years):
        raise ValueError


def parts(period: Period, now: datetime.datetime) -> list[Period]:
    """The months of a period, or its quarters where there are more than 18; for a row each.

    All time has no parts; neither has what lies behind `now`.
    """
    if period.first is None or period.last is None:
        return []
    last = min(period.last, today(now))
    found: list[Period] = []
    step, make = (1, month) if _months_between(period.first, last) <= 18 else (3, quarter)
    year, number = period.first.year, (period.first.month - 1) // step + 1
    while True:
        part = make(year, number)
        if part.first is None or part.last is None or part.first > last:
            return found
        begun = max(part.first, period.first)
        ended = min(part.last, period.last)
        is_whole = (begun, ended) == (part.first, part.last)
        found.append(part if is_whole else own_period(begun, ended))
        year, number = (year, number + 1) if number < 12 // step else (year + 1, 1)


def parse_as_of(text: str, now: datetime.datetime) -> datetime.datetime | None:
    """The moment a person or a command wrote; None for the present, which an empty word means.

    A day means its end on the secretariat's clock; a moment is written with its zone, as in
    2026-09-30T12:00:00+00:00. Raises BadInputError for what is no moment, or lies ahead.
    """
    given = text.strip()
    if not given:
        return None
    try:
        if len(given) == len("2026-09-30"):
            day = datetime.date.fromisoformat(given)
            if day == today(now):
                return None
            moment = _midnight(day + datetime.timedelta(days=1))
        else:
            written = datetime.datetime.fromisoformat(given)
            _check(written.year if written.tzinfo is not None else 0)
            moment = written.astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise BadInputError(
            N_("“%(text)s” is no day. Write it as 2026-09-30."), field="as_of", text=given[:40]
        ) from error
    if moment > now:
        raise BadInputError(
            N_("“%(text)s” has not ended yet. Choose an earlier day, or leave it empty for now."),
            field="as_of",
            text=given[:40],
        )
    return moment


def today(now: datetime.datetime) -> datetime.date:
    """The day it is on the secretariat's clock."""
    return now.astimezone(zoneinfo.ZoneInfo(OFFICE_ZONE)).date()


def usual(now: datetime.datetime) -> list[Period]:
    """Periods to choose from: this year and the last with their halves, quarters and months."""
    day = today(now)
    found: list[Period] = []
    for year in (day.year, day.year - 1):
        found.append(year_of(year))
        found += [half(year, number) for number in (2, 1)]
        found += [quarter(year, number) for number in (4, 3, 2, 1)]
    found += [month(day.year, number) for number in range(day.month, 0, -1)]
    return [period for period in found if period.first is not None and period.first <= day]


def _months(kind: PeriodKind, key: str, year: int, first: int, count: int) -> Period:
    last = calendar.monthrange(year, first + count - 1)[1]
    return Period(
        kind,
        key,
        datetime.date(year, first, 1),
        datetime.date(year, first + count - 1, last),
    )


def _months_between(first: datetime.date, last: datetime.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _midnight(day: datetime.date) -> datetime.datetime:
    zone = zoneinfo.ZoneInfo(OFFICE_ZONE)
    return datetime.datetime.combine(day, datetime.time(), zone).astimezone(datetime.UTC)
