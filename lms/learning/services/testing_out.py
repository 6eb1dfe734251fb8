"""Leaving out a module one knew already, where the course allows it."""

from __future__ import annotations

import datetime

from lms.assessments.models import Attempt
from lms.assessments.queries.attempts import answers_of
from lms.assessments.rules.comparing import modules_known, rightly_answered
from lms.assessments.services.attempts import drawing_of
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.values.course import Module
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.progress.rules import EvidenceKind, Fact


def credit_known_modules(
    session: Session,
    actor: Actor,
    edition: Edition,
    quiz: Quiz,
    attempt: Attempt,
    *,
    now: datetime.datetime,
) -> tuple[Module, ...]:
    """Credit the required activities of every module the pre-test showed to be known.

    `attempt` is handed in. Repeating changes nothing. The learner may read them all the
    same. Returns the modules, in order.
    """
    if not quiz.test_out:
        return ()
    answers = answers_of(session, actor, attempt)
    shares = {number: answer.share for number, answer in answers.items()}
    known = modules_known(quiz, rightly_answered(drawing_of(attempt), shares))
    modules = tuple(module for module in edition.modules if module.key in known)
    skipped = [key for module in modules for key in module.activities if key in edition.required]
    for key in skipped:
        place = edition.order.index(key)
        fact = Fact(
            client_id=f"known:{attempt.id}:{place}",
            kind=EvidenceKind.TESTED_OUT,
            activity_key=key,
            happened_at=attempt.handed_in_at or now,
            facts={"attempt": attempt.number, "test": quiz.key},
        )
        credit(session, actor, attempt.enrolment_id, fact, now=now)
    return modules
