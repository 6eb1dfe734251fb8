"""The worker finds out what a corrected key changes, and changes it when it is applied."""

from __future__ import annotations

from collections.abc import Callable

from lms.assessments.queries.corrections import get_correction
from lms.assessments.rules.corrections import Effect
from lms.assessments.services.regrading import quizzes_that_ask
from lms.core.database import Session
from lms.core.jobs.work import Handler, Work
from lms.learning.services.regrading import (
    FORESEE,
    REGRADE,
    Chunk,
    foresee_some,
    look_again,
    regrade_some,
)

FORESEEN_AT_ONCE = 200
REGRADED_AT_ONCE = 20
"""Enrolments a transaction; each regraded one may complete a course."""
OVER = -1
"""Where the cursor stands when all is done."""


def foresee(work: Work) -> None:
    """Make the preview of a correction."""
    _in_chunks(work, foresee_some, FORESEEN_AT_ONCE)


def regrade(work: Work) -> None:
    """Mark anew what a correction in force is about."""
    _in_chunks(work, regrade_some, REGRADED_AT_ONCE)


def _in_chunks(work: Work, do: Callable[..., Chunk], limit: int) -> None:
    """Editions are read into the process before, so that none is parsed under a write lock."""
    course_key = str(work.payload["course_key"])
    correction_id = int(work.payload["correction_id"])
    with work.reading() as session:
        quiz_keys = _quizzes(session, course_key, correction_id)
    if work.cursor.get("after") == OVER:
        return
    after: int | None = int(work.cursor.get("after", 0))
    effect = Effect.from_json(work.cursor.get("effect", {}))
    while after is not None:
        with work.transaction() as session:
            chunk = do(
                session, course_key, correction_id, quiz_keys,
                after=after, effect=effect, limit=limit, now=work.now(),
            )  # fmt: skip
            after, effect = chunk.after, chunk.effect
            if after is None and do is regrade_some and not work.payload.get("is_second"):
                look_again(session, course_key, correction_id, now=work.now())
            work.advance(
                session,
                cursor={"after": after if after is not None else OVER, "effect": effect.as_json()},
                done=effect.looked_at,
                result={"page": f"/teaching/{course_key}/corrections/{correction_id}"},
            )


def _quizzes(session: Session, course_key: str, correction_id: int) -> frozenset[str]:
    correction = get_correction(session, course_key, correction_id)
    return quizzes_that_ask(session, course_key, correction.question_key)


HANDLERS: dict[str, Handler] = {FORESEE: foresee, REGRADE: regrade}
PROMPT = (FORESEE, REGRADE)
