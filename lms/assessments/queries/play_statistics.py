"""Reading how scenarios are played. The numbers are about nobody; the caller asks who may see."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from lms.assessments.models import PlayStatistic
from lms.assessments.rules.play_statistics import PlaySums, sums_from_json
from lms.core.database import Session


def play_sums_of(session: Session, course_key: str) -> dict[str, PlaySums]:
    """The sums of every scenario of the course by its key; an unknown key gives empty sums."""
    statement = select(PlayStatistic).where(PlayStatistic.course_key == course_key)
    found: dict[str, PlaySums] = defaultdict(PlaySums)
    for row in session.execute(statement).scalars():
        found[row.activity_key] = sums_from_json(row.sums)
    return found
