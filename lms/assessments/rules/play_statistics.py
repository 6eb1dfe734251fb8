"""How a scenario was played through, from sums over first plays. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.assessments.rules.plays import replay
from lms.assessments.rules.statistics import FEWEST
from lms.courses.values.scenario import Scenario

LONGEST = 180
"""Minutes; a play over which somebody slept counts as so long."""
TABLES = ("reached", "taken", "ended", "left", "minutes")

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlaySums:
    """The sums of one scenario of a course. Adding two gives the sums of both groups of plays.

    `plays` counts all plays, `firsts` persons: their first play on the course, since later
    ones know the story. The tables are of first plays, each person once in a cell: steps
    `reached`, choices `taken` (step, space, choice), the ending (`ended`), the step where
    who did not come to an ending was `left`, and the `minutes` to the ending.
    """

    plays: int = 0
    firsts: int = 0
    reached: Counts = field(default_factory=dict)
    taken: Counts = field(default_factory=dict)
    ended: Counts = field(default_factory=dict)
    left: Counts = field(default_factory=dict)
    minutes: Counts = field(default_factory=dict)

    def __add__(self, other: PlaySums) -> PlaySums:
        return self._with(other, 1)

    def __sub__(self, other: PlaySums) -> PlaySums:
        return self._with(other, -1)

    def _with(self, other: PlaySums, sign: int) -> PlaySums:
        tables = {}
        for name in TABLES:
            ours, theirs = getattr(self, name), getattr(other, name)
            both = {k: ours.get(k, 0) + sign * theirs.get(k, 0) for k in sorted({*ours, *theirs})}
            tables[name] = {key: count for key, count in both.items() if count}
        return PlaySums(
            plays=self.plays + sign * other.plays,
            firsts=self.firsts + sign * other.firsts,
            **tables,
        )

    @property
    def is_shown(self) -> bool:
        """Whether enough persons played for any number to be shown."""
        return self.firsts >= FEWEST

    @property
    def median_minutes(self) -> int | None:
        """The minutes within which half of those who came to an ending had; None if too few."""
        count = sum(self.minutes.values())
        if count < FEWEST:
            return None
        passed = 0
        for minutes, persons in sorted(self.minutes.items(), key=lambda pair: int(pair[0])):
            passed += persons
            if 2 * passed >= count:
                return int(minutes)
        return None

    @property
    def as_json(self) -> dict[str, Any]:
        """For storage; `sums_from_json` reads it."""
        return {
            "plays": self.plays,
            "firsts": self.firsts,
            **{name: dict(getattr(self, name)) for name in TABLES},
        }


def sums_from_json(stored: Mapping[str, Any]) -> PlaySums:
    """What `as_json` wrote."""
    return PlaySums(
        plays=int(stored.get("plays", 0)),
        firsts=int(stored.get("firsts", 0)),
        **{name: dict(stored.get(name, {})) for name in TABLES},
    )


def taken_key(node_key: str, choice_key: str) -> str:
    """How a choice is named in `PlaySums.taken`."""
    return f"{node_key} {choice_key}"


def sums_of_play(
    scenario: Scenario, path: Sequence[str], *, is_first: bool, seconds: float | None
) -> PlaySums:
    """What one play adds. `seconds` is how long it took to its ending; None: it was left."""
    if not is_first:
        return PlaySums(plays=1)
    moment = replay(scenario, path)
    here = moment.node.key
    reached = {step.node.key for step in moment.taken} | {here}
    taken = {taken_key(t.node.key, t.choice.key) for t in moment.taken if t.choice is not None}
    is_over = moment.is_over and seconds is not None
    minutes = min(max(round((seconds or 0) / 60), 1), LONGEST)
    return PlaySums(
        plays=1,
        firsts=1,
        reached=dict.fromkeys(sorted(reached), 1),
        taken=dict.fromkeys(sorted(taken), 1),
        ended={here: 1} if is_over else {},
        left={} if is_over else {here: 1},
        minutes={str(minutes): 1} if is_over else {},
    )
