"""What an attempt is evidence of, whoever brings it: handing in, a marker, a corrected key."""

from __future__ import annotations

import datetime

from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.values.quiz import Quiz
from lms.progress.rules import EvidenceKind, Fact


def credit_attempt(
    session: Session, actor: Actor, quiz: Quiz, attempt: Attempt, *, now: datetime.datetime
) -> bool:
    """Credit a pass, or the answer where that is all that is asked; whether it completes.

    An attempt that waits to be marked is an answer, and no pass yet. Repeating changes
    nothing.
    """
    if attempt.state is AttemptState.OPEN:
        return False
    if quiz.done_when == "passed" and not attempt.is_passed:
        return False
    kind = EvidenceKind.PASSED if quiz.done_when == "passed" else EvidenceKind.ANSWERED
    has_result = attempt.state is AttemptState.HANDED_IN
    fact = Fact(
        client_id=f"attempt:{attempt.id}",
        kind=kind,
        activity_key=quiz.key,
        happened_at=attempt.handed_in_at or now,
        facts={
            "attempt": attempt.number,
            **({"percent": attempt.percent} if has_result else {}),
        },
    )
    return credit(session, actor, attempt.enrolment_id, fact, now=now).completes
