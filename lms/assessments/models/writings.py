"""The table of reflections and action plans."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import MemberOwned, Reach, ReachRule
from lms.assessments.models.access import own_only
from lms.core.database import Id


class Writing(MemberOwned):
    """What a learner wrote for one activity, by prompt; a draft until it is sent."""

    __tablename__ = "writing"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    activity_key: Mapped[str] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime.datetime]
    sent_at: Mapped[datetime.datetime | None]

    __table_args__ = (UniqueConstraint("enrolment_id", "activity_key"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


Writing.__reaches__ = own_only(Writing.person_id)
