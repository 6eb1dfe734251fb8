"""Reading the statistics of a course. They are about nobody; the caller asks who may see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from lms.assessments.models import ItemStatistic, QuizStatistic
from lms.assessments.rules.statistics import (
    NUMBERS,
    QUIZ_NUMBERS,
    ItemSums,
    QuizSums,
    chosen_from_json,
)
from lms.core.database import Session


@dataclass(frozen=True, slots=True)
class ItemKey:
    """One version of a question in one quiz and language."""

    activity_key: str
    question_key: str
    version: int
    language: str


def item_sums_of(session: Session, course_key: str) -> dict[ItemKey, ItemSums]:
    """The sums of every question of the course that was met, in one statement."""
    statement = (
        select(ItemStatistic)
        .where(ItemStatistic.course_key == course_key)
        .order_by(
            ItemStatistic.activity_key,
            ItemStatistic.question_key,
            ItemStatistic.version,
            ItemStatistic.language,
        )
    )
    return {
        ItemKey(row.activity_key, row.question_key, row.version, row.language): read_item(row)
        for row in session.execute(statement).scalars()
    }


def quiz_sums_of(session: Session, course_key: str) -> dict[str, QuizSums]:
    """The sums of every quiz of the course by its key; an unknown key gives empty sums."""
    statement = select(QuizStatistic).where(QuizStatistic.course_key == course_key)
    found: dict[str, QuizSums] = defaultdict(QuizSums)
    for row in session.execute(statement).scalars():
        found[row.activity_key] = read_quiz(row)
    return found


def read_item(row: ItemStatistic) -> ItemSums:
    """The value of a row."""
    numbers = {name: getattr(row, name) for name in NUMBERS}
    return ItemSums(**numbers, chosen=chosen_from_json(row.chosen))


def read_quiz(row: QuizStatistic) -> QuizSums:
    """The value of a row."""
    numbers = {name: getattr(row, name) for name in QUIZ_NUMBERS}
    return QuizSums(**numbers, needed={int(number): n for number, n in row.needed.items()})
