"""Writing what happened to an enrolment."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.database import Session
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.states import StepVerb
from lms.people.models import Person


def note(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    verb: StepVerb,
    *,
    now: datetime.datetime,
    reason: str = "",
    run_id: str | None = None,
) -> None:
    """Add the row of one step, under the affiliation of this moment.

    Call it after the change: the step keeps the day due as it stands then. The audit is
    the caller's.
    """
    note_new(
        session,
        actor,
        enrolment.id,
        person,
        verb,
        now=now,
        reason=reason,
        due_on=enrolment.due_on,
        run_id=run_id,
    )


def note_new(
    session: Session,
    actor: Actor,
    enrolment_id: int,
    person: Person,
    verb: StepVerb,
    *,
    now: datetime.datetime,
    reason: str = "",
    due_on: datetime.date | None = None,
    run_id: str | None = None,
) -> None:
    """As `note`, for an enrolment that was just inserted and is not loaded."""
    session.add(
        EnrolmentStep(
            enrolment_id=enrolment_id,
            person_id=person.id,
            member_code=person.member_code,
            agency_id=person.agency_id,
            verb=verb,
            happened_at=now,
            recorded_at=now,
            by_person_id=actor.person_id,
            reason=reason,
            due_on=due_on,
            run_id=run_id,
        )
    )
