"""What the sums of a question say, in plain words. Pure.

From how many answers on something is said, and why, stands at each bound.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass

from lms.assessments.rules.statistics import WHOLE, ItemSums, total
from lms.core.text import N_

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
