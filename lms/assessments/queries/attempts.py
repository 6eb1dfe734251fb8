"""Reading attempts and answers: one's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, bindparam

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.assessments.models import Answer, Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_


def list_attempts(
    session: Session, actor: Actor, enrolment_id: int, activity_key: str
) -> Sequence[Attempt]:
    """The actor's attempts at a quiz, first to last."""
    found = _own_attempts(session, actor, enrolment_id=enrolment_id, activity_key=activity_key)
    return found.scalars().all()


@of_oneself
def _own_attempts(actor: Actor) -> Select[Attempt]:
    return (
        scoped(Attempt, actor, Reach.SELF)
        .where(
            Attempt.enrolment_id == bindparam("enrolment_id"),
            Attempt.activity_key == bindparam("activity_key"),
        )
        .order_by(Attempt.number)
    )


def answers_of(session: Session, actor: Actor, attempt: Attempt) -> dict[int, Answer]:
    """The answers of an attempt by the number of their question."""
    found = _own_answers(session, actor, attempt_id=attempt.id)
    return {answer.number: answer for answer in found.scalars()}


@of_oneself
def _own_answers(actor: Actor) -> Select[Answer]:
    return scoped(Answer, actor, Reach.SELF).where(Answer.attempt_id == bindparam("attempt_id"))


def lock_attempt(session: Session, actor: Actor, attempt_id: int) -> Attempt:
    """The actor's attempt, its row locked until the transaction ends. Raises NotFoundError."""
    attempt = _own_locked(session, actor, attempt_id=attempt_id).scalar_one_or_none()
    if attempt is None:
        raise NotFoundError(N_("There is no such attempt."))
    return attempt


@of_oneself
def _own_locked(actor: Actor) -> Select[Attempt]:
    return (
        scoped(Attempt, actor, Reach.SELF)
        .where(Attempt.id == bindparam("attempt_id"))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_of(attempts: Sequence[Attempt]) -> Attempt | None:
    """The one that is open, if any."""
    return next((found for found in attempts if found.state is AttemptState.OPEN), None)
