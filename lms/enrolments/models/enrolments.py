"""The table of enrolments."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, text, true
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
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of
from lms.enrolments.rules.states import EnrolmentState, Source, WithdrawalReason


class Enrolment(MemberOwned):
    """One person on one edition of one course.

    `member_code` and `agency_id` are those at enrolment; `completed_member_code` and
    `completed_agency_id` those at completion, under which completions are counted.
    The columns about completion repeat the evidence; a test rebuilds them from it.

    `assigned_by` is who put the person on it or set its day, `run_id` the assignment. The
    day `due_on` ends at `due_at`, the end of that day in `due_zone`, both fixed when it
    is set. `remind_at` is when the worker looks at it next, None when it need not.

    `done_count` is how many activities of the outline are done and `next_key` the first that
    is not, so that lists of many learners read no evidence. Both are None until something
    was done; `done_count` is None, too, on rows older than the column.
    """

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    source: Mapped[Source] = mapped_column(choice_of(Source, "source"))
    state: Mapped[EnrolmentState] = mapped_column(choice_of(EnrolmentState, "state"))
    language: Mapped[str] = mapped_column(String(12))
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
    last_activity_at: Mapped[datetime.datetime | None]
    done_count: Mapped[int | None]
    next_key: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        Index(
            "uq_enrolment_active",
            "person_id",
            "course_key",
            unique=True,
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_enrolment_person_id", "person_id", "id"),
        Index("ix_enrolment_course_key", "course_key", "id"),
        Index("ix_enrolment_member_code_state", "member_code", "state"),
        # For lists of people by how they stand: without it SQLite reads all of the member
        # for each person, since the index above has more of the condition.
        Index("ix_enrolment_person_member_state", "person_id", "member_code", "state"),
        Index("ix_enrolment_course_key_state", "course_key", "state", "last_activity_at"),
        Index("ix_enrolment_run_id", "run_id"),
        Index(
            "ix_enrolment_remind_at",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL"),
            sqlite_where=text("remind_at IS NOT NULL"),
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _of_taught_courses(actor: Actor) -> ColumnElement[bool]:
    scopes = scopes_for(actor, Permission.ENROLMENT_READ_TAUGHT)
    if scopes.everywhere:
        return true()
    return Enrolment.course_key.in_(sorted(scopes.of(ScopeKind.COURSE)))


Enrolment.__reaches__ = {
    Reach.SELF: owned_by_self(Enrolment.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.ENROLMENT_READ_OWN_MEMBER, Enrolment.member_code, Enrolment.agency_id
    ),
    Reach.TAUGHT: ReachRule(Permission.ENROLMENT_READ_TAUGHT, _of_taught_courses),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
}
