"""Asking about a lesson, answering, and what trainers do with a question."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach
from lms.access.roles import Role
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.values.quiz import Quiz
from lms.learning.models import LessonAnswer, LessonQuestion
from lms.learning.queries.places import Place
from lms.learning.queries.questions import get_question
from lms.learning.queries.taught import get_taught
from lms.learning.rules.questions import (
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    Audience,
    HideReason,
    may_change,
)
from lms.learning.services.telling import KEEPER, tell_course
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

ANSWERED = NoticeKind(
    name="question.answered",
    category=Category.LEARNING,
    sentence=N_("Your question about “%(title)s” is answered."),
    path="/learning/%(course)s/%(activity)s/questions",
    facts={"title": None, "course": None, "activity": None},
)
WAITING = NoticeKind(
    name="question.waiting",
    category=Category.TASKS,
    sentence=N_("Learners ask about “%(title)s”. Their questions wait for an answer."),
    path="/teaching/%(course)s/questions",
    facts={"title": None, "course": None},
)


def ask(
    session: Session,
    actor: Actor,
    place: Place,
    *,
    client_id: str,
    audience: Audience,
    text: str,
    language: str,
    now: datetime.datetime,
) -> int | None:
    """Ask about an activity; the id, or None for a repeat of the same form.

    About a quiz only the trainers can be asked, so that no answer stands where learners
    read it. Raises RefusedError for who is not on the course, BadInputError on `text`.
    """
    if not place.is_on or actor.person_id is None or actor.member_code is None:
        raise RefusedError(N_("Take the course to ask about it."))
    words = _checked(text, LONGEST_QUESTION)
    is_quiz = isinstance(place.activity, Quiz)
    question_id = insert_once(
        session,
        LessonQuestion,
        {
            "client_id": f"{actor.person_id}:{client_id}",
            "person_id": actor.person_id,
            "member_code": actor.member_code,
            "course_key": place.course_key,
            "activity_key": place.asked_key,
            "edition_id": place.edition_id,
            "language": language,
            "audience": Audience.TRAINER if is_quiz else audience,
            "text": words,
            "asked_at": now,
            "is_pinned": False,
        },
        unique=("client_id",),
    )
    if question_id is None:
        return None
    _record(session, actor, "question.ask", question_id, actor.person_id, now=now)
    tell_course(
        session,
        place.course_key,
        WAITING,
        {"title": place.edition.course.title, "course": place.course_key},
        roles=(Role.TRAINER,),
        but_not=actor.person_id,
        now=now,
    )
    return question_id


def change(
    session: Session,
    actor: Actor,
    course_key: str,
    question_id: int,
    text: str,
    *,
    now: datetime.datetime,
) -> LessonQuestion:
    """Change one's own question within fifteen minutes. Raises NotPossibleError after, or
    once it is answered: an answer must stand beside the words it answers."""
    question = get_question(session, actor, course_key, question_id, Reach.SELF, for_change=True)
    is_answered = question.answered_at is not None
    if not may_change(question.asked_at, is_answered=is_answered, now=now):
        raise NotPossibleError(
            N_("A question can be changed for 15 minutes, until it is answered. Ask another.")
        )
    question.text, question.changed_at = _checked(text, LONGEST_QUESTION), now
    session.flush()
    _record(session, actor, "question.change", question.id, question.person_id, now=now)
    return question


def answer(
    session: Session,
    actor: Actor,
    course_key: str,
    question_id: int,
    *,
    client_id: str,
    text: str,
    language: str,
    now: datetime.datetime,
) -> LessonQuestion:
    """Answer a question of a course one teaches, and tell who asked; a repeat is a no-op.

    Raises NotFoundError for a question of another course, BadInputError on `text`.
    """
    question = get_question(session, actor, course_key, question_id, Reach.TAUGHT, for_change=True)
    words = _checked(text, LONGEST_ANSWER)
    answer_id = insert_once(
        session,
        LessonAnswer,
        {
            "client_id": f"{actor.person_id}:{client_id}",
            "question_id": question.id,
            "person_id": actor.person_id,
            "language": language,
            "text": words,
            "answered_at": now,
        },
        unique=("client_id",),
    )
    if answer_id is None:
        return question
    question.answered_at = question.answered_at or now
    session.flush()
    _record(session, actor, "question.answer", question.id, question.person_id, now=now)
    if question.person_id != actor.person_id:
        tell(
            session,
            KEEPER,
            person_id=question.person_id,
            kind=ANSWERED,
            facts={
                "title": _title(session, actor, question),
                "course": course_key,
                "activity": question.activity_key,
            },
            now=now,
            once_key=f"question.answered@{answer_id}",
        )
    return question


def pin(
    session: Session,
    actor: Actor,
    course_key: str,
    question_id: int,
    *,
    pinned: bool,
    now: datetime.datetime,
) -> LessonQuestion:
    """Set a question before the others as helpful to all, or take it back.

    Raises NotPossibleError for one that only its asker and the trainers read.
    """
    question = get_question(session, actor, course_key, question_id, Reach.TAUGHT, for_change=True)
    if pinned and (question.audience is not Audience.COURSE or question.hidden_at is not None):
        raise NotPossibleError(N_("Only what everybody on the course reads can be helpful to all."))
    if question.is_pinned != pinned:
        question.is_pinned = pinned
        session.flush()
        verb = "question.pin" if pinned else "question.unpin"
        _record(session, actor, verb, question.id, question.person_id, now=now)
    return question


def hide(
    session: Session,
    actor: Actor,
    course_key: str,
    question_id: int,
    *,
    reason: HideReason | None,
    now: datetime.datetime,
) -> LessonQuestion:
    """Hide a question from fellow learners with a reason, or show it again with None.

    Its asker still reads it, and why it is hidden.
    """
    question = get_question(session, actor, course_key, question_id, Reach.TAUGHT, for_change=True)
    question.hidden_at = (question.hidden_at or now) if reason is not None else None
    question.hidden_reason = reason
    question.is_pinned = question.is_pinned and reason is None
    session.flush()
    verb = "question.hide" if reason is not None else "question.show"
    _record(
        session,
        actor,
        verb,
        question.id,
        question.person_id,
        now=now,
        reason=reason.value if reason is not None else "",
    )
    return question


def _checked(text: str, most: int) -> str:
    words = text.strip()
    if not words:
        raise BadInputError(N_("Write something, then send."), field="text")
    if len(words) > most:
        raise BadInputError(N_("Shorten it to %(most)s characters."), field="text", most=most)
    return words


def _title(session: Session, actor: Actor, question: LessonQuestion) -> str:
    """The title of the activity asked about; the course's where the activity is gone."""
    edition = get_taught(session, actor, question.course_key)
    titles = {activity.key: activity.title for activity in edition.activities}
    return titles.get(question.activity_key, edition.course.title)


def _record(
    session: Session,
    actor: Actor,
    verb: str,
    question_id: int,
    asker_id: int,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    record(
        session,
        actor,
        verb,
        "lesson_question",
        question_id,
        now=now,
        subject_person_id=asker_id,
        reason=reason,
    )
