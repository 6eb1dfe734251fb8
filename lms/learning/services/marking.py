"""Marking what was sent, with what follows from it: evidence, and a word to the author."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.assessments.models import Marking, MarkingDecision
from lms.assessments.queries.markings import get_marking
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.markings import MarkingState, ReturnReason
from lms.assessments.services.markings import decide
from lms.assessments.services.settling import settle
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.learning.queries.marking import edition_of_text, quiz_of, task_in
from lms.learning.services.attempts import credit_attempt
from lms.learning.services.telling import KEEPER, tell_course
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.progress.rules import EvidenceKind, Fact

ACCEPTED = NoticeKind(
    name="marking.accepted",
    category=Category.LEARNING,
    sentence=N_("“%(title)s” is accepted. Your trainer wrote what they think of it."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)
RETURNED = NoticeKind(
    name="marking.returned",
    category=Category.LEARNING,
    sentence=N_("“%(title)s” came back to you for more work. Your trainer wrote what is missing."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)
ATTEMPT_MARKED = NoticeKind(
    name="marking.attempt",
    category=Category.LEARNING,
    sentence=N_("Your answers in “%(title)s” are marked. See what you reached."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)
TO_MARK = NoticeKind(
    name="marking.waiting",
    category=Category.TASKS,
    sentence=N_("Texts wait to be marked in “%(title)s”."),
    path="/marking",
    facts={"title": None},
)


def mark(
    session: Session,
    actor: Actor,
    marking_id: int,
    *,
    version: int,
    verb: str,
    levels: Mapping[str, int],
    comment: str,
    reason: ReturnReason | None,
    now: datetime.datetime,
) -> MarkingDecision:
    """Accept a text, which credits it, or return it; the author is told. A repeat is a no-op.

    Of an answer of a quiz the share follows from its rubric; the attempt has its result, and
    its author is told, when the last answer in it is marked.
    Locks the author's enrolment first, as sending does, so that a newer text and a mark
    never cross. Raises NotPossibleError when the author has left the course meanwhile, and
    as `assessments.services.markings.decide`.
    """
    marking = get_marking(session, actor, marking_id)
    locked = session.execute(
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(Enrolment.id == marking.enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if locked.state is EnrolmentState.WITHDRAWN:
        raise NotPossibleError(N_("The author has left the course; nothing is to be marked."))
    edition = edition_of_text(session, marking)
    task, _language = task_in(edition, marking, edition.course.language)
    decision = decide(
        session,
        actor,
        marking_id,
        version=version,
        rubric=task.rubric,
        verb=verb,
        levels=levels,
        comment=comment,
        reason=reason,
        now=now,
    )
    if marking.attempt_id is not None:
        _finish_attempt(session, actor, marking, decision, edition, now=now)
        return decision
    accepts = decision.outcome is MarkingState.ACCEPTED
    if accepts:
        fact = Fact(
            client_id=f"marked:{marking.id}:{version}",
            kind=EvidenceKind.MARKED,
            activity_key=marking.activity_key,
            happened_at=decision.decided_at,
            facts={"points": decision.points, "possible": decision.possible},
        )
        credit(session, actor, marking.enrolment_id, fact, now=now)
    tell(
        session,
        KEEPER,
        person_id=marking.person_id,
        kind=ACCEPTED if accepts else RETURNED,
        facts=_facts(marking, task.title),
        now=now,
        once_key=f"marking@{marking.id}@{version}",
    )
    return decision


def _finish_attempt(
    session: Session,
    actor: Actor,
    marking: Marking,
    decision: MarkingDecision,
    edition: Edition,
    *,
    now: datetime.datetime,
) -> None:
    """Count the mark in its attempt; with the last one credit a pass and tell the learner once."""
    quiz = quiz_of(edition, marking.activity_key)
    attempt = settle(session, actor, marking, decision, edition, quiz, now=now)
    if attempt.state is not AttemptState.HANDED_IN:
        return
    credit_attempt(session, actor, quiz, attempt, now=now)
    tell(
        session,
        KEEPER,
        person_id=attempt.person_id,
        kind=ATTEMPT_MARKED,
        facts=_facts(marking, quiz.title),
        now=now,
        once_key=f"marked@attempt@{attempt.id}",
    )


def _facts(marking: Marking, title: str) -> dict[str, str | int]:
    return {"title": title, "course": marking.course_key, "activity": marking.activity_key}


def tell_markers(
    session: Session, enrolment: Enrolment, title: str, *, now: datetime.datetime
) -> None:
    """Tell the markers of the course that a text waits, once a day at most."""
    tell_course(
        session,
        enrolment.course_key,
        TO_MARK,
        {"title": title},
        roles=(Role.TRAINER, Role.MARKER),
        but_not=enrolment.person_id,
        now=now,
    )
