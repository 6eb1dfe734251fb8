"""The tables of what people mark: the queue, the versions sent, the decisions."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Reach, ReachRule, everything, owned_by_self
from lms.access.rules import scopes_for
from lms.assessments.rules.markings import MarkingState, ReturnReason
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of


class Marking(MemberOwned):
    """What waits for a marker, or was marked: a writing, or one answer of an attempt.

    One for each, from its first sending: of an answer `attempt_id`, `number` and
    `question_key` say which. `version` is the number of the version that stands, `sent_at`
    when it was sent. While `claimed_until` has not come, `claimed_by` alone may read and
    mark it.
    """

    __tablename__ = "marking"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    writing_id: Mapped[int | None] = mapped_column(ForeignKey("writing.id"), unique=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int | None]
    question_key: Mapped[str | None] = mapped_column(String(80))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    state: Mapped[MarkingState] = mapped_column(choice_of(MarkingState, "state"))
    version: Mapped[int]
    sent_at: Mapped[datetime.datetime]
    claimed_by: Mapped[int | None] = mapped_column(Id)
    claimed_until: Mapped[datetime.datetime | None]

    __table_args__ = (
        Index("ix_marking_queue", "course_key", "state", "sent_at", "id"),
        UniqueConstraint("attempt_id", "number"),
        CheckConstraint("(writing_id IS NULL) <> (attempt_id IS NULL)", name="of_one"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class WritingVersion(MemberOwned):
    """One version of a writing as it was sent. Never changed, but for `edition_id`.

    That is set when its enrolment moves: the edition whose task it answers.
    """

    __tablename__ = "writing_version"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    marking_id: Mapped[int] = mapped_column(ForeignKey("marking.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(String(12))
    answers: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("marking_id", "number"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class MarkingDecision(MemberOwned):
    """What a marker decided about one version; at most one for each. Never changed.

    `levels` holds for each criterion of the rubric the place of the level chosen, from 0.
    """

    __tablename__ = "marking_decision"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    marking_id: Mapped[int] = mapped_column(ForeignKey("marking.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    outcome: Mapped[MarkingState] = mapped_column(choice_of(MarkingState, "outcome"))
    levels: Mapped[dict[str, Any]]
    points: Mapped[int]
    possible: Mapped[int]
    comment: Mapped[str] = mapped_column(Text)
    reason: Mapped[ReturnReason | None] = mapped_column(choice_of(ReturnReason, "reason"))
    decided_by: Mapped[int] = mapped_column(Id)
    decided_at: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("marking_id", "version"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def to_mark(
    course_key: InstrumentedAttribute[str], person_id: InstrumentedAttribute[int]
) -> dict[Reach, ReachRule]:
    """The author; markers of the course, but never of what they wrote themselves."""

    def of_marked_courses(actor: Actor) -> ColumnElement[bool]:
        scopes = scopes_for(actor, Permission.ANSWER_MARK)
        if scopes.everywhere:
            return true()
        courses = sorted(scopes.of(ScopeKind.COURSE))
        return course_key.in_(courses) & (person_id != actor.person_id)

    return {
        Reach.SELF: owned_by_self(person_id),
        Reach.TAUGHT: ReachRule(Permission.ANSWER_MARK, of_marked_courses),
        Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
    }


Marking.__reaches__ = to_mark(Marking.course_key, Marking.person_id)
WritingVersion.__reaches__ = to_mark(WritingVersion.course_key, WritingVersion.person_id)
MarkingDecision.__reaches__ = to_mark(MarkingDecision.course_key, MarkingDecision.person_id)
