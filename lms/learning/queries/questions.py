"""Questions about a lesson with their answers, as learners and trainers read them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, tuple_

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.learning.models import LessonAnswer, LessonQuestion
from lms.learning.queries.places import Place
from lms.learning.queries.shown import seen_as
from lms.learning.rules.questions import Show, may_change
from lms.learning.rules.teaching import viewer_of_course
from lms.people.queries.disclosed import PersonView

PAGE = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with the trainer who gave it."""

    answer: LessonAnswer
    person: PersonView | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the actor reads it. `may_change` says that they may still edit it."""

    question: LessonQuestion
    person: PersonView | None
    answers: tuple[Answered, ...]
    is_own: bool
    may_change: bool


def list_questions(
    session: Session, actor: Actor, place: Place, *, after: int | None, now: datetime.datetime
) -> tuple[list[Asked], int | None]:
    """A page of the questions about an activity: helpful to all first, then the newest.

    Learners read what everybody on the course may read, and their own; trainers read all.
    """
    reach = Reach.TAUGHT if place.teaches else Reach.TAKING_PART
    statement = scoped(LessonQuestion, actor, reach).where(
        LessonQuestion.course_key == place.course_key,
        LessonQuestion.activity_key == place.asked_key,
    )
    if after is not None:
        pinned = scoped(LessonQuestion, actor, reach).where(LessonQuestion.id == after)
        was_pinned = session.execute(
            pinned.with_only_columns(LessonQuestion.is_pinned)
        ).scalar_one_or_none()
        if was_pinned is not None:
            key = tuple_(LessonQuestion.is_pinned, LessonQuestion.id)
            statement = statement.where(key < (was_pinned, after))
    ordered = statement.order_by(LessonQuestion.is_pinned.desc(), LessonQuestion.id.desc())
    return _page(session, actor, ordered, reach, now=now)


def list_to_answer(
    session: Session,
    actor: Actor,
    course_key: str,
    show: Show,
    *,
    after: int | None,
    now: datetime.datetime,
) -> tuple[list[Asked], int | None]:
    """A page of a course's questions for its trainers: unanswered ones oldest first."""
    statement = scoped(LessonQuestion, actor, Reach.TAUGHT).where(
        LessonQuestion.course_key == course_key
    )
    if show is Show.HIDDEN:
        statement = statement.where(LessonQuestion.hidden_at.is_not(None))
    else:
        unanswered = show is Show.UNANSWERED
        is_open = LessonQuestion.answered_at.is_(None)
        statement = statement.where(
            LessonQuestion.hidden_at.is_(None), is_open if unanswered else ~is_open
        )
    oldest_first = show is Show.UNANSWERED
    if after is not None:
        behind = LessonQuestion.id > after if oldest_first else LessonQuestion.id < after
        statement = statement.where(behind)
    ordered = statement.order_by(LessonQuestion.id if oldest_first else LessonQuestion.id.desc())
    return _page(session, actor, ordered, Reach.TAUGHT, now=now)


def get_question(
    session: Session,
    actor: Actor,
    course_key: str,
    question_id: int,
    reach: Reach,
    *,
    for_change: bool = False,
) -> LessonQuestion:
    """One question of a course within the reach. Raises NotFoundError; may lock the row."""
    statement = scoped(LessonQuestion, actor, reach).where(
        LessonQuestion.id == question_id, LessonQuestion.course_key == course_key
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    question = session.execute(statement).scalar_one_or_none()
    if question is None:
        raise NotFoundError(N_("There is no such question."))
    return question


def get_asked(
    session: Session, actor: Actor, course_key: str, question_id: int, *, now: datetime.datetime
) -> Asked:
    """One question with its answers, for a trainer of the course. Raises NotFoundError."""
    question = get_question(session, actor, course_key, question_id, Reach.TAUGHT)
    return _with_answers(session, actor, [question], Reach.TAUGHT, now=now)[0]


def people_on(lines: Sequence[Asked]) -> list[int]:
    """The ids of the other people a page names, for the record of access."""
    asked = {line.question.person_id for line in lines if not line.is_own}
    return sorted(asked | {each.answer.person_id for line in lines for each in line.answers})


def _page(
    session: Session,
    actor: Actor,
    ordered: Select[LessonQuestion],
    reach: Reach,
    *,
    now: datetime.datetime,
) -> tuple[list[Asked], int | None]:
    found = session.execute(ordered.limit(PAGE + 1)).scalars().all()
    lines = _with_answers(session, actor, found[:PAGE], reach, now=now)
    return lines, found[PAGE - 1].id if len(found) > PAGE else None


def _with_answers(
    session: Session,
    actor: Actor,
    questions: Sequence[LessonQuestion],
    reach: Reach,
    *,
    now: datetime.datetime,
) -> list[Asked]:
    """Questions with answers and names, in two statements whatever their number."""
    if not questions:
        return []
    statement = (
        scoped(LessonAnswer, actor, reach)
        .where(LessonAnswer.question_id.in_([question.id for question in questions]))
        .order_by(LessonAnswer.id)
    )
    answers: dict[int, list[LessonAnswer]] = defaultdict(list)
    for answer in session.execute(statement).scalars():
        answers[answer.question_id].append(answer)
    # Who answers is shown to everybody as they are listed; who asks, by who looks.
    viewers = {
        answer.person_id: Viewer.FELLOW_PARTICIPANT for each in answers.values() for answer in each
    }
    as_seen = (
        viewer_of_course(actor, questions[0].course_key)
        if reach is Reach.TAUGHT
        else Viewer.FELLOW_PARTICIPANT
    )
    viewers |= {question.person_id: as_seen for question in questions}
    people = seen_as(session, viewers)
    return [
        Asked(
            question=question,
            person=people.get(question.person_id),
            answers=tuple(
                Answered(answer, people.get(answer.person_id)) for answer in answers[question.id]
            ),
            is_own=question.person_id == actor.person_id,
            may_change=question.person_id == actor.person_id
            and may_change(
                question.asked_at, is_answered=question.answered_at is not None, now=now
            ),
        )
        for question in questions
    ]
