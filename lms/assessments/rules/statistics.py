"""How well questions and quizzes do, from sums over first attempts. Pure.

Facility and discrimination as in classical test theory (Ebel and Frisbie, Essentials of
Educational Measurement): the mean share of the points earned, and the correlation of that
share with the share earned on the other questions of the same attempt. The other
questions only, since a question correlates with itself. The same correlation for one answer
of a question, chosen or not, is its point-biserial: of a right answer it is above nothing,
of a wrong one below.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lms.assessments.rules.marking import Given
from lms.core.text import N_

FEWEST = 10
"""Below so many attempts or persons no number is shown."""
WHOLE = 1000
"""Shares are kept in thousandths, so that sums are exact in whatever order they are made."""
JUDGED_FROM = 30
"""From so many answers on a question is judged. Downing and Yudkowsky (Assessment in Health
Professions Education) hold that an analysis of items begins to help at about 30; below,
the standard error of a correlation (1/√n) is above 0.18, more than `WEAK` itself. A key in
doubt is told from `FEWEST` on, since `CHANCE` standard errors are taken off first."""
SELDOM = 0.05
"""Wrong answers chosen by fewer do no work (Haladyna and Downing, How many options is enough
for a multiple-choice test item?)."""
EASY = 0.95
HARD = 0.30
WEAK = 0.15
REVERSED = -0.10
CHANCE = 2.0
"""Standard errors (1/√n for a correlation of nothing) that chance alone seldom goes beyond."""


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


class ItemVerdict(enum.StrEnum):
    """What the numbers of a question say, in plain words."""

    TOO_FEW = "too_few"
    NOT_YET = "not_yet"
    KEY_IN_DOUBT = "key_in_doubt"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    TELLS_LITTLE = "tells_little"
    FINE = "fine"


ITEM_VERDICT_NAMES: dict[ItemVerdict, str] = {
    ItemVerdict.TOO_FEW: N_("Too few answers yet"),
    ItemVerdict.NOT_YET: N_("Not judged yet"),
    ItemVerdict.KEY_IN_DOUBT: N_("The key may be wrong"),
    ItemVerdict.TOO_HARD: N_("Too hard"),
    ItemVerdict.TOO_EASY: N_("Too easy"),
    ItemVerdict.TELLS_LITTLE: N_("Tells little apart"),
    ItemVerdict.FINE: N_("Fine"),
}
ITEM_VERDICT_SENTENCES: dict[ItemVerdict, str] = {
    ItemVerdict.TOO_FEW: N_("Nothing is shown below ten answers."),
    ItemVerdict.NOT_YET: N_("Questions are judged from thirty answers on; fewer may mislead."),
    ItemVerdict.KEY_IN_DOUBT: N_(
        "Those who know more elsewhere get it wrong more often. Check the key and the wording."
    ),
    ItemVerdict.TOO_HARD: N_("Few earn its points. Check the wording, and whether it is taught."),
    ItemVerdict.TOO_EASY: N_("Almost everybody earns its points. Sharpen the wrong answers."),
    ItemVerdict.TELLS_LITTLE: N_(
        "Those who know more elsewhere do hardly better here. Check what it asks for."
    ),
    ItemVerdict.FINE: N_("It does what it should."),
}


def verdict(sums: ItemSums, *, is_before_teaching: bool = False) -> ItemVerdict:
    """What to think of a question. Before teaching, in a pre-test, none is too hard."""
    facility, discrimination = sums.facility, sums.discrimination
    if facility is None:
        return ItemVerdict.TOO_FEW
    if discrimination is not None and discrimination <= _least_by_chance(sums.compared):
        return ItemVerdict.KEY_IN_DOUBT
    if sums.asked < JUDGED_FROM:
        return ItemVerdict.NOT_YET
    if facility < HARD and not is_before_teaching:
        return ItemVerdict.TOO_HARD
    if facility > EASY:
        return ItemVerdict.TOO_EASY
    if discrimination is not None and discrimination < WEAK:
        return ItemVerdict.TELLS_LITTLE
    return ItemVerdict.FINE


class Hint(enum.StrEnum):
    """What the answers of a question say, in plain words."""

    MOST_WRONG = "most_wrong"
    MISLEADS = "misleads"
    RIGHT_PUTS_OFF = "right_puts_off"
    HARDER_IN = "harder_in"
    SELDOM = "seldom"


HINT_SENTENCES: dict[Hint, str] = {
    Hint.MOST_WRONG: N_(
        "More choose “%(answer)s”, which is wrong, than what is right. Look at its wording."
    ),
    Hint.MISLEADS: N_(
        "Those who know more elsewhere choose “%(answer)s”, which is wrong. Is it right too?"
    ),
    Hint.RIGHT_PUTS_OFF: N_(
        "Those who know more elsewhere leave “%(answer)s”, which is right. Is it?"
    ),
    Hint.HARDER_IN: N_("It is harder in %(language)s. Compare the translation."),
    Hint.SELDOM: N_("Hardly anybody chooses “%(answer)s”. Make it likelier, or take it out."),
}


@dataclass(frozen=True, slots=True)
class Hinted:
    """A hint with the code of the answer, or the language, it is about."""

    hint: Hint
    about: str


def hints(
    sums: ItemSums,
    groups: Mapping[str, Mapping[str, bool]],
    *,
    is_before_teaching: bool = False,
) -> list[Hinted]:
    """What to look at in the answers of a question, from `JUDGED_FROM` answers on.

    `groups` gives by item or gap ("" where there is one list) its codes and whether each is
    right. Point-biserials count only where chance does not explain them. Before teaching it
    is no wonder that most are wrong; and of a list that several items share no answer is
    too seldom.
    """
    if sums.asked < JUDGED_FROM:
        return []
    found = []
    bound = -_least_by_chance(sums.compared) if sums.compared else 1.0
    for group, codes in groups.items():
        times = {code: sums.chosen[code].times if code in sums.chosen else 0 for code in codes}
        best = max((times[code] for code, is_right in codes.items() if is_right), default=0)
        most = max(times, key=lambda code: times[code])
        if not codes[most] and times[most] > best and not is_before_teaching:
            found.append(Hinted(Hint.MOST_WRONG, most))
        for code, is_right in codes.items():
            goes_with = sums.point_biserial(code)
            if goes_with is not None and not is_right and goes_with >= bound:
                found.append(Hinted(Hint.MISLEADS, code))
            elif goes_with is not None and is_right and goes_with <= -bound:
                found.append(Hinted(Hint.RIGHT_PUTS_OFF, code))
            if not group and not is_right and times[code] < SELDOM * sums.asked:
                found.append(Hinted(Hint.SELDOM, code))
    return sorted(found, key=lambda each: list(Hint).index(each.hint))


def harder_languages(by_language: Mapping[str, ItemSums]) -> list[str]:
    """Languages in which clearly less is earned than in all others together.

    Clearly: by more than `CHANCE` standard errors of the difference of two shares, each
    language judged from `JUDGED_FROM` answers on.
    """
    harder = []
    for language, sums in by_language.items():
        others = total(each for key, each in by_language.items() if key != language)
        if min(sums.asked, others.asked) < JUDGED_FROM:
            continue
        here, there = sums.credit / (sums.asked * WHOLE), others.credit / (others.asked * WHOLE)
        whole = (sums.credit + others.credit) / ((sums.asked + others.asked) * WHOLE)
        error = math.sqrt(whole * (1 - whole) * (1 / sums.asked + 1 / others.asked))
        if there - here > CHANCE * error > 0:
            harder.append(language)
    return harder


def _least_by_chance(compared: int) -> float:
    """The discrimination at which chance no longer explains that it is below nothing.

    Of a question with a right key about one in forty falls below it; with few answers
    that would otherwise be one in three.
    """
    return min(REVERSED, -CHANCE / math.sqrt(compared))


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
