"""The table of what happened to enrolments."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Reach,
    ReachRule,
    everything,
    owned_by_member,
    owned_by_self,
)
from lms.core.database import Id, choice_of
from lms.enrolments.rules.states import StepVerb


class EnrolmentStep(MemberOwned):
    """One thing that happened to an enrolment, written once and never changed.

    Every transition writes one, under the member and agency the person belongs to at
    that moment. "As of" a day means recorded by then. `reason` is a class, never free
    words; `due_on` is the day due after the step; `run_id` names the assignment. A move
    keeps which edition was left and which was come to; other steps change neither.
    """

    __tablename__ = "enrolment_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    verb: Mapped[StepVerb] = mapped_column(choice_of(StepVerb, "verb"))
    happened_at: Mapped[datetime.datetime]
    recorded_at: Mapped[datetime.datetime]
    by_person_id: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(40), default="")
    due_on: Mapped[datetime.date | None]
    run_id: Mapped[str | None] = mapped_column(String(36), index=True)
    from_edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))

    __table_args__ = (
        Index("ix_enrolment_step_enrolment_id", "enrolment_id", "id"),
        Index("ix_enrolment_step_recorded_at", "recorded_at"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


EnrolmentStep.__reaches__ = {
    Reach.SELF: owned_by_self(EnrolmentStep.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.ENROLMENT_READ_OWN_MEMBER, EnrolmentStep.member_code, EnrolmentStep.agency_id
    ),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
}
