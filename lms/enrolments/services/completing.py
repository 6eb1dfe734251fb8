"""Completing an enrolment. Called by `completion` only; nobody else knows what is missing."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import StepVerb, transition
from lms.enrolments.services.steps import note
from lms.people.models import Person


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
