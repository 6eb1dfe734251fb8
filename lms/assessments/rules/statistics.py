"""How well questions and quizzes do, from sums over first attempts. Pure.

Facility and discrimination as in classical test theory (Ebel and Frisbie, Essentials of
Educational Measurement): the mean share of the points earned, and the correlation of that
share with the share earned on the other questions of the same attempt. The other
questions only, since a question correlates with itself. The same correlation for one answer
of a question, chosen or not, is its point-biserial: of a right answer it is above nothing,
of a wrong one below.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lms.assessments.rules.marking import Given

FEWEST = 10
"""Below so many attempts or persons no number is shown."""
WHOLE = 1000
"""Shares are kept in thousandths, so that sums are exact in whatever order they are made."""


@dataclass(frozen=True, slots=True)
class Met:
    """One question as one attempt met it. `chosen` is None when it was left out."""

    question_key: str
    version: int
    points: int
    share: Fraction
    chosen: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How often an answer was chosen, and the sum of what those who chose it earned elsewhere."""

    times: int
    rest: int


@dataclass(frozen=True, slots=True)
class ItemSums:
    """The sums of one question. Adding two gives the sums of both groups of attempts."""

    asked: int = 0
    fully_right: int = 0
    left_out: int = 0
    credit: int = 0
    compared: int = 0
    compared_credit: int = 0
    credit_squares: int = 0
    rest: int = 0
    rest_squares: int = 0
    products: int = 0
    chosen: Mapping[str, Chosen] = field(default_factory=dict)

    def __neg__(self) -> ItemSums:
        """To take away again what was added."""
        numbers = {name: -getattr(self, name) for name in NUMBERS}
        chosen = {key: Chosen(-found.times, -found.rest) for key, found in self.chosen.items()}
        return ItemSums(**numbers, chosen=chosen)

    def __add__(self, other: ItemSums) -> ItemSums:
        numbers = {name: getattr(self, name) + getattr(other, name) for name in NUMBERS}
        nothing = Chosen(0, 0)
        chosen = {}
        for key in sorted({*self.chosen, *other.chosen}):
            ours, theirs = self.chosen.get(key, nothing), other.chosen.get(key, nothing)
            both = Chosen(ours.times + theirs.times, ours.rest + theirs.rest)
            if both.times:
                chosen[key] = both
        return ItemSums(**numbers, chosen=chosen)

    @property
    def facility(self) -> float | None:
        """The mean share of the points earned, 0 to 1; None where too few were asked."""
        return self.credit / (self.asked * WHOLE) if self.asked >= FEWEST else None

    def point_biserial(self, code: str) -> float | None:
        """How choosing this answer goes with the share earned elsewhere, -1 to 1.

        None where too few answered, some attempts had no other question, or all or nobody
        chose it.
        """
        n, found = self.compared, self.chosen.get(code)
        if n < FEWEST or n != self.asked or found is None:
            return None
        spread = n * found.times - found.times**2
        rest_spread = n * self.rest_squares - self.rest**2
        if spread <= 0 or rest_spread <= 0:
            return None
        together = n * found.rest - found.times * self.rest
        return together / math.sqrt(spread * rest_spread)

    @property
    def discrimination(self) -> float | None:
        """How the share goes with that of the other questions, -1 to 1.

        None where too few attempts had other questions, or all earned the same.
        """
        n = self.compared
        if n < FEWEST:
            return None
        spread = n * self.credit_squares - self.compared_credit**2
        rest_spread = n * self.rest_squares - self.rest**2
        if spread <= 0 or rest_spread <= 0:
            return None
        together = n * self.products - self.compared_credit * self.rest
        return together / math.sqrt(spread * rest_spread)


NUMBERS = (
    "asked", "fully_right", "left_out", "credit", "compared", "compared_credit",
    "credit_squares", "rest", "rest_squares", "products",
)  # fmt: skip


def sums_of(attempt: Sequence[Met]) -> list[tuple[Met, ItemSums]]:
    """What one attempt adds to each question it met."""
    possible = sum(met.points for met in attempt)
    earned = sum((met.share * met.points for met in attempt), Fraction(0))
    return [(met, _sums(met, possible, earned)) for met in attempt]


def _sums(met: Met, possible: int, earned: Fraction) -> ItemSums:
    share = _thousandths(met.share)
    others = possible - met.points
    is_compared = others > 0
    rest = _thousandths((earned - met.share * met.points) / others) if is_compared else 0
    return ItemSums(
        asked=1,
        fully_right=int(met.share == 1),
        left_out=int(met.chosen is None),
        credit=share,
        compared=int(is_compared),
        compared_credit=share if is_compared else 0,
        credit_squares=share**2 if is_compared else 0,
        rest=rest,
        rest_squares=rest**2,
        products=share * rest,
        chosen={key: Chosen(1, rest) for key in met.chosen or ()},
    )


def chosen_in(given: Given) -> tuple[str, ...]:
    """What was chosen, by keys of the question: options, or "item=choice" for each pair or gap.

    What a person typed or put in order is counted as right or wrong only.
    """
    if "option" in given:
        return (str(given["option"]),)
    if "answer" in given:
        return (str(given["answer"]),)
    if "options" in given:
        return tuple(sorted(set(map(str, given["options"]))))
    for name in ("pairs", "gaps"):
        if name in given:
            return tuple(f"{item}={choice}" for item, choice in sorted(given[name].items()))
    return ()


def chosen_as_json(chosen: Mapping[str, Chosen]) -> dict[str, Any]:
    """For storage; `chosen_from_json` reads it."""
    return {key: [found.times, found.rest] for key, found in chosen.items()}


def chosen_from_json(stored: Mapping[str, Any]) -> dict[str, Chosen]:
    """What `chosen_as_json` wrote."""
    return {key: Chosen(int(times), int(rest)) for key, (times, rest) in stored.items()}


def _thousandths(share: Fraction) -> int:
    return round(share * WHOLE)


@dataclass(frozen=True, slots=True)
class QuizSums:
    """The sums of one quiz of a course; persons, each counted once. Percents are whole.

    `needed` gives how many passed at which attempt. `pairs` took the pre-test before this
    post-test; `before` and `after` sum the percents of their first attempts.
    """

    firsts: int = 0
    first_percents: int = 0
    first_passes: int = 0
    passes: int = 0
    needed: Mapping[int, int] = field(default_factory=dict)
    pairs: int = 0
    before: int = 0
    after: int = 0

    def __neg__(self) -> QuizSums:
        """To take away again what was added."""
        return QuizSums(
            **{name: -getattr(self, name) for name in QUIZ_NUMBERS},
            needed={number: -persons for number, persons in self.needed.items()},
        )

    def __add__(self, other: QuizSums) -> QuizSums:
        attempts = sorted({*self.needed, *other.needed})
        both = {n: self.needed.get(n, 0) + other.needed.get(n, 0) for n in attempts}
        return QuizSums(
            **{name: getattr(self, name) + getattr(other, name) for name in QUIZ_NUMBERS},
            needed={number: persons for number, persons in both.items() if persons},
        )

    @property
    def first_mean(self) -> float | None:
        """The mean percent of first attempts; None where they are too few."""
        return self.first_percents / self.firsts if self.firsts >= FEWEST else None

    @property
    def passed_at_once(self) -> int | None:
        """How many passed at their first attempt; None where too few took one."""
        return self.first_passes if self.firsts >= FEWEST else None

    @property
    def median_attempts(self) -> int | None:
        """The fewest attempts with which half of those who passed had passed."""
        if self.passes < FEWEST:
            return None
        passed = 0
        for number, persons in sorted(self.needed.items()):
            passed += persons
            if 2 * passed >= self.passes:
                return number
        return None

    @property
    def means(self) -> tuple[float, float] | None:
        """Mean percents of the same persons before and after; None where they are too few."""
        if self.pairs < FEWEST:
            return None
        return self.before / self.pairs, self.after / self.pairs


QUIZ_NUMBERS = (
    "firsts", "first_percents", "first_passes", "passes", "pairs", "before", "after",
)  # fmt: skip


def quiz_sums(
    *, number: int, percent: int, is_passed: bool, has_passed_before: bool, before: int | None
) -> QuizSums:
    """What one attempt adds to its quiz.

    `before` is the percent of the person's first attempt at the pre-test, where this is the
    first attempt at a post-test and there was one.
    """
    is_first = number == 1
    is_new_pass = is_passed and not has_passed_before
    is_pair = is_first and before is not None
    return QuizSums(
        firsts=int(is_first),
        first_percents=percent if is_first else 0,
        first_passes=int(is_first and is_passed),
        passes=int(is_new_pass),
        needed={number: 1} if is_new_pass else {},
        pairs=int(is_pair),
        before=before if is_pair and before is not None else 0,
        after=percent if is_pair else 0,
    )


def total(sums: Iterable[ItemSums]) -> ItemSums:
    """All of them together."""
    together = ItemSums()
    for each in sums:
        together = together + each
    return together
