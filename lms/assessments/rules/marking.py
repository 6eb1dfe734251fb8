"""Marking one answer. Pure: the same question and answer always give the same mark."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeGuard

from lms.core.text import fold
from lms.courses.values.question import (
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    OrderingQuestion,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)

Given = Mapping[str, Any]
"""An answer by permanent keys, as JSON: `option`, `options`, `answer`, `pairs`, `order`, `gaps`,
`text`, `file` (an id of ours).

Empty when the question was left out.
"""

NOTHING = Fraction(0)
ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Mark:
    """`share` of the question's points, and the feedback for what was given (Markdown)."""

    share: Fraction
    feedback: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.share == ALL


def mark(question: Question, given: Given) -> Mark:
    """The mark of an answer. A question left out has no feedback and no points.

    What a person marks earns nothing here (`marked_by_person`).
    """
    if not given:
        return Mark(NOTHING)
    if isinstance(question, SingleQuestion):
        return _single(question, given)
    if isinstance(question, MultipleQuestion):
        return _multiple(question, given)
    if isinstance(question, TrueFalseQuestion):
        return _true_false(question, given)
    if isinstance(question, MatchingQuestion):
        return _matching(question, given)
    if isinstance(question, OrderingQuestion):
        return _ordering(question, given)
    if isinstance(question, ShortAnswerQuestion):
        return _short_answer(question, given)
    if isinstance(question, GapSelectQuestion):
        return _gaps(question, given)
    if isinstance(question, EssayQuestion | FileQuestion):
        return Mark(NOTHING)
    return _numeric(question, given)


def marked_by_person(question: Question) -> TypeGuard[EssayQuestion | FileQuestion]:
    """Whether an answer waits for somebody to read it."""
    return isinstance(question, EssayQuestion | FileQuestion)


def _single(question: SingleQuestion, given: Given) -> Mark:
    for option in question.options:
        if option.key == given.get("option"):
            return Mark(ALL if option.right else NOTHING, (option.feedback,))
    return Mark(NOTHING)


def _multiple(question: MultipleQuestion, given: Given) -> Mark:
    """All or nothing; with `partial` each option rightly chosen or rightly left is a share.

    Choosing everything earns nothing: a wrong choice takes back what a right one gave.
    """
    chosen = set(given.get("options", ()))
    feedback = tuple(option.feedback for option in question.options if option.key in chosen)
    right = {option.key for option in question.options if option.right}
    if chosen == right:
        return Mark(ALL, feedback)
    if not question.partial:
        return Mark(NOTHING, feedback)
    wrong = {option.key for option in question.options} - right
    share = Fraction(len(chosen & right), len(right)) - Fraction(len(chosen & wrong), len(wrong))
    return Mark(max(NOTHING, share), feedback)


def _true_false(question: TrueFalseQuestion, given: Given) -> Mark:
    answer = given.get("answer")
    feedback = question.feedback_true if answer == "true" else question.feedback_false
    return Mark(ALL if answer == question.answer else NOTHING, (feedback,))


def _matching(question: MatchingQuestion, given: Given) -> Mark:
    pairs: Mapping[str, str] = given.get("pairs", {})
    rights = [item for item in question.items if pairs.get(item.key) == item.choice]
    feedback = tuple(
        item.feedback for item in question.items if item.key in pairs and item not in rights
    )
    return _share(len(rights), len(question.items), question.partial, feedback)


def _gaps(question: GapSelectQuestion, given: Given) -> Mark:
    """A gap left open counts as wrong; feedback is on the gaps that were filled wrongly."""
    filled: Mapping[str, str] = given.get("gaps", {})
    right = {
        gap.key
        for gap in question.gaps
        if any(option.right and option.key == filled.get(gap.key) for option in gap.options)
    }
    feedback = tuple(
        gap.feedback for gap in question.gaps if gap.key in filled and gap.key not in right
    )
    return _share(len(right), len(question.gaps), question.partial, feedback)


def _ordering(question: OrderingQuestion, given: Given) -> Mark:
    """With `partial` a share for each neighbouring pair that is in order."""
    right = [step.key for step in question.steps]
    order: Sequence[str] = given.get("order", ())
    if list(order) == right:
        return Mark(ALL, (question.feedback_right,))
    place = {key: number for number, key in enumerate(order)}
    kept = sum(
        1
        for first, second in itertools.pairwise(right)
        if first in place and second in place and place[second] == place[first] + 1
    )
    return _share(kept, len(right) - 1, question.partial, (question.feedback_wrong,), never=True)


def _share(
    part: int, whole: int, partial: bool, feedback: tuple[str, ...], *, never: bool = False
) -> Mark:
    """All, or with `partial` the part; `never` keeps a near miss from being all."""
    if part == whole and not never:
        return Mark(ALL, feedback)
    return Mark(Fraction(part, whole) if partial else NOTHING, feedback)


def _short_answer(question: ShortAnswerQuestion, given: Given) -> Mark:
    """Compared by folded words: case, width and spaces do not matter, in any script."""
    text = plain_words(str(given.get("text", "")))
    for answer in question.answers:
        if plain_words(answer.text) == text:
            return Mark(ALL if answer.right else NOTHING, (answer.feedback,))
    return Mark(NOTHING, (question.feedback_other,))


def plain_words(text: str) -> str:
    """Words for comparing: folded, without punctuation at their ends."""
    words = (word.strip("\"'“”‘’.,;:!?()[]…。、،؟") for word in fold(text).split())
    return " ".join(word for word in words if word)


def _numeric(question: NumericQuestion, given: Given) -> Mark:
    number = read_number(str(given.get("text", "")))
    if number is None:
        return Mark(NOTHING, (question.feedback_wrong,))
    distance = abs(number - Fraction(str(question.answer)))
    if distance <= Fraction(str(question.tolerance)):
        return Mark(ALL, (question.feedback_right,))
    return Mark(NOTHING, (question.feedback_wrong,))


_NUMBER = re.compile(r"^[+-]?\d{1,15}(?:\.\d{1,10})?$")


def read_number(text: str) -> Fraction | None:
    """A number as people write it: digits of any script, comma or point, spaces between.

    "1 000", "1,000.5", "1.000,5", "٣٫٥" and "१२" are read; None for anything else. A single
    separator followed by exactly three digits is read as one between thousands.
    """
    plain = "".join(
        str(unicodedata.digit(character)) if character.isdigit() else character
        for character in unicodedata.normalize("NFKC", text)
    )
    plain = re.sub(r"[\s’'_٬]", "", plain).replace("٫", ".").replace("−", "-")
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        decimal = "." if plain.rfind(".") > plain.rfind(",") else ","
        plain = plain.replace("," if decimal == "." else ".", "").replace(",", ".")
    elif points + commas > 1 or re.search(r"^[+-]?[1-9]\d{0,2},\d{3}$", plain):
        plain = plain.replace(",", "").replace(".", "")
    else:
        plain = plain.replace(",", ".")
    return Fraction(plain) if _NUMBER.match(plain) else None


def right_answer(question: Question) -> Given:
    """The answer that earns everything; shown when the quiz's review rules allow it.

    Empty for what a person marks, which has no one right answer.
    """
    if isinstance(question, SingleQuestion):
        return {"option": next(option.key for option in question.options if option.right)}
    if isinstance(question, MultipleQuestion):
        return {"options": [option.key for option in question.options if option.right]}
    if isinstance(question, TrueFalseQuestion):
        return {"answer": question.answer}
    if isinstance(question, MatchingQuestion):
        return {"pairs": {item.key: item.choice for item in question.items}}
    if isinstance(question, OrderingQuestion):
        return {"order": [step.key for step in question.steps]}
    if isinstance(question, ShortAnswerQuestion):
        return {"text": next(answer.text for answer in question.answers if answer.right)}
    if isinstance(question, GapSelectQuestion):
        return {
            "gaps": {
                gap.key: next(option.key for option in gap.options if option.right)
                for gap in question.gaps
            }
        }
    if isinstance(question, EssayQuestion | FileQuestion):
        return {}
    return {"text": f"{question.answer:g}"}
