"""Correcting a key: asking for it, seeing what it would do, doing it (docs/decisions/0009)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from lms.access.reaches import Reach, scoped
from lms.assessments.models import QuestionCorrection
from lms.assessments.queries.corrections import get_correction, in_force
from lms.assessments.rules.corrections import (
    AnswerKey,
    CorrectionState,
    Effect,
    KeyReason,
)
from lms.assessments.services.corrections import make_correction, move_correction
from lms.assessments.services.regrading import (
    KEEPER,
    Regraded,
    apply_to,
    corrections_with,
    enrolments_with_attempts,
    foresee,
    write_foreseen,
)
from lms.assessments.services.statistics import uncount
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.courses.values.edition import Edition
from lms.courses.values.question import Question
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.learning.queries.taught import get_taught
from lms.learning.services.attempts import credit_attempt
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

FORESEE = "learning.regrade_preview"
REGRADE = "learning.regrade"
SECOND_ROUND = datetime.timedelta(minutes=2)
"""After the first round: longer than any request lasts."""

CHANGED = NoticeKind(
    name="regrade.changed",
    category=Category.LEARNING,
    sentence=N_("A key in “%(title)s” was corrected, and your points have changed."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)
PASSED = NoticeKind(
    name="regrade.passed",
    category=Category.LEARNING,
    sentence=N_("A key in “%(title)s” was corrected: you have passed."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk came to: the enrolment behind which to go on, None at the end."""

    after: int | None
    effect: Effect


def ask_correction(
    session: Session,
    actor: Actor,
    course_key: str,
    question: Question,
    key: AnswerKey,
    *,
    reason: KeyReason,
    note: str,
    now: datetime.datetime,
) -> QuestionCorrection:
    """Write down a corrected key and have the worker find out what it would change.

    Raises NotFoundError for who does not teach the course, BadInputError beside what does
    not fit.
    """
    get_taught(session, actor, course_key)
    standing = in_force(session, course_key, question)
    correction = make_correction(
        session, actor, course_key, question, key,
        reason=reason, note=note, in_force=standing, now=now,
    )  # fmt: skip
    enqueue(session, FORESEE, {"correction_id": correction.id, "course_key": course_key},
            requested_by=actor, now=now)  # fmt: skip
    return correction


def decide_correction(
    session: Session,
    actor: Actor,
    course_key: str,
    correction_id: int,
    verb: str,
    *,
    now: datetime.datetime,
) -> QuestionCorrection:
    """Apply or discard a correction that was shown; a second press changes nothing.

    Applying it counts for new attempts at once; those handed in are marked anew by the
    worker. Raises NotFoundError for who does not teach the course, NotPossibleError when it
    stands elsewhere.
    """
    get_taught(session, actor, course_key)
    stood = get_correction(session, course_key, correction_id, for_change=True)
    if (stood.state, verb) in {
        (CorrectionState.APPLIED, "apply"),
        (CorrectionState.DISCARDED, "discard"),
    }:
        return stood
    correction = move_correction(session, actor, course_key, correction_id, verb, now=now)
    if correction.state is CorrectionState.APPLIED:
        enqueue(session, REGRADE, {"correction_id": correction.id, "course_key": course_key},
                requested_by=actor, now=now)  # fmt: skip
    return correction


def foresee_some(
    session: Session,
    course_key: str,
    correction_id: int,
    quiz_keys: frozenset[str],
    *,
    after: int,
    effect: Effect,
    limit: int,
    now: datetime.datetime,
) -> Chunk:
    """Find out what changes for up to `limit` enrolments, and keep it for the preview."""
    correction = get_correction(session, course_key, correction_id, for_change=True)
    if correction.state is not CorrectionState.PREPARING:
        return Chunk(None, effect)
    ids = enrolments_with_attempts(session, course_key, quiz_keys, after=after, limit=limit)
    corrections = corrections_with(session, correction)
    found = foresee(session, correction, corrections, ids)
    gone = _who_left(session, ids)
    for enrolment_id, regraded in found.items():
        for one in regraded:
            has_left = enrolment_id in gone
            effect = effect.plus(one.change, has_left=has_left)
            if one.change.is_any and not has_left:
                write_foreseen(session, correction, one)
    if len(ids) == limit:
        return Chunk(ids[-1], effect)
    correction.effect = effect.as_json()
    move_correction(session, KEEPER, course_key, correction_id, "show", now=now)
    return Chunk(None, effect)


def regrade_some(
    session: Session,
    course_key: str,
    correction_id: int,
    quiz_keys: frozenset[str],
    *,
    after: int,
    effect: Effect,
    limit: int,
    now: datetime.datetime,
) -> Chunk:
    """Mark the attempts of up to `limit` enrolments anew; repeating it finds nothing to change.

    Each enrolment is locked first, as handing in and crediting do; people who left the
    course stay as they are.
    """
    correction = get_correction(session, course_key, correction_id)
    if correction.state is not CorrectionState.APPLIED:
        return Chunk(None, effect)
    ids = enrolments_with_attempts(session, course_key, quiz_keys, after=after, limit=limit)
    corrections = corrections_with(session, correction)
    found = foresee(session, correction, corrections, ids)
    for one in (each for regraded in found.values() for each in regraded):
        effect = effect.plus(one.change, has_left=False)
    touched = [key for key, regraded in found.items() if any(map(_is_to_write, regraded))]
    if touched:
        _regrade(session, correction, touched, now=now)
    if len(ids) == limit:
        return Chunk(ids[-1], effect)
    correction.done_at = now
    session.flush()
    return Chunk(None, effect)


def look_again(
    session: Session, course_key: str, correction_id: int, *, now: datetime.datetime
) -> None:
    """Have the worker go through all once more, a little later.

    An attempt that was being handed in while the correction was applied may have been marked
    by the old key and written after the first round had passed it.
    """
    payload = {"correction_id": correction_id, "course_key": course_key, "is_second": True}
    enqueue(session, REGRADE, payload, requested_by=KEEPER, run_after=now + SECOND_ROUND, now=now)


def _regrade(
    session: Session,
    correction: QuestionCorrection,
    enrolment_ids: Sequence[int],
    *,
    now: datetime.datetime,
) -> None:
    """Lock the enrolments, take their attempts out of the statistics, and change them."""
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    here = [
        enrolment
        for enrolment in session.execute(statement).scalars().all()
        if enrolment.state is not EnrolmentState.WITHDRAWN
    ]
    ids = [enrolment.id for enrolment in here]
    uncount(session, KEEPER, ids, now=now)
    corrections = corrections_with(session, correction)
    found = foresee(session, correction, corrections, ids, lock=True)
    for enrolment in here:
        changed = [one for one in found.get(enrolment.id, []) if _is_to_write(one)]
        for one in changed:
            apply_to(session, KEEPER, correction, one, now=now)
            if one.change.gains_pass:
                credit_attempt(session, KEEPER, one.quiz, one.attempt, now=now)
        _tell(session, correction, enrolment, changed, now=now)


def _is_to_write(one: Regraded) -> bool:
    """Whether anything of the attempt is not yet as the corrected key has it."""
    kept = one.answer.share if one.answer is not None else None
    return one.change.is_any or (one.answer is not None and kept != str(one.share))


def _tell(
    session: Session,
    correction: QuestionCorrection,
    enrolment: Enrolment,
    changed: Sequence[Regraded],
    *,
    now: datetime.datetime,
) -> None:
    """One word to a person for a correction, whatever the number of their attempts."""
    told = [one for one in changed if one.change.is_any]
    if not told:
        return
    best = next((one for one in told if one.change.gains_pass), told[-1])
    tell(
        session,
        KEEPER,
        person_id=enrolment.person_id,
        kind=PASSED if best.change.gains_pass else CHANGED,
        facts={
            "title": best.quiz.title,
            "course": enrolment.course_key,
            "activity": best.quiz.key,
        },
        now=now,
        once_key=f"regrade@{correction.id}@{enrolment.id}",
    )


def _who_left(session: Session, enrolment_ids: Sequence[int]) -> frozenset[int]:
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Enrolment.id)
        .where(Enrolment.id.in_(enrolment_ids), Enrolment.state == EnrolmentState.WITHDRAWN)
    )
    return frozenset(session.execute(statement).scalars())


def question_of(edition: Edition, question_key: str) -> Question | None:
    """A question of an edition in its own language, None if there is none."""
    return next(
        (each for bank in edition.bank for each in bank.questions if each.key == question_key),
        None,
    )
