"""Making anew where the learners of a course stand, and counting them. Called by the worker."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, select, union

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.models import CourseSummary, Standing
from lms.learning.rules.teaching import (
    LATELY,
    LIMITED_SORT_NAME,
    Counts,
    carries_on_at,
)
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import switches_of
from lms.progress.queries import known_of

REFRESH = "learning.refresh_course"
OVERLAP = datetime.timedelta(minutes=5)
"""How far back before the last look changes are looked for once more: a fact carries the moment
its request began, and stands in the database only when that has committed."""

Values = dict[str, Any]


def ask_refresh(
    session: Session, actor: Actor, course_key: str, *, now: datetime.datetime, whole: bool = False
) -> Job:
    """Ask the worker to count a course anew: what changed, or all with `whole`.

    While one refresh of the course is unfinished, asking again gives that one.
    """
    return enqueue(
        session,
        REFRESH,
        {"course_key": course_key, "whole": whole},
        requested_by=actor,
        now=now,
        once_key=f"{REFRESH}@{course_key}",
    )


def course_keys(session: Session) -> Sequence[str]:
    """Every course that was ever published."""
    statement = select(StoredEdition.course_key).distinct().order_by(StoredEdition.course_key)
    return session.execute(statement).scalars().all()


def changed_enrolments(
    session: Session,
    actor: Actor,
    course_key: str,
    *,
    since: datetime.datetime | None,
    after: int = 0,
    limit: int,
) -> Sequence[int]:
    """Enrolments of a course behind `after` that may have changed since; all without `since`."""
    own = scoped(Enrolment, actor, Reach.ALL_MEMBERS).where(
        Enrolment.course_key == course_key, Enrolment.id > after
    )
    ids: Any = own.with_only_columns(Enrolment.id)
    if since is not None:
        moved = ids.where(
            Enrolment.state.in_(list(EnrolmentState)), Enrolment.last_activity_at >= since
        )
        found = union(moved, _stepped(actor, own, since)).subquery()
        ids = select(found.c.id).order_by(found.c.id)
    else:
        ids = ids.order_by(Enrolment.id)
    return session.execute(ids.limit(limit)).scalars().all()


def _stepped(actor: Actor, own: Select[Enrolment], since: datetime.datetime) -> Select[int]:
    statement = (
        own.join(EnrolmentStep, EnrolmentStep.enrolment_id == Enrolment.id)
        .where(EnrolmentStep.recorded_at >= since)
        .with_only_columns(Enrolment.id)
    )
    return within(statement, EnrolmentStep, actor, Reach.ALL_MEMBERS)


def changed_standings(session: Session, actor: Actor, ids: Sequence[int]) -> list[Values]:
    """What these enrolments' standings must be, without those that are so already. Reads only."""
    statement = (
        scoped(Enrolment, actor, Reach.ALL_MEMBERS)
        .where(Enrolment.id.in_(ids))
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .add_columns(Person, Agency, StoredEdition.digest)
        .order_by(Enrolment.id)
    )
    rows = session.execute(within(statement, Person, actor, Reach.ALL_MEMBERS)).all()
    known = known_of(session, actor, Reach.ALL_MEMBERS, ids)
    stood = {
        found.enrolment_id: found
        for found in session.execute(
            scoped(Standing, actor, Reach.ALL_MEMBERS).where(Standing.enrolment_id.in_(ids))
        ).scalars()
    }
    changed = []
    for enrolment, person, agency, digest in rows:
        module_key, activity_key = "", ""
        if enrolment.state is EnrolmentState.ACTIVE:
            edition = get_edition(session, digest)
            module_key, activity_key = carries_on_at(edition, known.get(enrolment.id, ()))
        is_limited = switches_of(person, agency).is_limited
        values: Values = {
            "enrolment_id": enrolment.id,
            "person_id": person.id,
            "member_code": person.member_code,
            "course_key": enrolment.course_key,
            "edition_id": enrolment.edition_id,
            "state": enrolment.state,
            "sort_name": LIMITED_SORT_NAME if is_limited else person.sort_name,
            "module_key": module_key,
            "activity_key": activity_key,
            "moved_at": enrolment.last_activity_at or enrolment.enrolled_at,
            "due_at": enrolment.due_at,
            "completed_at": enrolment.completed_at,
        }
        before = stood.get(enrolment.id)
        if before is None or any(getattr(before, name) != values[name] for name in values):
            changed.append(values)
    return changed


def write_standings(session: Session, actor: Actor, rows: Sequence[Values]) -> None:
    """Put these in place of what stood for their enrolments."""
    if not rows:
        return
    old = delete(Standing).where(Standing.enrolment_id.in_([row["enrolment_id"] for row in rows]))
    session.execute(
        within(old, Standing, actor, Reach.ALL_MEMBERS),
        execution_options={"synchronize_session": False},
    )
    session.execute(insert(Standing), list(rows))


def count_course(
    session: Session, actor: Actor, course_key: str, *, as_of: datetime.datetime
) -> dict[int, Counts]:
    """The counts of a course by edition, from its standings: one statement, no names."""
    active = Standing.state == EnrolmentState.ACTIVE
    stalled = case((active & (Standing.moved_at < as_of - STALLED), 1), else_=0)
    overdue = case((active & (Standing.due_at < as_of), 1), else_=0)
    lately = case((Standing.completed_at >= as_of - LATELY, 1), else_=0)
    statement = (
        scoped(Standing, actor, Reach.ALL_MEMBERS)
        .where(Standing.course_key == course_key)
        .with_only_columns(
            Standing.edition_id,
            Standing.state,
            Standing.activity_key,
            func.count(),
            func.sum(stalled),
            func.sum(overdue),
            func.sum(lately),
        )
        .group_by(Standing.edition_id, Standing.state, Standing.activity_key)
    )
    counts: dict[int, Counts] = defaultdict(Counts)
    for edition_id, state, key, number, stalled_, overdue_, lately_ in session.execute(statement):
        is_active = state is EnrolmentState.ACTIVE
        counts[edition_id] += Counts(
            active=number if is_active else 0,
            completed=number if state is EnrolmentState.COMPLETED else 0,
            withdrawn=number if state is EnrolmentState.WITHDRAWN else 0,
            stalled=int(stalled_),
            overdue=int(overdue_),
            completed_lately=int(lately_) if state is EnrolmentState.COMPLETED else 0,
            at={key: number} if is_active and key else {},
        )
    return counts


def write_summary(
    session: Session, course_key: str, counts: dict[int, Counts], *, as_of: datetime.datetime
) -> None:
    """Keep the counts of every edition of a course; an edition nobody is on any more has none."""
    statement = select(CourseSummary).where(CourseSummary.course_key == course_key)
    rows = {row.edition_id: row for row in session.execute(statement.with_for_update()).scalars()}
    for edition_id in sorted({*rows, *counts, *_current(session, course_key)}):
        found = counts.get(edition_id, Counts())
        row = rows.get(edition_id)
        if row is None:
            values = {
                "course_key": course_key,
                "edition_id": edition_id,
                "counts": found.as_json(),
                "as_of": as_of,
            }
            insert_once(session, CourseSummary, values, unique=("course_key", "edition_id"))
        else:
            row.counts, row.as_of = found.as_json(), as_of
    session.flush()


def _current(session: Session, course_key: str) -> Sequence[int]:
    """The edition whose row says that a course was counted, also where nobody is on it."""
    statement = (
        select(StoredEdition.id)
        .where(StoredEdition.course_key == course_key)
        .order_by(StoredEdition.is_current.desc(), StoredEdition.number.desc())
        .limit(1)
    )
    return session.execute(statement).scalars().all()
