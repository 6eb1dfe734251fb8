"""Who was at a meeting of a course: the list a trainer ticks, and one's own record."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.values.task import Session as Meeting
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.learning.queries.shown import KEEPER, seen_as
from lms.learning.rules.teaching import viewer_of_course
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind, that_stand

PAGE = 50


@dataclass(frozen=True, slots=True)
class Attending:
    """One person of the list. `evidence_id` is set where attendance is recorded and stands."""

    enrolment: Enrolment
    person: PersonView
    attended_on: datetime.date | None
    evidence_id: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of one enrolment and one meeting. `times` counts what was taken back."""

    standing: Evidence | None
    times: int


def meetings_of(edition: Edition) -> list[Meeting]:
    """The meetings of an edition, in the order of the outline."""
    found = {each.key: each for each in edition.activities if isinstance(each, Meeting)}
    return [found[key] for key in edition.order if key in found]


def get_meeting(edition: Edition, key: str) -> Meeting:
    """A meeting of an edition. Raises NotFoundError."""
    found = next((each for each in meetings_of(edition) if each.key == key), None)
    if found is None:
        raise NotFoundError(N_("There is no such meeting in this course."))
    return found


def list_attending(
    session: Session,
    actor: Actor,
    course_key: str,
    activity_key: str,
    *,
    words: str,
    after: int | None,
) -> tuple[list[Attending], int | None]:
    """A page of the people on a course, the last put on it first, and where the next begins.

    A search by name does not find people with limited listing: they say their number.
    Three statements whatever the number of people.
    """
    statement = _on_course(actor, course_key)
    folded = fold(words).split()
    if folded:
        of_person = (
            within(select(Person.id), Person, KEEPER, Reach.ALL_MEMBERS)
            .where(Person.id == Enrolment.person_id, *_named(folded))
            .correlate(Enrolment)
        )
        number = int(words) if words.strip().isdecimal() and len(words) < 18 else None
        named = of_person.exists()
        statement = statement.where(or_(named, Enrolment.id == number) if number else named)
    if after is not None:
        statement = statement.where(Enrolment.id < after)
    found = session.execute(statement.order_by(Enrolment.id.desc()).limit(PAGE + 1)).scalars().all()
    shown = found[:PAGE]
    recorded = recorded_of(session, actor, [each.id for each in shown], activity_key)
    viewer = viewer_of_course(actor, course_key)
    people = seen_as(session, {each.person_id: viewer for each in shown})
    lines = []
    for each in shown:
        standing = recorded[each.id].standing
        lines.append(
            Attending(
                enrolment=each,
                person=people[each.person_id],
                attended_on=day_of(standing) if standing is not None else None,
                evidence_id=standing.id if standing is not None else None,
            )
        )
    return lines, shown[-1].id if len(found) > PAGE else None


def list_ticked(
    session: Session, actor: Actor, course_key: str, enrolment_ids: Sequence[int]
) -> list[tuple[Enrolment, Edition]]:
    """These enrolments of a course the actor teaches, by id, with the edition each is on."""
    statement = (
        _on_course(actor, course_key)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .add_columns(StoredEdition.digest)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
    )
    rows = session.execute(statement).all()
    return [(enrolment, get_edition(session, digest)) for enrolment, digest in rows]


def recorded_of(
    session: Session, actor: Actor, enrolment_ids: Sequence[int], activity_key: str
) -> dict[int, Recorded]:
    """What is recorded of a meeting for these enrolments of taught courses, in one statement."""
    statement = (
        scoped(Evidence, actor, Reach.TAUGHT)
        .where(Evidence.enrolment_id.in_(enrolment_ids), *_of_meeting(activity_key))
        .order_by(Evidence.id)
    )
    rows: dict[int, list[Evidence]] = defaultdict(list)
    for row in session.execute(statement).scalars():
        rows[row.enrolment_id].append(row)
    return {enrolment_id: _recorded(rows[enrolment_id]) for enrolment_id in enrolment_ids}


def day_of(fact: Evidence) -> datetime.date:
    """The day of a meeting as the trainer wrote it, which no time zone moves."""
    day = fact.facts.get("day")
    return datetime.date.fromisoformat(day) if day else fact.happened_at.date()


def find_own_attendance(
    session: Session, actor: Actor, enrolment_id: int, activity_key: str
) -> datetime.date | None:
    """The day one was at a meeting, if that is recorded and stands."""
    statement = (
        scoped(Evidence, actor, Reach.SELF)
        .where(Evidence.enrolment_id == enrolment_id, *_of_meeting(activity_key))
        .order_by(Evidence.id)
    )
    standing = _recorded(list(session.execute(statement).scalars())).standing
    return day_of(standing) if standing is not None else None


def get_attendance(
    session: Session, actor: Actor, course_key: str, activity_key: str, evidence_id: int
) -> Evidence:
    """One recorded attendance of a course the actor teaches. Raises NotFoundError."""
    statement = scoped(Evidence, actor, Reach.TAUGHT).where(
        Evidence.id == evidence_id, Evidence.corrects_id.is_(None), *_of_meeting(activity_key)
    )
    of_course = (
        _on_course(actor, course_key)
        .with_only_columns(Enrolment.id)
        .where(Enrolment.id == Evidence.enrolment_id)
        .correlate(Evidence)
    )
    found = session.execute(statement.where(of_course.exists())).scalar_one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such record."))
    return found


def _on_course(actor: Actor, course_key: str) -> Select[Enrolment]:
    return scoped(Enrolment, actor, Reach.TAUGHT).where(
        Enrolment.course_key == course_key, Enrolment.state != EnrolmentState.WITHDRAWN
    )


def _named(folded: Sequence[str]) -> list[ColumnElement[bool]]:
    """The words stand in the name, and the person is not listed as "Official"."""
    limiting = (
        select(Agency.id)
        .where(Agency.id == Person.agency_id, Agency.limits_listing.is_(True))
        .correlate(Person)
    )
    return [
        *(Person.sort_name.contains(word, autoescape=True) for word in folded),
        Person.limits_own_listing.is_(False),
        Person.limited_by_agency.is_(False),
        ~limiting.exists(),
    ]


def _of_meeting(activity_key: str) -> list[ColumnElement[bool]]:
    return [Evidence.kind == EvidenceKind.ATTENDED, Evidence.activity_key == activity_key]


def _recorded(rows: Sequence[Evidence]) -> Recorded:
    """A correction has the kind and the activity of its fact, so these rows hold both."""
    standing = that_stand(rows)
    facts = sum(1 for row in rows if row.corrects_id is None)
    return Recorded(standing[-1] if standing else None, facts - len(standing))
