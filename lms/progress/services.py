"""Recording evidence. Called by `completion` only (import contract)."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.enrolments.models import Enrolment
from lms.people.models import Person
from lms.progress.models import Evidence
from lms.progress.rules import Fact


def record(
    session: Session,
    _actor: Actor,
    enrolment: Enrolment,
    person: Person,
    fact: Fact,
    *,
    now: datetime.datetime,
) -> bool:
    """Write one fact under the affiliation of this moment; False if it was known already."""
    made = insert_once(
        session,
        Evidence,
        {
            "client_id": fact.client_id,
            "enrolment_id": enrolment.id,
            "person_id": person.id,
            "member_code": person.member_code,
            "agency_id": person.agency_id,
            "kind": fact.kind,
            "activity_key": fact.activity_key,
            "happened_at": fact.happened_at,
            "recorded_at": now,
            "facts": fact.facts,
            "reason": "",
        },
        unique=("client_id",),
    )
    return made is not None
