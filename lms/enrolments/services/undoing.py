"""Taking back what was assigned: one person's, or a whole assignment not begun yet."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.enrolments.models import Assignment, Enrolment, EnrolmentStep, PathEnrolment
from lms.enrolments.queries.assignments import chosen_ids, get_assignment
from lms.enrolments.queries.titles import title_of
from lms.enrolments.rules.assigning import MOST_AT_ONCE, AssignmentState, SubjectKind
from lms.enrolments.rules.states import EnrolmentState, StepVerb, WithdrawalReason
from lms.enrolments.services.assigning import UNDO
from lms.enrolments.services.due import lock_assigned, put_due, written_down
from lms.enrolments.services.notices import TAKEN_BACK, tell_of
from lms.enrolments.services.paths import end_path
from lms.enrolments.services.taking import end
from lms.people.models import Person
from lms.people.queries.persons import get_people

UNDONE = "undone"
BEGUN = "begun"


def take_back(
    session: Session,
    actor: Actor,
    person_id: int,
    kind: SubjectKind,
    key: str,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
) -> None:
    """Take back what was assigned to one person, while it is not complete; they are told.

    What they did is kept. Raises NotFoundError and NotPossibleError as `lock_assigned`.
    """
    row, person = lock_assigned(session, actor, person_id, kind, key)
    _take(session, actor, row, person, reason=reason, now=now)


def undo(
    session: Session, actor: Actor, run_id: str, *, now: datetime.datetime
) -> tuple[Assignment, Job | None]:
    """Undo a whole assignment for everybody who has not begun; a repeat changes nothing.

    Who was enrolled by it is taken off; who only got a day due loses that. Who has begun
    keeps both. Raises NotPossibleError while it is still being carried out.
    """
    assignment = get_assignment(session, actor, run_id, for_change=True)
    if assignment.state is AssignmentState.UNDONE:
        return assignment, None
    if assignment.state is not AssignmentState.DONE:
        raise NotPossibleError(N_("This is not assigned yet, so there is nothing to undo."))
    record(session, actor, "assignment.undo", "assignment", assignment.id, now=now, run_id=run_id)
    people = chosen_ids(assignment)
    if len(people) > MOST_AT_ONCE:
        job = enqueue(
            session,
            UNDO,
            {"run": run_id},
            requested_by=actor,
            now=now,
            once_key=f"undo@{run_id}",
        )
        return assignment, job
    undone = undo_people(session, actor, assignment, people, now=now)
    finish_undo(session, assignment, undone, now=now)
    return assignment, None


def finish_undo(
    session: Session, assignment: Assignment, undone: Counter[str], *, now: datetime.datetime
) -> None:
    """Note what came of it."""
    assignment.counts = {**assignment.counts, UNDONE: undone[UNDONE], BEGUN: undone[BEGUN]}
    assignment.state = AssignmentState.UNDONE
    assignment.undone_at = now
    session.flush()


def undo_people(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    person_ids: Sequence[int],
    *,
    now: datetime.datetime,
) -> Counter[str]:
    """Undo it for these people, about 200; how many were undone, and how many had begun."""
    people = {person.id: person for person, _ in get_people(session, actor, person_ids)}
    undone: Counter[str] = Counter()
    paths = scoped(PathEnrolment, actor, Reach.OWN_MEMBER).where(
        PathEnrolment.run_id == assignment.run_id,
        PathEnrolment.person_id.in_(people),
        PathEnrolment.state == EnrolmentState.ACTIVE,
    )
    paths = paths.order_by(PathEnrolment.id).with_for_update()
    courses = scoped(Enrolment, actor, Reach.OWN_MEMBER).where(
        Enrolment.run_id == assignment.run_id,
        Enrolment.person_id.in_(people),
        Enrolment.state == EnrolmentState.ACTIVE,
    )
    courses = courses.order_by(Enrolment.id).with_for_update()
    enrolments = session.execute(courses).scalars().all()
    entered = _entered(session, actor, assignment.run_id)
    begun = {
        each.person_id
        for each in enrolments
        if each.last_activity_at is not None and each.last_activity_at > assignment.made_at
    }
    reason = WithdrawalReason.NOT_NEEDED
    on_paths = session.execute(paths).scalars().all()
    # All are on the edition that was current when it was assigned: one title will do.
    told_of: Sequence[Enrolment | PathEnrolment] = on_paths or enrolments
    title = title_of(session, told_of[0]) if told_of else ""
    for on_path in on_paths:
        if on_path.person_id not in begun:
            _take(
                session,
                actor,
                on_path,
                people[on_path.person_id],
                reason=reason,
                now=now,
                run_id=assignment.run_id,
                title=title,
            )
    for each in enrolments:
        if each.person_id in begun:
            continue
        person, run_id = people[each.person_id], assignment.run_id
        if each.id in entered:
            is_told = assignment.subject_kind is SubjectKind.COURSE
            _take(
                session,
                actor,
                each,
                person,
                reason=reason,
                now=now,
                run_id=run_id,
                tell=is_told,
                title=title,
            )
        elif each.due_on == assignment.due_on:
            put_due(each, person, None, now=now)
            each.assigned_by = None
            written_down(session, actor, each, person, now=now, run_id=run_id)
        undone[UNDONE] += 1
    undone[BEGUN] = len(begun)
    return undone


def _entered(session: Session, actor: Actor, run_id: str) -> set[int]:
    """Ids of the enrolments this assignment began or brought back."""
    statement = (
        scoped(EnrolmentStep, actor, Reach.OWN_MEMBER)
        .with_only_columns(EnrolmentStep.enrolment_id)
        .where(
            EnrolmentStep.run_id == run_id,
            EnrolmentStep.verb.in_([StepVerb.BEGIN, StepVerb.RETURN]),
        )
    )
    return set(session.execute(statement).scalars())


def _take(
    session: Session,
    actor: Actor,
    row: Enrolment | PathEnrolment,
    person: Person,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
    run_id: str | None = None,
    tell: bool = True,
    title: str = "",
) -> None:
    if isinstance(row, Enrolment):
        kind, key = SubjectKind.COURSE, row.course_key
        end(
            session,
            actor,
            row,
            person,
            StepVerb.TAKE_BACK,
            reason=reason,
            now=now,
            run_id=run_id,
        )
    else:
        kind, key = SubjectKind.PATH, row.path_key
        end_path(session, actor, row, "take_back", reason=reason, now=now, run_id=run_id)
    if tell:
        tell_of(
            session,
            TAKEN_BACK,
            kind,
            person_id=person.id,
            title=title or title_of(session, row),
            key=key,
            now=now,
        )
