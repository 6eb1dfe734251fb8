"""Reading corrected keys: those in force, those of a course, and the attempts one changes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from lms.access.reaches import Reach, scoped
from lms.assessments.models import QuestionCorrection, Regrade
from lms.assessments.rules.corrections import (
    AnswerKey,
    CorrectionState,
    Keyed,
    keyed,
    mark_of,
)
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.values.edition import Edition
from lms.courses.values.question import Question
from lms.courses.values.quiz import Quiz

PAGE = 50


def keys_in_force(session: Session, course_key: str) -> dict[tuple[str, int], AnswerKey]:
    """The corrected keys of a course by key and version of the question, in one statement.

    The latest of several about one question is the one that counts.
    """
    return {
        (key, version): AnswerKey.from_json(answer_key)
        for key, version, answer_key in session.execute(_applied(), {"course_key": course_key})
    }


@functools.cache
def _applied() -> Select[str, int, dict[str, Any]]:
    """Built once: every attempt handed in and every review asks."""
    return (
        select(
            QuestionCorrection.question_key,
            QuestionCorrection.version,
            QuestionCorrection.answer_key,
        )
        .where(
            QuestionCorrection.course_key == bindparam("course_key"),
            QuestionCorrection.state == CorrectionState.APPLIED,
        )
        .order_by(QuestionCorrection.applied_at, QuestionCorrection.id)
    )


def keyed_questions(session: Session, edition: Edition, quiz: Quiz, language: str) -> Keyed:
    """The questions of a quiz as they are marked and looked back on: corrections laid over them."""
    questions = edition.questions_in(quiz, language)
    return keyed(questions, keys_in_force(session, edition.course.key))


def in_force(session: Session, course_key: str, question: Question) -> AnswerKey | None:
    """The corrected key that counts for a question of an edition, None where its own does."""
    found = keys_in_force(session, course_key).get((question.key, question.version))
    return found if found is not None and found.was in {"", mark_of(question)} else None


def list_corrections(session: Session, course_key: str) -> Sequence[QuestionCorrection]:
    """The last corrections of a course, newest first. The caller asks who may see them."""
    statement = (
        select(QuestionCorrection)
        .where(QuestionCorrection.course_key == course_key)
        .order_by(QuestionCorrection.id.desc())
        .limit(PAGE)
    )
    return session.execute(statement).scalars().all()


def get_correction(
    session: Session, course_key: str, correction_id: int, *, for_change: bool = False
) -> QuestionCorrection:
    """One of a course; locked if it is to be moved on. Raises NotFoundError."""
    statement = select(QuestionCorrection).where(
        QuestionCorrection.id == correction_id, QuestionCorrection.course_key == course_key
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such correction in this course."))
    return found


def list_regrades(
    session: Session, actor: Actor, correction_id: int, *, after: int | None = None
) -> tuple[Sequence[Regrade], int | None]:
    """A page of the attempts a correction changes, of people whose results the actor reads.

    With the id behind which the next page begins, None at the end.
    """
    statement = scoped(Regrade, actor, Reach.TAUGHT).where(Regrade.correction_id == correction_id)
    if after is not None:
        statement = statement.where(Regrade.id > after)
    found = session.execute(statement.order_by(Regrade.id).limit(PAGE + 1)).scalars().all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None
