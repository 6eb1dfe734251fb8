"""Completing an enrolment. Called by `completion` only; nobody else knows what is missing."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import StepVerb, transition
from lms.enrolments.services.steps import note
from lms.people.models import Person

_KEEPER = Actor.system("enrolments")


def complete(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    *,
    now: datetime.datetime,
) -> None:
    """Complete under the affiliation of this moment; reminders stop.

    The caller has locked the row. Raises NotPossibleError unless it is under way.
    """
    step = transition(enrolment.state, "complete")
    if step is None:
        raise NotPossibleError(N_("Only a course that is under way can be completed."))
    enrolment.state = step.after
    enrolment.completed_at = now
    enrolment.completed_member_code = person.member_code
    enrolment.completed_agency_id = person.agency_id
    enrolment.remind_at = None
    note(session, actor, enrolment, person, StepVerb.COMPLETE, now=now)
    session.flush()
    record(
        session,
        actor,
        "enrolment.complete",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=person.id,
        course=enrolment.course_key,
    )


def reopen(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    *,
    reason: str,
    now: datetime.datetime,
) -> None:
    """Put a completed enrolment under way again, because a correction took its ground away.

    The caller has locked the row. Raises NotPossibleError when it is not complete, or
    when the person is on the course anew.
    """
    step = transition(enrolment.state, "reopen")
    if step is None:
        raise NotPossibleError(N_("Only a completed course can be put under way again."))
    again = scoped(Enrolment, _KEEPER, Reach.ALL_MEMBERS).where(
        Enrolment.person_id == enrolment.person_id,
        Enrolment.course_key == enrolment.course_key,
        Enrolment.state == step.after,
    )
    if session.execute(again).first() is not None:
        raise NotPossibleError(
            N_("The person takes this course anew. Correct the record when that is over.")
        )
    enrolment.state = step.after
    enrolment.completed_at = None
    enrolment.completed_member_code = None
    enrolment.completed_agency_id = None
    note(session, actor, enrolment, person, StepVerb.REOPEN, now=now, reason=reason)
    session.flush()
    record(
        session,
        actor,
        "enrolment.reopen",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=person.id,
        reason=reason,
        course=enrolment.course_key,
    )
