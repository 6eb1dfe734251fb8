"""The tables of attempts and answers."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import MemberOwned, Owned, Reach, ReachRule
from lms.assessments.models.access import own_only, through_taught_enrolments
from lms.assessments.rules.attempts import AttemptState
from lms.core.database import Id, choice_of


class Attempt(MemberOwned):
    """One attempt at a quiz. `drawing` freezes its questions and the order of their parts.

    `edition_id` is set when its enrolment moves to another edition: the one it was begun on,
    whose questions it asks. None: the edition of the enrolment. At most one is open for an
    enrolment and a quiz. `earned` is written as a fraction
    ("17/2"), since marks are exact; `percent` is rounded down from it. `counted_at` is when
    the worker added it to the statistics, in the same transaction.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    activity_key: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(choice_of(AttemptState, "state"))
    drawing: Mapped[dict[str, Any]]
    started_at: Mapped[datetime.datetime]
    deadline_at: Mapped[datetime.datetime | None]
    handed_in_at: Mapped[datetime.datetime | None]
    earned: Mapped[str] = mapped_column(String(40), default="0")
    possible: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)
    is_passed: Mapped[bool] = mapped_column(default=False)
    counted_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_key", "number"),
        Index(
            "ix_attempt_uncounted",
            "id",
            postgresql_where=text("state = 'handed_in' AND counted_at IS NULL"),
            sqlite_where=text("state = 'handed_in' AND counted_at IS NULL"),
        ),
        Index(
            "uq_attempt_open",
            "enrolment_id",
            "activity_key",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class Answer(Owned):
    """What was given to one question, as given; `share` of its points once handed in."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    given: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime.datetime]
    share: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (UniqueConstraint("attempt_id", "number"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Attempt.__reaches__ = {
    **own_only(Attempt.person_id),
    Reach.TAUGHT: through_taught_enrolments(Attempt.enrolment_id),
}
Answer.__reaches__ = own_only(Answer.person_id)
