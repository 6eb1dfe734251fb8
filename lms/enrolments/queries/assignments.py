"""Reading assignments, and what one would do before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.enrolments.models import Assignment
from lms.enrolments.queries.standings import standings_of
from lms.enrolments.queries.subjects import Subject
from lms.enrolments.rules.assigning import AssignmentState, Outcome, outcome_of
from lms.people.models import Agency, Person
from lms.people.queries.persons import get_people

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """One person of an assignment and what it does with them."""

    person: Person
    agency: Agency | None
    outcome: Outcome
    lacks: Sequence[str]


def get_assignment(
    session: Session, actor: Actor, run_id: str, *, for_change: bool = False
) -> Assignment:
    """One assignment of the actor's member or agency; drafts only of their own.

    Raises NotFoundError for any other.
    """
    statement = scoped(Assignment, actor, Reach.OWN_MEMBER).where(Assignment.run_id == run_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    is_draft = found is not None and found.state is AssignmentState.DRAFT
    if found is None or (is_draft and found.made_by != actor.person_id):
        raise NotFoundError(N_("There is no such assignment."))
    return found


def list_assignments(session: Session, actor: Actor, *, most: int = 20) -> list[Assignment]:
    """The latest assignments of the actor's member or agency that are no drafts."""
    statement = (
        scoped(Assignment, actor, Reach.OWN_MEMBER)
        .where(Assignment.state != AssignmentState.DRAFT)
        .order_by(Assignment.id.desc())
        .limit(most)
    )
    return list(session.execute(statement).scalars())


def chosen_ids(assignment: Assignment) -> list[int]:
    """The ids of the people chosen, in the order of choice."""
    return [int(each) for each in assignment.chosen.get("people", ())]


def planned(
    session: Session, actor: Actor, assignment: Assignment, subject: Subject
) -> Iterator[Planned]:
    """What the assignment would do with each person chosen whom the actor reaches now."""
    ids = chosen_ids(assignment)
    for start in range(0, len(ids), CHUNK):
        rows = get_people(session, actor, ids[start : start + CHUNK])
        standings = standings_of(session, actor, subject, [person for person, _ in rows])
        for person, agency in rows:
            standing = standings[person.id]
            outcome = outcome_of(standing, with_due=assignment.due_on is not None)
            yield Planned(person, agency, outcome, tuple(standing.lacks))
