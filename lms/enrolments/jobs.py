"""What the worker does: assignments to many, reminders, what is overdue each week."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, or_

from lms.access.reaches import Reach, scoped, within
from lms.access.roles import Role
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import BekalError
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.text import N_
from lms.courses.models import PathEdition, StoredEdition
from lms.enrolments.models import Assignment, Enrolment, PathEnrolment
from lms.enrolments.queries.assignments import chosen_ids, get_assignment
from lms.enrolments.queries.own_people import count_overdue
from lms.enrolments.queries.paths import KEEPER
from lms.enrolments.rules.assigning import MOST_AT_ONCE, AssignmentState, SubjectKind
from lms.enrolments.rules.due import next_reminder, stage_at
from lms.enrolments.rules.states import EnrolmentState
from lms.enrolments.services.assigning import CARRY_OUT, UNDO, assign_people, finish
from lms.enrolments.services.notices import OVERDUE_AMONG, reminder_of, tell_of
from lms.enrolments.services.undoing import finish_undo, undo_people
from lms.notices.services import tell
from lms.people.models import Person, RoleHeld
from lms.people.models.persons import PersonState
from lms.people.queries.sign_in import actor_of

CHUNK = 200
DRAFT_LASTS = datetime.timedelta(days=30)


def carry_out_assignment(work: Work) -> None:
    """Assign in chunks, as the person who asked; continues from its cursor after a kill."""
    while True:
        with work.transaction() as session:
            actor, assignment = _asked(work, session)
            people = chosen_ids(assignment)
            start = int(work.cursor.get("start", 0))
            done = Counter(work.cursor.get("done", {}))
            if assignment.state is not AssignmentState.RUNNING:
                return
            done += assign_people(
                session, actor, assignment, people[start : start + MOST_AT_ONCE], now=work.now()
            )
            is_last = start + MOST_AT_ONCE >= len(people)
            if is_last:
                finish(session, assignment, done, now=work.now())
            _advance(work, session, assignment, start, done, len(people))
        if is_last:
            return


def undo_assignment(work: Work) -> None:
    """Undo in chunks, as the person who asked."""
    while True:
        with work.transaction() as session:
            actor, assignment = _asked(work, session)
            people = chosen_ids(assignment)
            start = int(work.cursor.get("start", 0))
            done = Counter(work.cursor.get("done", {}))
            if assignment.state is not AssignmentState.DONE:
                return
            done += undo_people(
                session, actor, assignment, people[start : start + MOST_AT_ONCE], now=work.now()
            )
            is_last = start + MOST_AT_ONCE >= len(people)
            if is_last:
                finish_undo(session, assignment, done, now=work.now())
            _advance(work, session, assignment, start, done, len(people))
        if is_last:
            return


def _asked(work: Work, session: Session) -> tuple[Actor, Assignment]:
    """Who asked, with the roles held now, and the assignment, locked."""
    actor = actor_of(session, work.requested_by or 0, now=work.now())
    if actor is None:
        raise BekalError(N_("Whoever asked for this has no active account any more."))
    return actor, get_assignment(session, actor, work.payload["run"], for_change=True)


def _advance(
    work: Work,
    session: Session,
    assignment: Assignment,
    start: int,
    done: Counter[str],
    total: int,
) -> None:
    work.advance(
        session,
        cursor={"start": start + MOST_AT_ONCE, "done": dict(done)},
        done=min(start + MOST_AT_ONCE, total),
        total=total,
        result={"page": f"/own/assignments/{assignment.run_id}"},
    )


def remind(work: Work) -> None:
    """Remind everybody whose moment has come, once for each stage of each day due."""
    while True:
        with work.transaction() as session:
            count = remind_of_courses(session, now=work.now())
            count += remind_of_paths(session, now=work.now())
            work.advance(session, done=work.done + count)
        if count == 0:
            return


def remind_of_courses(session: Session, *, now: datetime.datetime) -> int:
    """One chunk of courses due; how many were looked at."""
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .add_columns(StoredEdition.card)
        .where(Enrolment.remind_at <= now)
        .order_by(Enrolment.remind_at, Enrolment.id)
        .limit(CHUNK)
        .with_for_update(of=Enrolment, skip_locked=True)
    )
    rows = session.execute(statement).all()
    active = _active(session, [enrolment.person_id for enrolment, _ in rows])
    for enrolment, card in rows:
        title = card["titles"][card["language"]]
        _remind(
            session, enrolment, SubjectKind.COURSE, enrolment.course_key, title, active, now=now
        )
    session.flush()
    return len(rows)


def remind_of_paths(session: Session, *, now: datetime.datetime) -> int:
    """One chunk of paths due; how many were looked at."""
    statement = (
        scoped(PathEnrolment, KEEPER, Reach.ALL_MEMBERS)
        .join(PathEdition, PathEdition.id == PathEnrolment.path_edition_id)
        .add_columns(PathEdition.content)
        .where(PathEnrolment.remind_at <= now)
        .order_by(PathEnrolment.remind_at, PathEnrolment.id)
        .limit(CHUNK)
        .with_for_update(of=PathEnrolment, skip_locked=True)
    )
    rows = session.execute(statement).all()
    active = _active(session, [on_path.person_id for on_path, _ in rows])
    for on_path, content in rows:
        title = content["title"]
        _remind(session, on_path, SubjectKind.PATH, on_path.path_key, title, active, now=now)
    session.flush()
    return len(rows)


def _active(session: Session, person_ids: Sequence[int]) -> set[int]:
    statement = (
        scoped(Person, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Person.id)
        .where(Person.id.in_(person_ids), Person.state == PersonState.ACTIVE)
    )
    return set(session.execute(statement).scalars())


def _remind(
    session: Session,
    row: Enrolment | PathEnrolment,
    kind: SubjectKind,
    key: str,
    title: str,
    active: set[int],
    *,
    now: datetime.datetime,
) -> None:
    """Tell the stage reached, if it is still under way, and note the next."""
    if row.state is not EnrolmentState.ACTIVE or row.due_at is None or row.due_set_at is None:
        row.remind_at = None
        return
    stage = stage_at(row.due_set_at, row.due_at, now)
    if stage is not None and row.person_id in active:
        tell_of(
            session,
            reminder_of(stage),
            kind,
            person_id=row.person_id,
            title=title,
            key=key,
            day=row.due_on,
            now=now,
            once_key=f"due.{stage.value}@{kind.value}:{row.id}@{row.due_on}",
        )
    row.remind_at = next_reminder(row.due_set_at, row.due_at, now)


def forget_drafts(work: Work) -> None:
    """Delete assignments that were begun and not carried out within a month."""
    with work.transaction() as session:
        old = delete(Assignment).where(
            Assignment.state == AssignmentState.DRAFT,
            Assignment.made_at <= work.now() - DRAFT_LASTS,
        )
        session.execute(
            within(old, Assignment, work.actor, Reach.OWN_MEMBER),
            execution_options={"synchronize_session": False},
        )


def say_what_is_overdue(work: Work) -> None:
    """Tell each focal point once a week how many of their people have something overdue."""
    while True:
        with work.transaction() as session:
            people = _focal_points(session, after=int(work.cursor.get("after", 0)), now=work.now())
            for person_id in people:
                _tell_overdue(session, person_id, now=work.now())
            if people:
                work.advance(session, cursor={"after": people[-1]}, done=work.done + len(people))
        if len(people) < CHUNK:
            return


def _focal_points(session: Session, *, after: int, now: datetime.datetime) -> Sequence[int]:
    statement = (
        scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(RoleHeld.person_id)
        .where(
            RoleHeld.role == Role.FOCAL_POINT,
            RoleHeld.person_id > after,
            or_(RoleHeld.ended_on.is_(None), RoleHeld.ended_on >= now.date()),
        )
        .distinct()
        .order_by(RoleHeld.person_id)
        .limit(CHUNK)
    )
    return session.execute(statement).scalars().all()


def _tell_overdue(session: Session, person_id: int, *, now: datetime.datetime) -> None:
    actor = actor_of(session, person_id, now=now)
    count = count_overdue(session, actor, now=now) if actor is not None else 0
    if count:
        week = now.isocalendar()
        tell(
            session,
            KEEPER,
            person_id=person_id,
            kind=OVERDUE_AMONG,
            facts={"count": count},
            now=now,
            once_key=f"tasks.overdue@{week.year}-{week.week}",
        )


HANDLERS: dict[str, Handler] = {
    CARRY_OUT: carry_out_assignment,
    UNDO: undo_assignment,
    "enrolments.forget_drafts": forget_drafts,
    "enrolments.remind": remind,
    "enrolments.say_what_is_overdue": say_what_is_overdue,
}
PERIODIC = (
    Periodic("enrolments.forget_drafts", datetime.timedelta(days=1)),
    Periodic("enrolments.remind", datetime.timedelta(hours=1)),
    Periodic("enrolments.say_what_is_overdue", datetime.timedelta(days=7)),
)
PROMPT = frozenset({CARRY_OUT, UNDO})
