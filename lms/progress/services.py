"""Recording evidence. Called by `completion` only (import contract)."""

from __future__ import annotations

import datetime

from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.enrolments.models import Enrolment
from lms.people.models import Person
from lms.progress.models import Evidence
from lms.progress.rules import CorrectionReason, Fact


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


def record_correction(
    session: Session,
    _actor: Actor,
    fact: Evidence,
    reason: CorrectionReason,
    *,
    now: datetime.datetime,
) -> int | None:
    """Take one row back by a new one; its id, or None if it was taken back already.

    It stands under the affiliation of the fact, so that counts by member cancel out.
    """
    return insert_once(
        session,
        Evidence,
        {
            "client_id": f"correction:{fact.id}",
            "enrolment_id": fact.enrolment_id,
            "person_id": fact.person_id,
            "member_code": fact.member_code,
            "agency_id": fact.agency_id,
            "kind": fact.kind,
            "activity_key": fact.activity_key,
            "happened_at": now,
            "recorded_at": now,
            "facts": {},
            "corrects_id": fact.id,
            "reason": reason.value,
        },
        unique=("client_id",),
    )
