"""Beginning an attempt, saving its answers, handing it in."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from sqlalchemy import update

from lms.access.reaches import Reach, within
from lms.assessments.models import Answer, Attempt
from lms.assessments.queries.attempts import answers_of, list_attempts, lock_attempt, open_of
from lms.assessments.rules.attempts import (
    AttemptState,
    Past,
    Result,
    deadline,
    next_attempt,
    still_counts,
)
from lms.assessments.rules.marking import Given, mark
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.faces import Drawing, draw
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.models import Enrolment


def begin(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    edition: Edition,
    quiz: Quiz,
    *,
    language: str,
    now: datetime.datetime,
) -> Attempt:
    """Open an attempt, or give the one that is open. `enrolment` must be locked by the caller.

    Questions are drawn now and frozen; the clock starts now, on the server. Raises
    NotPossibleError when no attempt is left, or not yet.
    """
    attempts = list_attempts(session, actor, enrolment.id, quiz.key)
    stood = open_of(attempts)
    if stood is not None:
        return stood
    allowed = next_attempt(quiz, past_of(attempts), now)
    if not allowed.may_begin:
        if allowed.not_before is not None:
            raise NotPossibleError(N_("The next attempt opens later; the page says when."))
        raise NotPossibleError(N_("No attempt at this quiz is left."))
    languages = edition.quiz_languages(quiz)
    spoken = language if language in languages else edition.course.language
    questions = edition.questions_in(quiz, spoken)
    drawing = draw(quiz, questions, spoken, Random(secrets.randbits(64)))  # noqa: S311
    attempt = Attempt(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        member_code=enrolment.member_code,
        activity_key=quiz.key,
        number=len(attempts) + 1,
        state=AttemptState.OPEN,
        drawing=drawing.model_dump(mode="json"),
        started_at=now,
        deadline_at=deadline(quiz, now),
    )
    session.add(attempt)
    session.flush()
    record(
        session,
        actor,
        "attempt.begin",
        "attempt",
        attempt.id,
        now=now,
        subject_person_id=attempt.person_id,
        quiz=quiz.key,
        number=attempt.number,
    )
    return attempt


def past_of(attempts: Sequence[Attempt]) -> list[Past]:
    """What the rules need of the attempts handed in."""
    return [
        Past(attempt.handed_in_at, attempt.is_passed)
        for attempt in attempts
        if attempt.handed_in_at is not None
    ]


def save(
    session: Session,
    actor: Actor,
    attempt_id: int,
    given: Mapping[int, Given],
    *,
    now: datetime.datetime,
) -> Attempt:
    """Keep answers as given, without handing in. What comes after the time is not taken.

    A later save replaces an earlier one; a question not among `given` keeps its answer.
    """
    attempt = lock_attempt(session, actor, attempt_id)
    if attempt.state is AttemptState.OPEN and still_counts(attempt.deadline_at, now):
        _keep(session, actor, attempt, given, now)
    return attempt


def hand_in(
    session: Session,
    actor: Actor,
    attempt_id: int,
    edition: Edition,
    quiz: Quiz,
    given: Mapping[int, Given],
    *,
    now: datetime.datetime,
) -> Attempt:
    """Keep the last answers, mark all, and close the attempt; handing in twice changes nothing.

    Fifty submits at once close it once: the row is locked and its state decides.
    """
    attempt = lock_attempt(session, actor, attempt_id)
    if attempt.state is not AttemptState.OPEN:
        return attempt
    if still_counts(attempt.deadline_at, now):
        _keep(session, actor, attempt, given, now)
    _mark(session, actor, attempt, edition, quiz)
    attempt.state = AttemptState.HANDED_IN
    attempt.handed_in_at = now if attempt.deadline_at is None else min(now, attempt.deadline_at)
    session.flush()
    record(
        session,
        actor,
        "attempt.hand_in",
        "attempt",
        attempt.id,
        now=now,
        subject_person_id=attempt.person_id,
        quiz=quiz.key,
        number=attempt.number,
    )
    return attempt


def drawing_of(attempt: Attempt) -> Drawing:
    """The frozen drawing of an attempt."""
    return Drawing.model_validate(attempt.drawing)


def result_of(attempt: Attempt) -> Result:
    """The exact result of an attempt handed in."""
    return Result(Fraction(attempt.earned), attempt.possible)


def _keep(
    session: Session,
    actor: Actor,
    attempt: Attempt,
    given: Mapping[int, Given],
    now: datetime.datetime,
) -> None:
    length = len(drawing_of(attempt).questions)
    for number, answer in given.items():
        if not 1 <= number <= length:
            continue
        row = {
            "attempt_id": attempt.id,
            "person_id": attempt.person_id,
            "number": number,
            "given": dict(answer),
            "saved_at": now,
        }
        # A question left out makes no row; emptied again, it empties the row it had.
        if answer and insert_once(session, Answer, row, unique=("attempt_id", "number")):
            continue
        changing = (
            update(Answer)
            .where(Answer.attempt_id == attempt.id, Answer.number == number)
            .values(given=dict(answer), saved_at=now)
        )
        session.execute(
            within(changing, Answer, actor, Reach.SELF),
            execution_options={"synchronize_session": False},
        )


def _mark(session: Session, actor: Actor, attempt: Attempt, edition: Edition, quiz: Quiz) -> None:
    drawing = drawing_of(attempt)
    questions = edition.questions_in(quiz, drawing.language)
    answers = answers_of(session, actor, attempt)
    earned, possible = Fraction(0), 0
    for number, drawn in enumerate(drawing.questions, 1):
        question = questions[drawn.question]
        possible += question.points
        answer = answers.get(number)
        if answer is None:
            continue
        share = mark(question, answer.given).share
        answer.share = str(share)
        earned += share * question.points
    result = Result(earned, possible)
    attempt.earned, attempt.possible = str(earned), possible
    attempt.percent = result.percent
    attempt.is_passed = result.passes(quiz.pass_mark)
