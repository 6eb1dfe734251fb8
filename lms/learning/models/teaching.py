"""Tables of the trainer's pages: where each learner stands, counts of a course, messages."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Owned, Reach, ReachRule, everything, owned_by_self
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Base, Id, choice_of
from lms.enrolments.rules.states import EnrolmentState


class Standing(MemberOwned):
    """Where one enrolment stood when the worker last looked: what lists filter and sort by.

    One row an enrolment, made anew from the enrolment and its evidence, which alone decide
    anything. `module_key` and `activity_key` are where a learner under way carries on,
    empty for the others. `moved_at` is the last activity, or the enrolment where there is
    none, so that it is never empty. `sort_name` is the person's, or the word for all with
    limited listing, so that their place in a list tells nothing.
    """

    __tablename__ = "standing"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    state: Mapped[EnrolmentState] = mapped_column(choice_of(EnrolmentState, "state"))
    sort_name: Mapped[str] = mapped_column(String(200))
    module_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    moved_at: Mapped[datetime.datetime]
    due_at: Mapped[datetime.datetime | None]
    completed_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        Index("ix_standing_moved_at", "course_key", "state", "moved_at", "enrolment_id"),
        Index("ix_standing_sort_name", "course_key", "state", "sort_name", "enrolment_id"),
        Index("ix_standing_state", "course_key", "state", "enrolment_id"),
        Index(
            "ix_standing_module_key",
            "course_key",
            "state",
            "module_key",
            "moved_at",
            "enrolment_id",
        ),
        Index(
            "ix_standing_member", "course_key", "state", "member_code", "moved_at", "enrolment_id"
        ),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class CourseSummary(Base):
    """How many stand where on one edition of a course, as of a moment; about nobody.

    `counts` is `rules.teaching.Counts` as JSON.
    """

    __tablename__ = "course_summary"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    counts: Mapped[dict[str, Any]]
    as_of: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("course_key", "edition_id"),)


class TeachingMessage(Owned):
    """What a trainer wrote to some of a course: plain text, to whom, how many were told.

    `narrowed` is the filter as arguments of the list's address; `as_of` fixes what
    "stalled" and the like meant. `once_key` comes from the form, so that pressing twice
    sends once. Who was told is in the notices, not here.
    """

    __tablename__ = "teaching_message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    narrowed: Mapped[dict[str, Any]]
    as_of: Mapped[datetime.datetime]
    recipients: Mapped[int]
    told: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime | None]
    once_key: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (
        Index("ix_teaching_message_course_key", "course_key", "id"),
        Index("ix_teaching_message_person_id", "person_id", "course_key", "created_at"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _taught(course_key: InstrumentedAttribute[str]) -> ReachRule:
    """Rows of the courses the actor teaches."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        scopes = scopes_for(actor, Permission.ENROLMENT_READ_TAUGHT)
        if scopes.everywhere:
            return true()
        return course_key.in_(sorted(scopes.of(ScopeKind.COURSE)))

    return ReachRule(Permission.ENROLMENT_READ_TAUGHT, rows)


Standing.__reaches__ = {
    Reach.SELF: owned_by_self(Standing.person_id),
    Reach.TAUGHT: _taught(Standing.course_key),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
}
TeachingMessage.__reaches__ = {
    Reach.SELF: owned_by_self(TeachingMessage.person_id),
    Reach.TAUGHT: _taught(TeachingMessage.course_key),
    Reach.ALL_MEMBERS: everything(Permission.ENROLMENT_READ_ALL),
}
