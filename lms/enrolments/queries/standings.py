"""How people stand towards a course or a path that somebody is about to assign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.queries import get_current
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.queries.prerequisites import KEEPER, lacking
from lms.enrolments.queries.subjects import Subject
from lms.enrolments.rules.assigning import Standing
from lms.enrolments.rules.states import EnrolmentState
from lms.people.models import Person
from lms.people.queries.persons import state_for

Row = Enrolment | PathEnrolment


def standings_of(
    session: Session, actor: Actor, subject: Subject, people: Sequence[Person]
) -> dict[int, Standing]:
    """For each of these people, whom the actor reaches, how they stand towards the subject.

    A day due on an enrolment of another member or agency is not the actor's to add, so
    it counts as set. Three statements at the most, however many people.
    """
    ids = [person.id for person in people]
    rows = rows_of_people(session, subject, ids)
    first = subject.edition or get_current(session, subject.cards[0].key)
    lacks = lacking(session, first, ids)
    found = {}
    for person in people:
        own = rows[person.id]
        latest = own[-1] if own else None
        found[person.id] = Standing(
            state=state_for(actor, person),
            latest=latest.state if latest is not None else None,
            has_completed=any(row.state is EnrolmentState.COMPLETED for row in own),
            has_due=latest is not None and (latest.due_on is not None or not _is_of(actor, latest)),
            lacks=lacks[person.id],
        )
    return found


def rows_of_people(
    session: Session, subject: Subject, person_ids: Sequence[int], *, for_change: bool = False
) -> dict[int, list[Row]]:
    """The enrolments of these people on the course, or on the path, oldest first.

    Asks as the system: the caller has decided that the actor reaches these people.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    if subject.path is not None:
        on_path = scoped(PathEnrolment, KEEPER, Reach.ALL_MEMBERS).where(
            PathEnrolment.path_key == subject.key, PathEnrolment.person_id.in_(sorted(person_ids))
        )
        on_path = on_path.order_by(PathEnrolment.id)
        if for_change:
            on_path = on_path.with_for_update().execution_options(populate_existing=True)
        for on_a_path in session.execute(on_path).scalars():
            found[on_a_path.person_id].append(on_a_path)
        return found
    statement = scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS).where(
        Enrolment.course_key == subject.key, Enrolment.person_id.in_(sorted(person_ids))
    )
    statement = statement.order_by(Enrolment.id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    for row in session.execute(statement).scalars():
        found[row.person_id].append(row)
    return found


def _is_of(actor: Actor, row: Row) -> bool:
    return may_for_agency(actor, Permission.ASSIGNMENT_MAKE, row.member_code, row.agency_id)
