"""A question and its answers in plain words, for lists of the trainer."""

from __future__ import annotations

from flask_babel import gettext

from lms.assessments.rules.corrections import Choosable
from lms.courses.markdown import parse, plain_text
from lms.courses.values.question import (
    GAP_MARK,
    GapSelectQuestion,
    MatchingQuestion,
    Question,
    TrueFalseQuestion,
)


def in_words(question: Question) -> str:
    """The prompt, as Markdown; lines stand where its gaps are."""
    if isinstance(question, GapSelectQuestion):
        return GAP_MARK.sub(r"\\_\\_\\_", question.prompt)
    return question.prompt


def text_of(question: Question, answer: Choosable) -> str:
    """What can be chosen; of an item or a gap with what it is chosen for."""
    if isinstance(question, TrueFalseQuestion):
        return gettext(answer.text)
    group = group_words(question, answer.group)
    if isinstance(question, MatchingQuestion):
        return f"{group} → {_plain(answer.text)}"
    if isinstance(question, GapSelectQuestion):
        return f"{group}: {answer.text}"
    return _plain(answer.text)


def group_words(question: Question, group: str) -> str:
    """The item or the gap that something is chosen for; nothing where there is one list."""
    if isinstance(question, MatchingQuestion):
        return _plain(next(item.text for item in question.items if item.key == group))
    if isinstance(question, GapSelectQuestion):
        place = [gap.key for gap in question.gaps].index(group) + 1
        return gettext("Gap %(number)s", number=place)
    return ""


def _plain(text: str) -> str:
    """Words on one line, without marks: what stands in a cell or in a sentence."""
    return " ".join(plain_text(parse(text)).split())
