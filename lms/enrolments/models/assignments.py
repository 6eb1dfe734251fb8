"""The table of assignments: what was chosen for whom, before and after it was done."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Reach, ReachRule, owned_by_member
from lms.core.database import Id, choice_of
from lms.enrolments.rules.assigning import AssignmentState, SubjectKind


class Assignment(MemberOwned):
    """One course or path for many people, by a focal point or the secretariat.

    It is a draft until one button does it, so two presses do it once. `chosen` holds the
    ids of the people under "people"; `counts` what came of them by outcome. `run_id`
    stands on every enrolment and step it made, and undoes them.
    """

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36), unique=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    subject_kind: Mapped[SubjectKind] = mapped_column(choice_of(SubjectKind, "subject_kind"))
    subject_key: Mapped[str] = mapped_column(String(80))
    state: Mapped[AssignmentState] = mapped_column(choice_of(AssignmentState, "state"))
    due_on: Mapped[datetime.date | None]
    chosen: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime.datetime]
    done_at: Mapped[datetime.datetime | None]
    undone_at: Mapped[datetime.datetime | None]

    __reaches__: ClassVar[dict[Reach, ReachRule]]


Assignment.__reaches__ = {
    Reach.OWN_MEMBER: owned_by_member(
        Permission.ASSIGNMENT_MAKE, Assignment.member_code, Assignment.agency_id
    ),
}
