"""Changing the day something is due, by who looks after the person."""

from __future__ import annotations

import datetime

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.text import N_
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.queries.titles import title_of
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.rules.due import Due, DueReason
from lms.enrolments.rules.states import EnrolmentState, StepVerb
from lms.enrolments.services.notices import DUE_CHANGED, DUE_LIFTED, tell_of
from lms.enrolments.services.steps import note
from lms.people.models import Person
from lms.people.rules.time_zones import zone_for

FARTHEST = datetime.timedelta(days=3 * 366)
Row = Enrolment | PathEnrolment


def check_day(day: datetime.date, *, now: datetime.datetime) -> None:
    """Raise BadInputError unless the day lies ahead, within three years."""
    if day <= now.date():
        raise BadInputError(N_("Choose a day after today."), field="due_on")
    if day > (now + FARTHEST).date():
        raise BadInputError(N_("Choose a day within the next three years."), field="due_on")


def lock_assigned(
    session: Session, actor: Actor, person_id: int, kind: SubjectKind, key: str
) -> tuple[Row, Person]:
    """The enrolment of somebody the actor looks after, under way and locked, and the person.

    Raises NotFoundError outside the actor's reach, NotPossibleError where it is not
    under way or was the person's own choice: that is theirs to decide.
    """
    person = session.execute(
        scoped(Person, actor, Reach.OWN_MEMBER).where(Person.id == person_id)
    ).scalar_one_or_none()
    row = _locked(session, actor, person_id, kind, key) if person is not None else None
    if (
        person is None
        or row is None
        or not may_for_agency(
            actor, Permission.ASSIGNMENT_MAKE, person.member_code, person.agency_id
        )
    ):
        raise NotFoundError(N_("There is no such course among those of this person."))
    if row.state is not EnrolmentState.ACTIVE:
        raise NotPossibleError(N_("This is not under way any more. Load the page again."))
    if row.assigned_by is None:
        raise NotPossibleError(N_("The person chose this course. It is theirs to decide."))
    return row, person


def _locked(
    session: Session, actor: Actor, person_id: int, kind: SubjectKind, key: str
) -> Row | None:
    """The latest enrolment within the actor's reach, locked."""
    if kind is SubjectKind.PATH:
        on_path = scoped(PathEnrolment, actor, Reach.OWN_MEMBER).where(
            PathEnrolment.person_id == person_id, PathEnrolment.path_key == key
        )
        on_path = on_path.order_by(PathEnrolment.id.desc()).limit(1).with_for_update()
        on_path = on_path.execution_options(populate_existing=True)
        return session.execute(on_path).scalar_one_or_none()
    on_course = scoped(Enrolment, actor, Reach.OWN_MEMBER).where(
        Enrolment.person_id == person_id, Enrolment.course_key == key
    )
    on_course = on_course.order_by(Enrolment.id.desc()).limit(1).with_for_update()
    on_course = on_course.execution_options(populate_existing=True)
    return session.execute(on_course).scalar_one_or_none()


def change_due(
    session: Session,
    actor: Actor,
    person_id: int,
    kind: SubjectKind,
    key: str,
    *,
    day: datetime.date | None,
    reason: DueReason,
    now: datetime.datetime,
) -> None:
    """Set another day due, or none, on what was assigned; the person is told.

    The day ends in the person's time zone, else their member's. Raises BadInputError for
    a day that is past, and what `lock_assigned` raises.
    """
    if day is not None:
        check_day(day, now=now)
    row, person = lock_assigned(session, actor, person_id, kind, key)
    if row.due_on == day:
        return
    put_due(row, person, day, now=now)
    written_down(session, actor, row, person, now=now, reason=reason.value)
    tell_of(
        session,
        DUE_LIFTED if day is None else DUE_CHANGED,
        kind,
        person_id=person.id,
        title=title_of(session, row),
        key=key,
        day=day,
        now=now,
    )


def put_due(row: Row, person: Person, day: datetime.date | None, *, now: datetime.datetime) -> None:
    """Set the columns of a day due, or clear them."""
    if day is None:
        row.due_on = row.due_at = row.due_zone = row.due_set_at = row.remind_at = None
        return
    due = Due.on(day, zone_for(person.time_zone, person.member_code), now=now)
    for name, value in due.columns().items():
        setattr(row, name, value)


def written_down(
    session: Session,
    actor: Actor,
    row: Row,
    person: Person,
    *,
    now: datetime.datetime,
    reason: str = "",
    run_id: str | None = None,
) -> None:
    """The step and the audit of a day due that was set or lifted."""
    if isinstance(row, Enrolment):
        note(session, actor, row, person, StepVerb.SET_DUE, now=now, reason=reason, run_id=run_id)
    session.flush()
    record(
        session,
        actor,
        "enrolment.set_due" if isinstance(row, Enrolment) else "path.set_due",
        row.__tablename__,
        row.id,
        now=now,
        subject_person_id=person.id,
        reason=reason,
        run_id=run_id,
        due_on=row.due_on.isoformat() if row.due_on is not None else None,
    )
