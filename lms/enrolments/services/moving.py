"""Putting an enrolment on another edition. Called by `completion` only, which judges evidence."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.states import EnrolmentState, StepVerb
from lms.people.models import Person


def put_on_edition(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    target: StoredEdition,
    *,
    language: str,
    now: datetime.datetime,
    run_id: str | None = None,
) -> None:
    """Move a locked enrolment to `target`, with the step that says from where; the day due stays.

    Raises NotPossibleError unless it is under way.
    """
    if enrolment.state is not EnrolmentState.ACTIVE:
        raise NotPossibleError(N_("Only a course that is under way can go on in another edition."))
    left_id, enrolment.edition_id = enrolment.edition_id, target.id
    enrolment.language = language
    session.add(
        EnrolmentStep(
            enrolment_id=enrolment.id,
            person_id=person.id,
            member_code=person.member_code,
            agency_id=person.agency_id,
            verb=StepVerb.MOVE,
            happened_at=now,
            recorded_at=now,
            by_person_id=actor.person_id,
            due_on=enrolment.due_on,
            run_id=run_id,
            from_edition_id=left_id,
            edition_id=target.id,
        )
    )
    session.flush()
    record(
        session,
        actor,
        "enrolment.move",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
        course=enrolment.course_key,
        edition=target.number,
    )
