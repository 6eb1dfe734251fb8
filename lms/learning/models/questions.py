"""The tables of questions about a lesson and of their answers."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Owned,
    Reach,
    ReachRule,
    everything,
    owned_by_self,
    scoped,
)
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.learning.rules.questions import Audience, HideReason


class LessonQuestion(MemberOwned):
    """A question of a learner about one activity, in plain text.

    `client_id` is made with the form, so that a double click asks once. A hidden question
    is read by its asker and the trainers only. It hangs on the key of the activity and so
    outlives the edition it was asked in.
    """

    __tablename__ = "lesson_question"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    language: Mapped[str] = mapped_column(String(12))
    audience: Mapped[Audience] = mapped_column(choice_of(Audience, "audience"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime.datetime]
    changed_at: Mapped[datetime.datetime | None]
    answered_at: Mapped[datetime.datetime | None]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    hidden_at: Mapped[datetime.datetime | None]
    hidden_reason: Mapped[HideReason | None] = mapped_column(choice_of(HideReason, "hidden_reason"))

    __table_args__ = (
        Index("ix_lesson_question_course_key", "course_key", "activity_key", "is_pinned", "id"),
        Index("ix_lesson_question_answered_at", "course_key", "answered_at", "id"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class LessonAnswer(Owned):
    """What a trainer answered. A question may have several answers."""

    __tablename__ = "lesson_answer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("lesson_question.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime.datetime]

    __reaches__: ClassVar[dict[Reach, ReachRule]]


def of_taught_courses(course_key: InstrumentedAttribute[str]) -> ReachRule:
    """Rows of the courses the actor teaches; all of them for the secretariat."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        scopes = scopes_for(actor, Permission.COURSE_TEACH)
        if scopes.everywhere:
            return true()
        return course_key.in_(sorted(scopes.of(ScopeKind.COURSE)))

    return ReachRule(Permission.COURSE_TEACH, rows)


def _open_to_fellows(actor: Actor) -> ColumnElement[bool]:
    """Their own, and what was asked before everybody on a course they are on."""
    own = (
        scoped(Enrolment, actor, Reach.SELF)
        .with_only_columns(Enrolment.course_key)
        .where(Enrolment.state != EnrolmentState.WITHDRAWN)
    )
    is_open = (LessonQuestion.audience == Audience.COURSE) & LessonQuestion.hidden_at.is_(None)
    own_question = LessonQuestion.person_id == actor.person_id
    return LessonQuestion.course_key.in_(own) & (own_question | is_open)


LessonQuestion.__reaches__ = {
    Reach.SELF: owned_by_self(LessonQuestion.person_id),
    Reach.TAKING_PART: ReachRule(Permission.LEARNING_TAKE, _open_to_fellows),
    Reach.TAUGHT: of_taught_courses(LessonQuestion.course_key),
    Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
}


def _of_questions(reach: Reach, needs: Permission) -> ReachRule:
    def rows(actor: Actor) -> ColumnElement[bool]:
        questions = scoped(LessonQuestion, actor, reach).with_only_columns(LessonQuestion.id)
        return LessonAnswer.question_id.in_(questions)

    return ReachRule(needs, rows)


LessonAnswer.__reaches__ = {
    Reach.SELF: owned_by_self(LessonAnswer.person_id),
    Reach.TAKING_PART: _of_questions(Reach.TAKING_PART, Permission.LEARNING_TAKE),
    Reach.TAUGHT: _of_questions(Reach.TAUGHT, Permission.COURSE_TEACH),
    Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
}
