"""Recording who was at a meeting of a course, until meetings are events."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

from lms.completion.services.corrections import correct
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.learning.queries.attendance import (
    get_attendance,
    get_meeting,
    list_ticked,
    meetings_of,
    recorded_of,
)
from lms.learning.queries.taught import get_taught
from lms.learning.services.telling import KEEPER
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.progress.rules import CorrectionReason, EvidenceKind, Fact

MOST_AT_ONCE = 50
LONGEST_AGO = datetime.timedelta(days=3 * 366)

ATTENDED = NoticeKind(
    name="attendance.recorded",
    category=Category.LEARNING,
    sentence=N_("It is recorded that you were at “%(title)s”."),
    path="/learning/%(course)s/%(activity)s",
    facts={"title": None, "course": None, "activity": None},
)


def record_attendance(
    session: Session,
    actor: Actor,
    course_key: str,
    activity_key: str,
    enrolment_ids: Sequence[int],
    day: datetime.date,
    *,
    today: datetime.date,
    now: datetime.datetime,
) -> int:
    """Record that these people were at a meeting on this day; how many are new.

    `today` is the day where the trainer is. Who is recorded already stays so, with the
    first day; people of other courses are passed over. Locks enrolments in the order of
    their ids, so that two trainers with one list wait and do not stick. Raises
    NotFoundError for a course not taught or no such meeting, BadInputError on `day` and
    `people`.
    """
    meeting = get_meeting(get_taught(session, actor, course_key), activity_key)
    if day > today:
        raise BadInputError(N_("This day lies ahead. Record it when it is over."), field="day")
    if day < today - LONGEST_AGO:
        raise BadInputError(N_("This day is more than three years ago."), field="day")
    if not enrolment_ids:
        raise BadInputError(N_("Tick who was there."), field="people")
    if len(enrolment_ids) > MOST_AT_ONCE:
        raise BadInputError(N_("Record 50 people at a time."), field="people")
    ticked = list_ticked(session, actor, course_key, enrolment_ids)
    recorded = recorded_of(session, actor, [each.id for each, _ in ticked], activity_key)
    noon = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
    count = 0
    for enrolment, edition in ticked:
        before = recorded[enrolment.id]
        if before.standing is not None or meeting.key not in {m.key for m in meetings_of(edition)}:
            continue
        fact = Fact(
            client_id=_client_id(enrolment.id, activity_key, before.times),
            kind=EvidenceKind.ATTENDED,
            activity_key=activity_key,
            happened_at=min(noon, now),
            facts={"day": day.isoformat()},
        )
        if not credit(session, actor, enrolment.id, fact, now=now).is_new:
            continue
        count += 1
        record(
            session,
            actor,
            "attendance.record",
            "enrolment",
            enrolment.id,
            now=now,
            subject_person_id=enrolment.person_id,
            activity=activity_key,
        )
        tell(
            session,
            KEEPER,
            person_id=enrolment.person_id,
            kind=ATTENDED,
            facts={"title": meeting.title, "course": course_key, "activity": activity_key},
            now=now,
            once_key=fact.client_id,
        )
    return count


def take_attendance_back(
    session: Session,
    actor: Actor,
    course_key: str,
    activity_key: str,
    evidence_id: int,
    *,
    now: datetime.datetime,
) -> None:
    """Say that somebody was not there after all: a correction, nothing is erased.

    A trainer may correct what trainers record and no other fact; so the room asks for the
    correction, and the audit names the trainer. Raises NotFoundError.
    """
    found = get_attendance(session, actor, course_key, activity_key, evidence_id)
    corrected = correct(
        session, KEEPER, found.id, reason=CorrectionReason.RECORDED_BY_MISTAKE, now=now
    )
    if corrected.is_new:
        record(
            session,
            actor,
            "attendance.take_back",
            "enrolment",
            found.enrolment_id,
            now=now,
            subject_person_id=found.person_id,
            reason=CorrectionReason.RECORDED_BY_MISTAKE.value,
            activity=activity_key,
        )


def _client_id(enrolment_id: int, activity_key: str, times: int) -> str:
    """The same for every repeat; another once an earlier record was taken back."""
    digest = hashlib.sha256(activity_key.encode()).hexdigest()[:20]
    return f"attended:{enrolment_id}:{digest}:{times}"
