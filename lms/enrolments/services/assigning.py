"""Assigning a course or a path to many people: choose, look, do it once, undo it."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.courses.queries import get_current
from lms.enrolments.models import Assignment, Enrolment
from lms.enrolments.queries.assignments import chosen_ids, get_assignment
from lms.enrolments.queries.standings import rows_of_people, standings_of
from lms.enrolments.queries.subjects import Subject, get_subject
from lms.enrolments.rules.assigning import (
    MOST_AT_ONCE,
    MOST_PEOPLE,
    AssignmentState,
    Outcome,
    SubjectKind,
    outcome_of,
)
from lms.enrolments.rules.due import Due
from lms.enrolments.rules.states import Source
from lms.enrolments.services.due import check_day, put_due, written_down
from lms.enrolments.services.notices import ASSIGNED, ASSIGNED_BY_DAY, tell_of
from lms.enrolments.services.paths import put_on_path, return_to_path
from lms.enrolments.services.taking import come_back, put_on
from lms.people.models import Person
from lms.people.queries.persons import get_people
from lms.people.rules.time_zones import zone_for

CARRY_OUT = "enrolments.assign"
UNDO = "enrolments.undo"


def draft(
    session: Session,
    actor: Actor,
    kind: SubjectKind,
    key: str,
    *,
    due_on: datetime.date | None,
    now: datetime.datetime,
) -> Assignment:
    """Begin an assignment: what, and by when. Nobody is chosen yet, and nobody is told.

    Raises NotFoundError for what the actor may not assign, BadInputError for a day that
    does not lie ahead.
    """
    if due_on is not None:
        check_day(due_on, now=now)
    subject = get_subject(session, actor, kind, key)
    member_code, agency_id = _owner(actor)
    assignment = Assignment(
        run_id=str(uuid.uuid4()),
        member_code=member_code,
        agency_id=agency_id,
        subject_kind=subject.kind,
        subject_key=subject.key,
        state=AssignmentState.DRAFT,
        due_on=due_on,
        chosen={"people": []},
        counts={},
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(assignment)
    session.flush()
    record(
        session,
        actor,
        "assignment.draft",
        "assignment",
        assignment.id,
        now=now,
        run_id=assignment.run_id,
        subject=f"{kind.value}:{key}",
    )
    return assignment


def choose(
    session: Session,
    actor: Actor,
    run_id: str,
    *,
    add: Collection[int] = (),
    remove: Collection[int] = (),
) -> Assignment:
    """Add people to a draft and take others out; who is not the actor's is left out silently.

    Raises NotPossibleError once it was carried out, BadInputError beyond MOST_PEOPLE.
    """
    assignment = get_assignment(session, actor, run_id, for_change=True)
    if assignment.state is not AssignmentState.DRAFT:
        raise NotPossibleError(N_("This was assigned already. Begin a new assignment."))
    reached = {person.id for person, _ in get_people(session, actor, add)} if add else set()
    chosen = dict.fromkeys(
        each for each in [*chosen_ids(assignment), *add] if each not in set(remove)
    )
    stood = set(chosen_ids(assignment))
    kept = [each for each in chosen if each in stood or each in reached]
    if len(kept) > MOST_PEOPLE:
        raise BadInputError(
            N_("At most %(most)s persons fit in one assignment. Choose an agency first."),
            most=MOST_PEOPLE,
        )
    assignment.chosen = {"people": kept}
    session.flush()
    return assignment


def carry_out(
    session: Session, actor: Actor, run_id: str, *, now: datetime.datetime
) -> tuple[Assignment, Job | None]:
    """Do it: at once for up to MOST_AT_ONCE people, else as a job; a repeat changes nothing.

    Raises BadInputError when nobody is chosen or the day due has passed meanwhile.
    """
    assignment = get_assignment(session, actor, run_id, for_change=True)
    if assignment.state is not AssignmentState.DRAFT:
        return assignment, None
    people = chosen_ids(assignment)
    if not people:
        raise BadInputError(N_("Choose at least one person."))
    if assignment.due_on is not None:
        check_day(assignment.due_on, now=now)
    record(
        session,
        actor,
        "assignment.carry_out",
        "assignment",
        assignment.id,
        now=now,
        run_id=run_id,
        people=len(people),
    )
    if len(people) > MOST_AT_ONCE:
        assignment.state = AssignmentState.RUNNING
        job = enqueue(
            session, CARRY_OUT, {"run": run_id}, requested_by=actor, now=now, once_key=run_id
        )
        session.flush()
        return assignment, job
    done = assign_people(session, actor, assignment, people, now=now)
    finish(session, assignment, done, now=now)
    return assignment, None


def finish(
    session: Session, assignment: Assignment, done: Counter[str], *, now: datetime.datetime
) -> None:
    """Note what came of it."""
    assignment.counts = dict(done)
    assignment.state = AssignmentState.DONE
    assignment.done_at = now
    session.flush()


def assign_people(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    person_ids: Sequence[int],
    *,
    now: datetime.datetime,
) -> Counter[str]:
    """Assign to these people, about 200, whom the actor reaches; how many by outcome.

    Repeating it changes nothing: who is on the course is kept.
    """
    subject = get_subject(session, actor, assignment.subject_kind, assignment.subject_key)
    people = [person for person, _ in get_people(session, actor, person_ids)]
    standings = standings_of(session, actor, subject, people)
    done: Counter[str] = Counter()
    for person in people:
        outcome = outcome_of(standings[person.id], with_due=assignment.due_on is not None)
        if not _assign(session, actor, assignment, subject, person, outcome, now=now):
            outcome = Outcome.KEEP
        done[outcome.value] += 1
    return done


def _assign(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    subject: Subject,
    person: Person,
    outcome: Outcome,
    *,
    now: datetime.datetime,
) -> bool:
    """Do what the outcome says with one person; False if somebody else did it meanwhile."""
    day, run_id = assignment.due_on, assignment.run_id
    zone = zone_for(person.time_zone, person.member_code)
    due = Due.on(day, zone, now=now) if day is not None else None
    if outcome is Outcome.ENROL:
        made = _put_on(session, actor, subject, person, due, run_id=run_id, now=now)
        if made is None:
            return False
    elif outcome in {Outcome.RETURN, Outcome.SET_DUE}:
        row = rows_of_people(session, subject, [person.id], for_change=True)[person.id][-1]
        if outcome is Outcome.RETURN:
            if isinstance(row, Enrolment):
                come_back(session, actor, row, person, now=now, run_id=run_id)
            else:
                return_to_path(session, actor, row, person, now=now, run_id=run_id)
        row.assigned_by = actor.person_id
        row.run_id = run_id
        if day is not None:
            put_due(row, person, day, now=now)
            written_down(session, actor, row, person, now=now, run_id=run_id)
        session.flush()
    else:
        return True
    tell_of(
        session,
        ASSIGNED if day is None else ASSIGNED_BY_DAY,
        subject.kind,
        person_id=person.id,
        title=subject.own_title,
        key=subject.key,
        day=day,
        now=now,
        once_key=f"assigned@{run_id}",
    )
    return True


def _put_on(
    session: Session,
    actor: Actor,
    subject: Subject,
    person: Person,
    due: Due | None,
    *,
    run_id: str,
    now: datetime.datetime,
) -> int | None:
    language = person.interface_language
    if subject.path is not None:
        return put_on_path(
            session,
            actor,
            person,
            subject.path,
            source=Source.ASSIGNMENT,
            language=language,
            now=now,
            due=due,
            run_id=run_id,
        )
    (card,) = subject.cards
    return put_on(
        session,
        actor,
        person,
        subject.edition or get_current(session, subject.key),
        source=Source.ASSIGNMENT,
        language=language if language in card.languages else card.language,
        now=now,
        due=due,
        run_id=run_id,
    )


def _owner(actor: Actor) -> tuple[str, int | None]:
    """The member and agency an assignment of this actor belongs to."""
    scopes = scopes_for(actor, Permission.ASSIGNMENT_MAKE)
    if actor.member_code is None or actor.person_id is None:
        raise RefusedError(N_("Your role does not let you do this."))
    members, agencies = scopes.of(ScopeKind.MEMBER), scopes.of(ScopeKind.AGENCY)
    if scopes.everywhere:
        return actor.member_code, None
    if members:
        return actor.member_code if actor.member_code in members else min(members), None
    if agencies:
        own = actor.agency_id
        held = own if own is not None and str(own) in agencies else int(min(agencies))
        return actor.member_code, held
    raise RefusedError(N_("Your role does not let you do this."))
