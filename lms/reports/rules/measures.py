"""What a report counts, with the sentence that stands beside each number. Pure."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.core.text import N_


class By(enum.StrEnum):
    """What a row is."""

    MEMBER = "member"
    SUBREGION = "subregion"
    AGENCY = "agency"
    COURSE = "course"
    PATH = "path"
    PERIOD = "period"


BY_NAMES: dict[By, str] = {
    By.MEMBER: N_("Member"),
    By.SUBREGION: N_("Sub-region"),
    By.AGENCY: N_("Agency"),
    By.COURSE: N_("Course"),
    By.PATH: N_("Path"),
    By.PERIOD: N_("Period"),
}
TITLES: dict[By, str] = {
    By.MEMBER: N_("Completion by member"),
    By.SUBREGION: N_("Completion by sub-region"),
    By.AGENCY: N_("Completion by agency"),
    By.COURSE: N_("Completion by course"),
    By.PATH: N_("Completion by path"),
    By.PERIOD: N_("Completion by period"),
}


class Measure(enum.StrEnum):
    """What is counted, in persons and in participations."""

    ENROLLED = "enrolled"
    ACTIVE = "active"
    STALLED = "stalled"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    CERTIFIED = "certified"


MEASURE_NAMES: dict[Measure, str] = {
    Measure.ENROLLED: N_("Enrolled"),
    Measure.ACTIVE: N_("Under way"),
    Measure.STALLED: N_("Stalled"),
    Measure.OVERDUE: N_("Overdue"),
    Measure.COMPLETED: N_("Completed"),
    Measure.CERTIFIED: N_("Certified"),
}
STANDING = frozenset({Measure.ACTIVE, Measure.STALLED, Measure.OVERDUE})
"""Measures of a moment and not of a period: how things stand as of the report."""

DEFINITIONS: dict[str, str] = {
    "persons": N_("Persons: each official counts once in a row, however many courses they take."),
    "participations": N_("Participations: each course of each official counts."),
    Measure.ENROLLED: N_(
        "Enrolled: began a course in the period, whatever became of it, under the member and "
        "agency of that day."
    ),
    Measure.ACTIVE: N_(
        "Under way: begun, not complete and not withdrawn at the moment of the report, whenever "
        "it was begun."
    ),
    Measure.STALLED: N_("Stalled: under way, and nothing was done for 21 days."),
    Measure.OVERDUE: N_("Overdue: under way, and the day it was due has ended."),
    Measure.COMPLETED: N_(
        "Completed: everything required was done, for the last time needed, in the period, under "
        "the member and agency of that day."
    ),
    Measure.CERTIFIED: N_(
        "Certified: a certificate of completion was issued in the period and was neither revoked "
        "nor is held back; a corrected one counts on the day of the first."
    ),
    "days": N_(
        "Days to complete: whole days from enrolment to completion, the middle value of the "
        "completions of the period."
    ),
    "gain": N_(
        "First and last test: the middle marks out of 100, of participations with both handed in, "
        "where the last was handed in in the period; the first attempt at each."
    ),
    "rows": N_(
        "Rows need not add up to the total: a person who changed member, agency or course counts "
        "in each row, and once in the total."
    ),
}
"""Sentences beside the numbers, by what they explain."""


@dataclass(slots=True)
class Line:
    """The numbers of one row. `persons` and `participations` by measure.

    `days`, `before` and `after` count values (whole days; marks out of 100), so that the
    middle one is exact on every database.
    """

    persons: dict[Measure, int] = field(default_factory=dict)
    participations: dict[Measure, int] = field(default_factory=dict)
    sums: dict[Measure, tuple[int, int]] = field(default_factory=dict)
    days: Counter[int] = field(default_factory=Counter)
    before: Counter[int] = field(default_factory=Counter)
    after: Counter[int] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        return not any(self.participations.values()) and not self.days and not self.after


def middle(values: Mapping[int, int]) -> float | None:
    """The median of counted values; the mean of the two in the middle where there are two."""
    total = sum(values.values())
    if total == 0:
        return None
    low = high = None
    passed = 0
    for value in sorted(values):
        passed += values[value]
        if low is None and passed >= (total + 1) // 2:
            low = value
        if passed >= total // 2 + 1:
            high = value
            break
    if low is None or high is None:
        raise AssertionError("A median lies within its values.")
    return (low + high) / 2
