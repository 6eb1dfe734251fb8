"""The tables of alumni."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Owned,
    Reach,
    ReachRule,
    everything,
    owned_by_self,
)
from lms.alumni.rules import AlumniField, AlumniState
from lms.core.database import Id, choice_of


class AlumniRecord(MemberOwned):
    """A person who has completed something; one row a person.

    `member_code`, `agency_id` and `course_key` are those of the first completion, and the
    record stays when the person changes member. `decided_at` is the last step of the
    person themselves.
    """

    __tablename__ = "alumni_record"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    course_key: Mapped[str] = mapped_column(String(80))
    state: Mapped[AlumniState] = mapped_column(choice_of(AlumniState, "state"))
    invited_at: Mapped[datetime.datetime]
    decided_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        Index("ix_alumni_record_member_code_state", "member_code", "state"),
        Index("ix_alumni_record_enrolment_id", "enrolment_id"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


AlumniRecord.__reaches__ = {
    Reach.SELF: owned_by_self(AlumniRecord.person_id),
    Reach.ALL_MEMBERS: everything(Permission.ALUMNI_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
}


class AlumniConsent(Owned):
    """One field opened or closed, to which version of the text, and when.

    Written once and never changed: of each field the latest row counts, and only while the
    record is accepted.
    """

    __tablename__ = "alumni_consent"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("alumni_record.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    field: Mapped[AlumniField] = mapped_column(choice_of(AlumniField, "field"))
    is_shown: Mapped[bool]
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    consented_at: Mapped[datetime.datetime]

    __table_args__ = (
        Index("ix_alumni_consent_record_id", "record_id", "id"),
        Index("ix_alumni_consent_person_id", "person_id"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


AlumniConsent.__reaches__ = {
    Reach.SELF: owned_by_self(AlumniConsent.person_id),
    Reach.ALL_MEMBERS: everything(Permission.ALUMNI_READ_ALL),
}
