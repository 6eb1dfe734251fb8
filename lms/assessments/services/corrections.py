"""Correcting a key beside its edition: making, showing, applying and discarding a correction."""

from __future__ import annotations

import datetime
from dataclasses import replace

from lms.assessments.models import QuestionCorrection
from lms.assessments.queries.corrections import get_correction
from lms.assessments.rules.corrections import (
    LONGEST_NOTE,
    MOST_TEXTS,
    AnswerKey,
    CorrectionState,
    KeyReason,
    check_key,
    corrected,
    correction_step,
    mark_of,
)
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.values.question import Question

NOT_NOW = N_("This correction was decided meanwhile. The page shows how it stands.")


def make_correction(
    session: Session,
    actor: Actor,
    course_key: str,
    question: Question,
    key: AnswerKey,
    *,
    reason: KeyReason,
    note: str,
    in_force: AnswerKey | None,
    now: datetime.datetime,
) -> QuestionCorrection:
    """Write down another key for this version of a question; it counts for nobody yet.

    `question` is as the edition has it, `in_force` the correction that counts now, which
    this one would take the place of. Whether the actor may is the caller's question. Raises
    BadInputError beside what does not fit.
    """
    if actor.person_id is None:
        raise RefusedError(N_("Only a person corrects a key."))
    words = note.strip()
    if not words:
        raise BadInputError(N_("Say what was wrong, for those who look at it later."), field="note")
    if len(words) > LONGEST_NOTE:
        raise BadInputError(
            N_("Write it in at most %(most)s characters."), field="note", most=LONGEST_NOTE
        )
    if len(key.texts) > MOST_TEXTS:
        raise BadInputError(
            N_("At most %(most)s answers can be added."), field="texts", most=MOST_TEXTS
        )
    is_new_key = in_force is None or in_force.everyone or key.everyone
    check_key(question if is_new_key or in_force is None else corrected(question, in_force), key)
    correction = QuestionCorrection(
        course_key=course_key,
        question_key=question.key,
        version=question.version,
        answer_key=replace(key, was=mark_of(question)).as_json(),
        reason=reason,
        note=words,
        state=CorrectionState.PREPARING,
        effect={},
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(correction)
    session.flush()
    _record(session, actor, correction, "make", now)
    return correction


def move_correction(
    session: Session,
    actor: Actor,
    course_key: str,
    correction_id: int,
    verb: str,
    *,
    now: datetime.datetime,
) -> QuestionCorrection:
    """Show, apply or discard a correction. Raises NotPossibleError when it stands elsewhere.

    From the moment it is applied every new attempt is marked by it.
    """
    correction = get_correction(session, course_key, correction_id, for_change=True)
    step = correction_step(correction.state, verb)
    if step is None:
        raise NotPossibleError(NOT_NOW)
    correction.state = step.after
    if step.after is CorrectionState.APPLIED:
        correction.applied_by, correction.applied_at = actor.person_id, now
    session.flush()
    _record(session, actor, correction, verb, now)
    return correction


def _record(
    session: Session,
    actor: Actor,
    correction: QuestionCorrection,
    verb: str,
    now: datetime.datetime,
) -> None:
    record(
        session,
        actor,
        f"correction.{verb}",
        "question_correction",
        correction.id,
        now=now,
        reason=correction.reason.value,
        course=correction.course_key,
        question=correction.question_key,
    )
