"""Reading alumni records: one's own, what people opened, and counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Case, case, distinct, func

from lms.access.disclosure import Field
from lms.access.reaches import Reach, scoped, within
from lms.alumni.models import AlumniConsent, AlumniRecord
from lms.alumni.rules import OPENS, AlumniField, AlumniState
from lms.core.actor import Actor
from lms.core.database import Session
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.people.models import Member


@dataclass(frozen=True, slots=True)
class Count:
    """Persons (not completions) of one member or course: who completed, and who takes part."""

    key: str
    name: str
    completed: int
    taking_part: int


def find_own(session: Session, actor: Actor, *, locked: bool = False) -> AlumniRecord | None:
    """The actor's record, or None before their first completion."""
    statement = scoped(AlumniRecord, actor, Reach.SELF)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.execute(statement).scalar_one_or_none()


def opened_by(
    session: Session, actor: Actor, reach: Reach, person_ids: Collection[int]
) -> dict[int, frozenset[AlumniField]]:
    """What each of these people opens to fellow alumni at this moment; nobody is left out.

    Nothing unless their record is accepted. What a person takes back is gone with the
    commit: nothing of it is kept elsewhere.
    """
    statement = within(
        scoped(AlumniConsent, actor, reach)
        .join(AlumniRecord, AlumniRecord.id == AlumniConsent.record_id)
        .where(AlumniConsent.person_id.in_(person_ids), AlumniRecord.state == AlumniState.ACCEPTED),
        AlumniRecord,
        actor,
        reach,
    ).order_by(AlumniConsent.id)
    latest: dict[int, dict[AlumniField, bool]] = {person_id: {} for person_id in person_ids}
    for consent in session.execute(statement).scalars():
        latest[consent.person_id][consent.field] = consent.is_shown
    return {
        person_id: frozenset(field for field, is_shown in fields.items() if is_shown)
        for person_id, fields in latest.items()
    }


def consented_fields(
    session: Session, actor: Actor, reach: Reach, person_ids: Collection[int]
) -> dict[int, frozenset[Field]]:
    """The same in the fields of the disclosure table, as `people.queries.disclosed` takes them."""
    return {
        person_id: frozenset(field for each in opened for field in OPENS[each])
        for person_id, opened in opened_by(session, actor, reach, person_ids).items()
    }


def count_by_member(session: Session, actor: Actor) -> list[Count]:
    """Persons by the member of their first completion, members with none left out."""
    statement = (
        scoped(AlumniRecord, actor, Reach.ALL_MEMBERS)
        .join(Member, Member.code == AlumniRecord.member_code)
        .with_only_columns(Member.code, Member.name, func.count(), func.sum(_accepted()))
        .group_by(Member.code, Member.name)
        .order_by(Member.name)
    )
    return [Count(*row) for row in session.execute(statement)]


def count_by_course(session: Session, actor: Actor) -> list[Count]:
    """Persons by course: whoever has completed it, once however often; names are the keys."""
    completed = within(
        scoped(AlumniRecord, actor, Reach.ALL_MEMBERS)
        .join(Enrolment, Enrolment.person_id == AlumniRecord.person_id)
        .where(Enrolment.state == EnrolmentState.COMPLETED),
        Enrolment,
        actor,
        Reach.ALL_MEMBERS,
    )
    accepted = case((AlumniRecord.state == AlumniState.ACCEPTED, AlumniRecord.person_id))
    statement = (
        completed.with_only_columns(
            Enrolment.course_key,
            func.count(distinct(AlumniRecord.person_id)),
            func.count(distinct(accepted)),
        )
        .group_by(Enrolment.course_key)
        .order_by(Enrolment.course_key)
    )
    return [Count(key, key, people, part) for key, people, part in session.execute(statement)]


def _accepted() -> Case[int]:
    return case((AlumniRecord.state == AlumniState.ACCEPTED, 1), else_=0)
