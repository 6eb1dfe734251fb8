"""The table of who is on which path."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, text
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
from lms.enrolments.rules.states import EnrolmentState, Source, WithdrawalReason


class PathEnrolment(MemberOwned):
    """One person on one edition of one path; its courses have enrolments of their own.

    Which courses are complete is read from the enrolments, so courses completed before
    the path was begun count. The columns mean what they mean on `Enrolment`.
    """

    __tablename__ = "path_enrolment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    path_key: Mapped[str] = mapped_column(String(80))
    path_edition_id: Mapped[int] = mapped_column(ForeignKey("path_edition.id"))
    source: Mapped[Source] = mapped_column(choice_of(Source, "source"))
    state: Mapped[EnrolmentState] = mapped_column(choice_of(EnrolmentState, "state"))
    enrolled_at: Mapped[datetime.datetime]
    enrolled_by: Mapped[int | None] = mapped_column(Id)
    assigned_by: Mapped[int | None] = mapped_column(Id)
    run_id: Mapped[str | None] = mapped_column(String(36))
    due_on: Mapped[datetime.date | None]
    due_at: Mapped[datetime.datetime | None]
    due_zone: Mapped[str | None] = mapped_column(String(64))
    due_set_at: Mapped[datetime.datetime | None]
    remind_at: Mapped[datetime.datetime | None]
    completed_at: Mapped[datetime.datetime | None]
    completed_member_code: Mapped[str | None] = mapped_column(ForeignKey("member.code"))
    completed_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    withdrawn_at: Mapped[datetime.datetime | None]
    withdrawal_reason: Mapped[WithdrawalReason | None] = mapped_column(
        choice_of(WithdrawalReason, "withdrawal_reason")
    )

    __table_args__ = (
        Index(
            "uq_path_enrolment_active",
            "person_id",
            "path_key",
            unique=True,
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_path_enrolment_person_id", "person_id", "id"),
        Index("ix_path_enrolment_path_key", "path_key", "state"),
        Index("ix_path_enrolment_run_id", "run_id"),
        Index(
            "ix_path_enrolment_remind_at",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL"),
            sqlite_where=text("remind_at IS NOT NULL"),
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


PathEnrolment.__reaches__ = {
    Reach.SELF: owned_by_self(PathEnrolment.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.ENROLMENT_READ_OWN_MEMBER, PathEnrolment.member_code, PathEnrolment.agency_id
    ),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
}
