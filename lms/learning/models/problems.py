"""The tables of problems that learners report on a page."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Owned, Reach, ReachRule, everything, owned_by_self
from lms.core.database import Id, choice_of
from lms.learning.models.questions import of_taught_courses
from lms.learning.rules.problems import ProblemKind, ProblemState, ProblemVerb


class PageProblem(MemberOwned):
    """What a learner says is wrong with an activity, and on which edition, in which language.

    Trainers see the words and the page, never who wrote them; the word back goes through a
    notice. What the reporter answered in a quiz or did in a scenario is not kept here.
    """

    __tablename__ = "page_problem"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    language: Mapped[str] = mapped_column(String(12))
    kind: Mapped[ProblemKind] = mapped_column(choice_of(ProblemKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[ProblemState] = mapped_column(choice_of(ProblemState, "state"))
    reported_at: Mapped[datetime.datetime]
    word_back: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_page_problem_course_key", "course_key", "state", "id"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class PageProblemStep(Owned):
    """One transition of a report: who, when, what, with the word back to the reporter."""

    __tablename__ = "page_problem_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("page_problem.id"), index=True)
    verb: Mapped[ProblemVerb] = mapped_column(choice_of(ProblemVerb, "verb"))
    after: Mapped[ProblemState] = mapped_column(choice_of(ProblemState, "after"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    happened_at: Mapped[datetime.datetime]
    word_back: Mapped[str] = mapped_column(Text)

    __reaches__: ClassVar[dict[Reach, ReachRule]]


PageProblem.__reaches__ = {
    Reach.SELF: owned_by_self(PageProblem.person_id),
    Reach.TAUGHT: of_taught_courses(PageProblem.course_key),
    Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
}
PageProblemStep.__reaches__ = {
    Reach.SELF: owned_by_self(PageProblemStep.person_id),
    Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
}
