"""Making an alumni record on a first completion, and what the person does with it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from lms.access.reaches import Reach
from lms.alumni.models import AlumniConsent, AlumniRecord
from lms.alumni.queries import find_own, opened_by
from lms.alumni.rules import CONSENT_VERSION, AlumniField, AlumniState, transition
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.text import N_
from lms.enrolments.models import Enrolment
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import Person

INVITED = NoticeKind(
    name="alumni.invited",
    category=Category.NETWORK,
    sentence=N_("You are invited to the alumni. You decide what they see of you."),
    path="/alumni/mine",
    facts={},
)


def invite(
    session: Session,
    actor: Actor,
    *,
    person: Person,
    enrolment: Enrolment,
    now: datetime.datetime,
) -> None:
    """Make the record of a first completion, as an invitation; a later one changes nothing.

    Nothing is shown to anybody by it.
    """
    record_id = insert_once(
        session,
        AlumniRecord,
        {
            "person_id": person.id,
            "member_code": enrolment.completed_member_code or person.member_code,
            "agency_id": enrolment.completed_agency_id,
            "enrolment_id": enrolment.id,
            "course_key": enrolment.course_key,
            "state": AlumniState.INVITED,
            "invited_at": now,
        },
        unique=("person_id",),
    )
    if record_id is None:
        return
    record(
        session,
        actor,
        "alumni.invite",
        "alumni_record",
        record_id,
        now=now,
        subject_person_id=person.id,
    )
    tell(
        session,
        actor,
        person_id=person.id,
        kind=INVITED,
        facts={},
        now=now,
        once_key="alumni.invited",
    )


def accept(
    session: Session,
    actor: Actor,
    shown: Collection[AlumniField],
    *,
    language: str,
    now: datetime.datetime,
) -> None:
    """Take part, with these fields open and all others closed, from now on.

    Every field whose answer changes becomes a row of its own with the version and the
    language of the text. Raises NotFoundError before a first completion.
    """
    mine = _take(session, actor, "accept", now=now)
    wanted = frozenset(shown)
    is_new = mine.state is not AlumniState.ACCEPTED
    before = opened_by(session, actor, Reach.SELF, [mine.person_id])[mine.person_id]
    for field in AlumniField:
        if is_new or (field in wanted) is not (field in before):
            session.add(
                AlumniConsent(
                    record_id=mine.id,
                    person_id=mine.person_id,
                    field=field,
                    is_shown=field in wanted,
                    version=CONSENT_VERSION,
                    language=language,
                    consented_at=now,
                )
            )
    mine.state = AlumniState.ACCEPTED
    _record(session, actor, mine, "accept", now=now, fields=sorted(wanted))


def decline(session: Session, actor: Actor, *, now: datetime.datetime) -> None:
    """Say no to the invitation. The record stays and shows nothing."""
    mine = _take(session, actor, "decline", now=now)
    mine.state = AlumniState.DECLINED
    _record(session, actor, mine, "decline", now=now)


def withdraw(session: Session, actor: Actor, *, now: datetime.datetime) -> None:
    """Take back everything that was opened; it is gone everywhere with this transaction."""
    mine = _take(session, actor, "withdraw", now=now)
    for field in opened_by(session, actor, Reach.SELF, [mine.person_id])[mine.person_id]:
        session.add(
            AlumniConsent(
                record_id=mine.id,
                person_id=mine.person_id,
                field=field,
                is_shown=False,
                version=CONSENT_VERSION,
                language="",
                consented_at=now,
            )
        )
    mine.state = AlumniState.WITHDRAWN
    _record(session, actor, mine, "withdraw", now=now)


def _take(session: Session, actor: Actor, verb: str, *, now: datetime.datetime) -> AlumniRecord:
    mine = find_own(session, actor, locked=True)
    if mine is None:
        raise NotFoundError(N_("You become one of the alumni when you complete a course."))
    if transition(mine.state, verb) is None:
        raise NotPossibleError(N_("This was decided meanwhile. Load the page again."))
    mine.decided_at = now
    return mine


def _record(
    session: Session,
    actor: Actor,
    mine: AlumniRecord,
    verb: str,
    *,
    now: datetime.datetime,
    fields: Sequence[str] = (),
) -> None:
    session.flush()
    record(
        session,
        actor,
        f"alumni.{verb}",
        "alumni_record",
        mine.id,
        now=now,
        subject_person_id=mine.person_id,
        fields=list(fields),
    )
