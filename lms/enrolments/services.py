"""Beginning and leaving a course."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.queries import get_current
from lms.enrolments.models import Enrolment
from lms.enrolments.queries import find_own, lock_own
from lms.enrolments.rules import EnrolmentState, Source, WithdrawalReason, transition


def enrol_self(
    session: Session, actor: Actor, course_key: str, *, language: str, now: datetime.datetime
) -> Enrolment:
    """Put the actor on the current edition of a course they may choose; a repeat is a no-op.

    Two tabs give one enrolment: the unique index decides, not a look before. Raises
    RefusedError for a course by nomination, NotPossibleError when a course that must
    come first is not complete.
    """
    if actor.person_id is None or actor.member_code is None:
        raise RefusedError(N_("Sign in to take a course."))
    stood = find_own(session, actor, course_key)
    if stood is not None:
        return stood[0]
    stored = get_current(session, course_key)
    card = CourseCard.from_json(stored.card)
    if card.open_to == "invited":
        raise RefusedError(N_("This course is taken by nomination. Ask your focal point."))
    # Any unique index decides: here the one of active enrolments of a person and course.
    enrolment_id = insert_once(
        session,
        Enrolment,
        {
            "person_id": actor.person_id,
            "member_code": actor.member_code,
            "agency_id": actor.agency_id,
            "course_key": course_key,
            "edition_id": stored.id,
            "source": Source.SELF,
            "state": EnrolmentState.ACTIVE,
            "language": language if language in card.languages else card.language,
            "enrolled_at": now,
            "enrolled_by": actor.person_id,
        },
        unique=(),
    )
    if enrolment_id is not None:
        record(
            session,
            actor,
            "enrolment.begin",
            "enrolment",
            enrolment_id,
            now=now,
            subject_person_id=actor.person_id,
            course=course_key,
            edition=stored.number,
            source=Source.SELF.value,
        )
    found = find_own(session, actor, course_key)
    if found is None:
        raise LookupError("The enrolment just made is gone.")
    return found[0]


def withdraw(
    session: Session,
    actor: Actor,
    course_key: str,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
) -> None:
    """Leave a course that is under way. What was done stays and counts again on return."""
    enrolment, _edition = lock_own(session, actor, course_key)
    step = transition(enrolment.state, "withdraw")
    if step is None:
        raise NotPossibleError(N_("A course that is complete cannot be left."))
    enrolment.state = step.after
    enrolment.withdrawn_at = now
    enrolment.withdrawal_reason = reason
    session.flush()
    record(
        session,
        actor,
        "enrolment.withdraw",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=enrolment.person_id,
        reason=reason.value,
    )
