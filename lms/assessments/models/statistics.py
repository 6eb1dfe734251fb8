"""Tables of sums over first attempts: how questions and quizzes do. About nobody."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class ItemStatistic(Base):
    """Sums over the first attempts that met one version of a question, in one language.

    Shares are in thousandths, as whole numbers, so that sums do not depend on the order in
    which attempts were counted. `credit` is of the question, `rest` of the other
    questions of the same attempt; `compared` counts the attempts that had others.
    `chosen` gives for each answer how often it was chosen and the sum of `rest` of those
    who chose it (`rules.statistics`).
    """

    __tablename__ = "item_statistic"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    question_key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(12))
    asked: Mapped[int] = mapped_column(default=0)
    fully_right: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    credit: Mapped[int] = mapped_column(BigInteger, default=0)
    compared: Mapped[int] = mapped_column(default=0)
    compared_credit: Mapped[int] = mapped_column(BigInteger, default=0)
    credit_squares: Mapped[int] = mapped_column(BigInteger, default=0)
    rest: Mapped[int] = mapped_column(BigInteger, default=0)
    rest_squares: Mapped[int] = mapped_column(BigInteger, default=0)
    products: Mapped[int] = mapped_column(BigInteger, default=0)
    chosen: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime.datetime]

    __table_args__ = (
        UniqueConstraint(
            "course_key",
            "activity_key",
            "question_key",
            "version",
            "language",
            name="uq_item_statistic_question",
        ),
    )


class QuizStatistic(Base):
    """Sums over the attempts at one quiz of a course, all editions together.

    Percents are whole. `needed` gives how many passed at their first, second, …
    attempt. `pairs` are those whose first attempts at the pre-test and at this
    post-test are both known; `before` and `after` sum their percents.
    """

    __tablename__ = "quiz_statistic"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    firsts: Mapped[int] = mapped_column(default=0)
    first_percents: Mapped[int] = mapped_column(BigInteger, default=0)
    first_passes: Mapped[int] = mapped_column(default=0)
    passes: Mapped[int] = mapped_column(default=0)
    needed: Mapped[dict[str, Any]]
    pairs: Mapped[int] = mapped_column(default=0)
    before: Mapped[int] = mapped_column(BigInteger, default=0)
    after: Mapped[int] = mapped_column(BigInteger, default=0)
    counted_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("course_key", "activity_key"),)
