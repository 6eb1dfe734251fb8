"""People as the pages of this room show them: by the disclosure table, and never more.

Who is named follows from rows the actor has reached already (an enrolment they teach, a
question they may read); only then are the people read, by the room itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView, disclose_list, switches_of

KEEPER = Actor.system("learning")


def seen_as(session: Session, viewers: Mapping[int, Viewer]) -> dict[int, PersonView]:
    """People by id as these viewers see them, in one statement; none for an empty list.

    The caller has reached every one of these ids through a row the actor may read. People
    with limited listing are "Official" to a trainer as to any fellow participant.
    """
    if not viewers:
        return {}
    statement = (
        scoped(Person, KEEPER, Reach.ALL_MEMBERS)
        .where(Person.id.in_(sorted(viewers)))
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
        .order_by(Person.id)
    )
    rows = [
        (person, agency, _as_listed(person, agency, viewers[person.id]))
        for person, agency in session.execute(statement)
    ]
    return {view.person_id: view for view in disclose_list(rows)}


def _as_listed(person: Person, agency: Agency | None, viewer: Viewer) -> Viewer:
    is_limited = switches_of(person, agency).is_limited
    return Viewer.FELLOW_PARTICIPANT if is_limited and viewer is Viewer.TRAINER else viewer
