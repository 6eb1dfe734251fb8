"""The tables of corrected keys and of the attempts they change."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import MemberOwned, Reach, ReachRule
from lms.assessments.models.access import own_only, through_taught_enrolments
from lms.assessments.rules.corrections import CorrectionState, KeyReason
from lms.core.database import Base, Id, choice_of


class QuestionCorrection(Base):
    """Another key for one version of a question, beside every edition that holds it.

    The latest in force is the one that counts. `looked_at` and `changed` are what the
    preview, and later the regrading, has come to (`rules.corrections.Effect`).
    """

    __tablename__ = "question_correction"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    question_key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    answer_key: Mapped[dict[str, Any]]
    reason: Mapped[KeyReason] = mapped_column(choice_of(KeyReason, "reason"))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[CorrectionState] = mapped_column(choice_of(CorrectionState, "state"))
    effect: Mapped[dict[str, Any]]
    made_by: Mapped[int] = mapped_column(Id)
    made_at: Mapped[datetime.datetime]
    applied_by: Mapped[int | None] = mapped_column(Id)
    applied_at: Mapped[datetime.datetime | None]
    done_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_question_correction_course_key", "course_key", "state", "id"),)


class Regrade(MemberOwned):
    """One attempt that a correction changes: foreseen, and once `done_at` is set, changed.

    Points are fractions as `attempt.earned` has them. `keeps_pass`: the points fall below
    the mark, and the pass stays. Unique for a correction and an attempt.
    """

    __tablename__ = "regrade"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("question_correction.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    before: Mapped[str] = mapped_column(String(40))
    after: Mapped[str] = mapped_column(String(40))
    possible: Mapped[int]
    gains_pass: Mapped[bool]
    keeps_pass: Mapped[bool]
    done_at: Mapped[datetime.datetime | None]

    __table_args__ = (UniqueConstraint("correction_id", "attempt_id"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Regrade.__reaches__ = {
    **own_only(Regrade.person_id),
    Reach.TAUGHT: through_taught_enrolments(Regrade.enrolment_id),
}
