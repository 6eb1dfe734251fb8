"""Counting attempts handed in, each exactly once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from sqlalchemy import Select, func, select, tuple_

from lms.access.reaches import Reach, scoped, within
from lms.assessments.models import Answer, Attempt, ItemStatistic, QuizStatistic
from lms.assessments.queries.statistics import ItemKey, read_item, read_quiz
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.statistics import (
    NUMBERS,
    QUIZ_NUMBERS,
    ItemSums,
    Met,
    QuizSums,
    chosen_as_json,
    chosen_in,
    quiz_sums,
    sums_of,
)
from lms.assessments.services.attempts import drawing_of
from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.enrolments.models import Enrolment

Found = tuple[Attempt, str, str]
"""An attempt with the key of its course and the digest of its edition."""


def digests_to_count(session: Session, actor: Actor, *, limit: int) -> set[str]:
    """Editions of the attempts that are counted next: to be read before the counting begins."""
    found = session.execute(_uncounted(actor).limit(limit))
    return {digest for _attempt, _course, digest in found}


def count_attempts(session: Session, actor: Actor, *, now: datetime.datetime, limit: int) -> int:
    """Add up to `limit` attempts handed in to the statistics and mark them; how many that were.

    Mark and sums are one transaction, so a kill at any moment counts none twice and loses
    none; an attempt another worker is counting is left to it. Questions are counted at
    first attempts only: later ones have seen them.
    """
    statement = _uncounted(actor).limit(limit).with_for_update(of=Attempt, skip_locked=True)
    found: list[Found] = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    items, quizzes = _sums_of(session, actor, found)
    _write(session, items, quizzes, now)
    for attempt, _course_key, _digest in found:
        attempt.counted_at = now
    session.flush()
    return len(found)


def uncount(
    session: Session, actor: Actor, enrolment_ids: Sequence[int], *, now: datetime.datetime
) -> None:
    """Take every counted attempt of these enrolments out of the statistics, to be counted anew.

    For results that are about to change: what is taken out is computed from them as they
    stand, so it is exactly what was put in. The enrolments are locked by the caller.
    """
    statement = _with_editions(actor).where(
        Attempt.enrolment_id.in_(enrolment_ids), Attempt.counted_at.is_not(None)
    )
    statement = statement.with_for_update(of=Attempt).execution_options(populate_existing=True)
    found: list[Found] = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    items, quizzes = _sums_of(session, actor, found)
    _write(
        session,
        {key: -sums for key, sums in items.items()},
        {key: -sums for key, sums in quizzes.items()},
        now,
    )
    for attempt, _course_key, _digest in found:
        attempt.counted_at = None
    session.flush()


Items = dict[tuple[str, ItemKey], ItemSums]
Quizzes = dict[tuple[str, str], QuizSums]


def _sums_of(session: Session, actor: Actor, found: Sequence[Found]) -> tuple[Items, Quizzes]:
    """What these attempts add to the questions and quizzes of their courses."""
    answers = _answers(session, actor, [attempt for attempt, _, _ in found if attempt.number == 1])
    earlier = _earlier(session, actor, [attempt for attempt, _, _ in found])
    items: Items = defaultdict(ItemSums)
    quizzes: Quizzes = defaultdict(QuizSums)
    for attempt, course_key, digest in found:
        edition = get_edition(session, digest)
        quiz = next((a for a in edition.activities if a.key == attempt.activity_key), None)
        # A key may stand for something else in rows older than the keeping of editions.
        if isinstance(quiz, Quiz):
            known = earlier[attempt.enrolment_id]
            quizzes[course_key, quiz.key] += _of_quiz(attempt, quiz, edition, known)
            if attempt.number == 1:
                for key, sums in _of_items(attempt, quiz, edition, answers[attempt.id]):
                    items[course_key, key] += sums
    return items, quizzes


def _write(session: Session, items: Items, quizzes: Quizzes, now: datetime.datetime) -> None:
    """Add to the rows, always in one order, so that two workers never wait for each other."""
    for (course_key, key), sums in sorted(items.items(), key=lambda each: str(each[0])):
        _add_item(session, course_key, key, sums, now)
    for (course_key, quiz_key), added in sorted(quizzes.items(), key=lambda each: each[0]):
        _add_quiz(session, course_key, quiz_key, added, now)


def _uncounted(actor: Actor) -> Select[Attempt, str, str]:
    return _with_editions(actor).where(Attempt.counted_at.is_(None))


def _with_editions(actor: Actor) -> Select[Attempt, str, str]:
    """Attempts with a result, in order of id."""
    statement = (
        scoped(Attempt, actor, Reach.ALL_MEMBERS)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(
            StoredEdition,
            StoredEdition.id == func.coalesce(Attempt.edition_id, Enrolment.edition_id),
        )
        .where(Attempt.state == AttemptState.HANDED_IN)
        .order_by(Attempt.id)
        .add_columns(Enrolment.course_key, StoredEdition.digest)
    )
    return within(statement, Enrolment, actor, Reach.ALL_MEMBERS)


def _answers(
    session: Session, actor: Actor, attempts: Sequence[Attempt]
) -> dict[int, dict[int, Answer]]:
    statement = scoped(Answer, actor, Reach.ALL_MEMBERS).where(
        Answer.attempt_id.in_([attempt.id for attempt in attempts])
    )
    found: dict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in session.execute(statement).scalars():
        found[answer.attempt_id][answer.number] = answer
    return found


def _earlier(
    session: Session, actor: Actor, attempts: Sequence[Attempt]
) -> dict[int, list[Attempt]]:
    """Every attempt handed in on these enrolments."""
    statement = scoped(Attempt, actor, Reach.ALL_MEMBERS).where(
        Attempt.enrolment_id.in_(sorted({attempt.enrolment_id for attempt in attempts})),
        Attempt.state == AttemptState.HANDED_IN,
    )
    found: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in session.execute(statement).scalars():
        found[attempt.enrolment_id].append(attempt)
    return found


def _of_quiz(attempt: Attempt, quiz: Quiz, edition: Edition, known: Iterable[Attempt]) -> QuizSums:
    own = [each for each in known if each.id != attempt.id]
    has_passed_before = any(
        each.is_passed and each.activity_key == quiz.key and each.number < attempt.number
        for each in own
    )
    tests = {
        found.key
        for found in edition.activities
        if isinstance(found, Quiz) and found.purpose == "pre-test"
    }
    before = None
    if quiz.purpose == "post-test":
        before = next(
            (
                each.percent
                for each in own
                if each.activity_key in tests and each.number == 1 and _came_before(each, attempt)
            ),
            None,
        )
    return quiz_sums(
        number=attempt.number,
        percent=attempt.percent,
        is_passed=attempt.is_passed,
        has_passed_before=has_passed_before,
        before=before,
    )


def _came_before(one: Attempt, other: Attempt) -> bool:
    """A pre-test taken after the post-test compares nothing, whenever it is counted."""
    return (
        one.handed_in_at is not None
        and other.handed_in_at is not None
        and one.handed_in_at <= other.handed_in_at
    )


def _of_items(
    attempt: Attempt, quiz: Quiz, edition: Edition, answers: dict[int, Answer]
) -> list[tuple[ItemKey, ItemSums]]:
    drawing = drawing_of(attempt)
    questions = edition.questions_in(quiz, drawing.language)
    if any(drawn.question not in questions for drawn in drawing.questions):
        return []
    met = []
    for number, drawn in enumerate(drawing.questions, 1):
        answer = answers.get(number)
        given = answer.given if answer is not None else {}
        share = Fraction(answer.share) if answer is not None and answer.share else Fraction(0)
        chosen = chosen_in(given) if given else None
        points = questions[drawn.question].points
        met.append(Met(drawn.question, drawn.version, points, share, chosen))
    return [
        (ItemKey(quiz.key, each.question_key, each.version, drawing.language), sums)
        for each, sums in sums_of(met)
    ]


def _add_item(
    session: Session, course_key: str, key: ItemKey, added: ItemSums, now: datetime.datetime
) -> None:
    unique = ("course_key", "activity_key", "question_key", "version", "language")
    place = (course_key, key.activity_key, key.question_key, key.version, key.language)
    empty = dict.fromkeys(NUMBERS, 0)
    values = {**dict(zip(unique, place, strict=True)), **empty, "chosen": {}, "counted_at": now}
    insert_once(session, ItemStatistic, values, unique=unique)
    columns = [getattr(ItemStatistic, name) for name in unique]
    row = session.execute(
        select(ItemStatistic).where(tuple_(*columns) == place).with_for_update()
    ).scalar_one()
    sums = read_item(row) + added
    for name in NUMBERS:
        setattr(row, name, getattr(sums, name))
    row.chosen, row.counted_at = chosen_as_json(sums.chosen), now


def _add_quiz(
    session: Session, course_key: str, quiz_key: str, added: QuizSums, now: datetime.datetime
) -> None:
    place = {"course_key": course_key, "activity_key": quiz_key}
    empty = dict.fromkeys(QUIZ_NUMBERS, 0)
    values = {**place, **empty, "needed": {}, "counted_at": now}
    insert_once(session, QuizStatistic, values, unique=tuple(place))
    row = session.execute(
        select(QuizStatistic)
        .where(QuizStatistic.course_key == course_key, QuizStatistic.activity_key == quiz_key)
        .with_for_update()
    ).scalar_one()
    sums = read_quiz(row) + added
    for name in QUIZ_NUMBERS:
        setattr(row, name, getattr(sums, name))
    row.needed = {str(number): persons for number, persons in sums.needed.items()}
    row.counted_at = now
