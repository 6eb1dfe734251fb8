"""Beginning an attempt, saving its answers, handing it in."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlalchemy import insert

from lms.assessments.models import Answer, Attempt
from lms.assessments.queries.attempts import answers_of, list_attempts, lock_attempt, open_of
from lms.assessments.queries.corrections import keyed_questions
from lms.assessments.rules.attempts import (
    AttemptState,
    Past,
    Result,
    deadline,
    next_attempt,
    still_counts,
)
from lms.assessments.rules.corrections import Keyed
from lms.assessments.rules.marking import Given, marked_by_person
from lms.assessments.services.markings import send_answer
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.faces import Drawing, draw_by_seed
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
        if allowed.waits:
            raise NotPossibleError(N_("Your last attempt waits to be marked. You are told when."))
        if allowed.not_before is not None:
            raise NotPossibleError(N_("The next attempt opens later; the page says when."))
        raise NotPossibleError(N_("No attempt at this quiz is left."))
    languages = edition.quiz_languages(quiz)
    spoken = language if language in languages else edition.course.language
    questions = edition.questions_in(quiz, spoken)
    drawing = draw_by_seed(quiz, questions, spoken, secrets.randbits(64))
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
        Past(attempt.handed_in_at, attempt.is_passed, attempt.state is AttemptState.TO_MARK)
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
        _write(session, _laid_over(session, actor, attempt, given, now))
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

    With texts or files in it that a person marks it waits for them, and has no result yet.
    Fifty submits at once close it once: the row is locked and its state decides.
    """
    attempt = lock_attempt(session, actor, attempt_id)
    if attempt.state is not AttemptState.OPEN:
        return attempt
    in_time = still_counts(attempt.deadline_at, now)
    answers = (
        _laid_over(session, actor, attempt, given, now)
        if in_time
        else answers_of(session, actor, attempt)
    )
    keyed = keyed_questions(session, edition, quiz, drawing_of(attempt).language)
    attempt.handed_in_at = now if attempt.deadline_at is None else min(now, attempt.deadline_at)
    mark_answers(attempt, keyed, answers)
    waiting = [
        number
        for number, drawn in enumerate(drawing_of(attempt).questions, 1)
        if number in answers
        and answers[number].given
        and drawn.question not in keyed.for_everyone
        and marked_by_person(keyed.questions[drawn.question])
    ]
    if waiting:
        attempt.state = AttemptState.TO_MARK
    else:
        close(attempt, keyed, answers, quiz)
    # Marked before they are written, so that a share is no second statement.
    _write(session, answers, named=waiting)
    for number in waiting:
        send_answer(
            session, actor, attempt, answers[number], edition.course.key,
            drawing_of(attempt).questions[number - 1].question,
            language=drawing_of(attempt).language, now=now,
        )  # fmt: skip
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


def _laid_over(
    session: Session,
    actor: Actor,
    attempt: Attempt,
    given: Mapping[int, Given],
    now: datetime.datetime,
) -> dict[int, Answer]:
    """The answers that stand with those given laid over them, by number; `_write` keeps them.

    The attempt is locked, so nobody else adds one between looking and writing.
    """
    answers = answers_of(session, actor, attempt)
    length = len(drawing_of(attempt).questions)
    for number, answer in given.items():
        if not 1 <= number <= length:
            continue
        stood = answers.get(number)
        if stood is not None:
            stood.given, stood.saved_at = dict(answer), now
        elif answer:  # a question left out makes no row
            answers[number] = Answer(
                attempt_id=attempt.id,
                person_id=attempt.person_id,
                number=number,
                given=dict(answer),
                saved_at=now,
            )
    return answers


_ANSWER_COLUMNS = ("attempt_id", "person_id", "number", "given", "saved_at", "share")
_ADD_ANSWERS = insert(Answer)


def _write(session: Session, answers: Mapping[int, Answer], *, named: Sequence[int] = ()) -> None:
    """Write what changed, and the answers that have no row yet, these in one go.

    Asking for their ids is one statement an answer on SQLite, so only those of the numbers in
    `named` know theirs afterwards.
    """
    new = {number: answer for number, answer in answers.items() if answer not in session}
    session.add_all(new.pop(number) for number in named if number in new)
    session.flush()
    if new:
        rows = [
            {name: getattr(answer, name) for name in _ANSWER_COLUMNS} for answer in new.values()
        ]
        session.execute(_ADD_ANSWERS, rows)


def mark_answers(attempt: Attempt, keyed: Keyed, answers: Mapping[int, Answer]) -> None:
    """Write beside each answer its share. What a person has marked keeps the share it was given."""
    for number, drawn in enumerate(drawing_of(attempt).questions, 1):
        answer = answers.get(number)
        if answer is None:
            continue
        is_for_everyone = drawn.question in keyed.for_everyone
        if is_for_everyone or not marked_by_person(keyed.questions[drawn.question]):
            answer.share = str(keyed.mark(drawn.question, answer.given).share)


def total_of(attempt: Attempt, keyed: Keyed, shares: Mapping[int, Fraction]) -> Result:
    """What the attempt comes to with these shares, by the number of the question."""
    earned, possible = Fraction(0), 0
    for number, drawn in enumerate(drawing_of(attempt).questions, 1):
        points = keyed.questions[drawn.question].points
        possible += points
        share = Fraction(1) if drawn.question in keyed.for_everyone else shares.get(number)
        earned += (share or Fraction(0)) * points
    return Result(earned, possible)


def shares_of(answers: Mapping[int, Answer]) -> dict[int, Fraction]:
    """The share of each answer that has one."""
    return {number: Fraction(each.share) for number, each in answers.items() if each.share}


def close(attempt: Attempt, keyed: Keyed, answers: Mapping[int, Answer], quiz: Quiz) -> None:
    """Write the result of a marked attempt: from now on it counts."""
    result = total_of(attempt, keyed, shares_of(answers))
    attempt.earned, attempt.possible = str(result.earned), result.possible
    attempt.percent = result.percent
    attempt.is_passed = result.passes(quiz.pass_mark)
    attempt.state = AttemptState.HANDED_IN
