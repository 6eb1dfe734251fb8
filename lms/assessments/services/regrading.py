"""What a corrected key does to attempts handed in: foreseen first, then done."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select, update

from lms.access.reaches import Reach, scoped, within
from lms.assessments.models import Answer, Attempt, QuestionCorrection, Regrade
from lms.assessments.queries.corrections import keys_in_force
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.corrections import (
    AnswerKey,
    Change,
    Corrections,
    change_of,
    keyed,
)
from lms.assessments.services.attempts import drawing_of, shares_of, total_of
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.models import Enrolment

KEEPER = Actor.system("regrading")


@dataclass(frozen=True, slots=True)
class Regraded:
    """One attempt with what the correction does to it. `share` is that of the one question;
    None where the question was left out and has no answer to write it to."""

    attempt: Attempt
    quiz: Quiz
    change: Change
    answer: Answer | None
    share: Fraction


def quizzes_that_ask(session: Session, course_key: str, question_key: str) -> frozenset[str]:
    """Keys of the quizzes that can draw a question in any edition of the course."""
    statement = select(StoredEdition.digest).where(StoredEdition.course_key == course_key)
    return frozenset(
        quiz.key
        for digest in session.execute(statement).scalars().all()
        for quiz in get_edition(session, digest).quizzes
        if question_key in quiz.questions
    )


def enrolments_with_attempts(
    session: Session, course_key: str, quiz_keys: Collection[str], *, after: int, limit: int
) -> list[int]:
    """The next enrolments of a course with an attempt handed in at one of these quizzes."""
    attempts = (
        scoped(Attempt, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Attempt.enrolment_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.course_key == course_key,
            Attempt.enrolment_id > after,
            Attempt.activity_key.in_(sorted(quiz_keys)),
            Attempt.state != AttemptState.OPEN,
        )
        .distinct()
        .order_by(Attempt.enrolment_id)
        .limit(limit)
    )
    found = session.execute(within(attempts, Enrolment, KEEPER, Reach.ALL_MEMBERS))
    return list(found.scalars())


def corrections_with(
    session: Session, correction: QuestionCorrection
) -> dict[tuple[str, int], AnswerKey]:
    """The keys in force, with this one among them as if it were applied."""
    keys = keys_in_force(session, correction.course_key)
    place = (correction.question_key, correction.version)
    return {**keys, place: AnswerKey.from_json(correction.answer_key)}


def foresee(
    session: Session,
    correction: QuestionCorrection,
    corrections: Corrections,
    enrolment_ids: Sequence[int],
    *,
    lock: bool = False,
) -> dict[int, list[Regraded]]:
    """By enrolment, every attempt handed in that met the question, with what would change.

    Three statements whatever the number. Attempts that still wait for a marker are among
    them, with a change of nothing: they have no result yet. `lock` locks the attempts.
    """
    statement = (
        scoped(Attempt, KEEPER, Reach.ALL_MEMBERS)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(
            StoredEdition,
            StoredEdition.id == func.coalesce(Attempt.edition_id, Enrolment.edition_id),
        )
        .where(Attempt.enrolment_id.in_(enrolment_ids), Attempt.state != AttemptState.OPEN)
        .order_by(Attempt.enrolment_id, Attempt.id)
        .add_columns(StoredEdition.digest)
    )
    statement = within(statement, Enrolment, KEEPER, Reach.ALL_MEMBERS)
    if lock:
        statement = statement.with_for_update(of=Attempt).execution_options(populate_existing=True)
    rows = [(row[0], row[1]) for row in session.execute(statement) if _met(row[0], correction)]
    answers = _answers(session, [attempt.id for attempt, _ in rows])
    found: dict[int, list[Regraded]] = defaultdict(list)
    for attempt, digest in rows:
        edition = get_edition(session, digest)
        one = _regraded(attempt, edition, answers[attempt.id], correction, corrections)
        if one is not None:
            found[attempt.enrolment_id].append(one)
    return found


def write_foreseen(session: Session, correction: QuestionCorrection, found: Regraded) -> None:
    """Keep what would change of one attempt, once."""
    insert_once(
        session, Regrade, _values(correction, found), unique=("correction_id", "attempt_id")
    )


def apply_to(
    session: Session,
    actor: Actor,
    correction: QuestionCorrection,
    found: Regraded,
    *,
    now: datetime.datetime,
) -> None:
    """Give one attempt the result of the corrected key. Its row and its enrolment are locked.

    A pass that was given stays, whatever the points are now. What waits for a marker only
    has the share of the one question written.
    """
    attempt, change = found.attempt, found.change
    if found.answer is not None:
        found.answer.share = str(found.share)
    if attempt.state is not AttemptState.HANDED_IN or not change.is_any:
        session.flush()
        return
    attempt.earned, attempt.possible = str(change.after), change.possible
    attempt.percent = change.percent_after
    attempt.is_passed = attempt.is_passed or change.gains_pass
    session.flush()
    write_foreseen(session, correction, found)
    done = (
        update(Regrade)
        .where(Regrade.correction_id == correction.id, Regrade.attempt_id == attempt.id)
        .values({**_values(correction, found), "done_at": now})
    )
    session.execute(
        within(done, Regrade, KEEPER, Reach.ALL_MEMBERS),
        execution_options={"synchronize_session": False},
    )
    record(
        session,
        actor,
        "attempt.regrade",
        "attempt",
        attempt.id,
        now=now,
        subject_person_id=attempt.person_id,
        reason=correction.reason.value,
        correction=correction.id,
    )


def _values(correction: QuestionCorrection, found: Regraded) -> dict[str, object]:
    attempt, change = found.attempt, found.change
    return {
        "correction_id": correction.id,
        "attempt_id": attempt.id,
        "enrolment_id": attempt.enrolment_id,
        "person_id": attempt.person_id,
        "member_code": attempt.member_code,
        "before": str(change.before),
        "after": str(change.after),
        "possible": change.possible,
        "gains_pass": change.gains_pass,
        "keeps_pass": change.keeps_pass,
        "done_at": None,
    }


def _met(attempt: Attempt, correction: QuestionCorrection) -> bool:
    """Whether the attempt drew this version of the question; read without checking the rest."""
    drawn = attempt.drawing.get("questions", ())
    wanted = (correction.question_key, correction.version)
    return any((each.get("question"), each.get("version")) == wanted for each in drawn)


def _regraded(
    attempt: Attempt,
    edition: Edition,
    answers: Mapping[int, Answer],
    correction: QuestionCorrection,
    corrections: Corrections,
) -> Regraded | None:
    """None for an attempt whose edition no longer asks what it drew."""
    quiz = next((each for each in edition.quizzes if each.key == attempt.activity_key), None)
    if quiz is None:
        return None
    drawing = drawing_of(attempt)
    questions = edition.questions_in(quiz, drawing.language)
    keys = [drawn.question for drawn in drawing.questions]
    if any(key not in questions for key in keys):
        return None
    now_keyed = keyed(questions, corrections)
    number = keys.index(correction.question_key) + 1
    answer = answers.get(number)
    share = now_keyed.mark(correction.question_key, answer.given if answer else {}).share
    before = Fraction(attempt.earned)
    if attempt.state is AttemptState.TO_MARK:
        nothing = change_of(before, before, attempt.possible, None, was_passed=True)
        return Regraded(attempt, quiz, nothing, answer, share)
    after = total_of(attempt, now_keyed, {**shares_of(answers), number: share})
    change = change_of(
        before, after.earned, after.possible, quiz.pass_mark, was_passed=attempt.is_passed
    )
    return Regraded(attempt, quiz, change, answer, share)


def _answers(session: Session, attempt_ids: Sequence[int]) -> dict[int, dict[int, Answer]]:
    statement = (
        scoped(Answer, KEEPER, Reach.ALL_MEMBERS)
        .where(Answer.attempt_id.in_(attempt_ids))
        .execution_options(populate_existing=True)
    )
    found: dict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in session.execute(statement).scalars():
        found[answer.attempt_id][answer.number] = answer
    return found
