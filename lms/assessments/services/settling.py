"""What a marker's decision does to the attempt it is about."""

from __future__ import annotations

import datetime
from fractions import Fraction

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Answer, Attempt, Marking, MarkingDecision
from lms.assessments.queries.corrections import keyed_questions
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.markings import MarkingState
from lms.assessments.services.attempts import close, drawing_of
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz

KEEPER = Actor.system("marking")
"""A marker reads the one answer, never the attempt; what follows for it is counted here."""


def settle(
    session: Session,
    actor: Actor,
    marking: Marking,
    decision: MarkingDecision,
    edition: Edition,
    quiz: Quiz,
    *,
    now: datetime.datetime,
) -> Attempt:
    """Give the answer its share; with the last one marked the attempt has its result.

    `marking` is of an answer and accepted. The enrolment is locked by the caller. A repeat
    changes nothing.
    """
    attempt = session.execute(
        scoped(Attempt, KEEPER, Reach.ALL_MEMBERS)
        .where(Attempt.id == marking.attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if attempt.state is not AttemptState.TO_MARK:
        return attempt
    answers = answers_by_number(session, attempt)
    if marking.number in answers:
        answers[marking.number].share = str(Fraction(decision.points, decision.possible or 1))
    session.flush()
    waiting = scoped(Marking, KEEPER, Reach.ALL_MEMBERS).where(
        Marking.attempt_id == attempt.id, Marking.state == MarkingState.SENT
    )
    if session.execute(waiting.limit(1)).first() is None:
        keyed = keyed_questions(session, edition, quiz, drawing_of(attempt).language)
        close(attempt, keyed, answers, quiz)
        session.flush()
        record(
            session,
            actor,
            "attempt.marked",
            "attempt",
            attempt.id,
            now=now,
            subject_person_id=attempt.person_id,
            quiz=attempt.activity_key,
            number=attempt.number,
        )
    return attempt


def answers_by_number(session: Session, attempt: Attempt) -> dict[int, Answer]:
    """The answers of anybody's attempt, for what the product itself does with them."""
    statement = scoped(Answer, KEEPER, Reach.ALL_MEMBERS).where(Answer.attempt_id == attempt.id)
    return {answer.number: answer for answer in session.execute(statement).scalars()}
