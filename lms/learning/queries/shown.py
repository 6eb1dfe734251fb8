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
from lms.people.queries.disclosed import PersonView, disclose_list

KEEPER = Actor.system("learning")


def seen_as(session: Session, viewers: Mapping[int, Viewer]) -> dict[int, PersonView]:
    """People by id as these viewers see them, in one statement; none for an empty list.

    The caller has reached every one of these ids through a row the actor may read.
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
    rows = [(row[0], row[1], viewers[row[0].id]) for row in session.execute(statement)]
    return {view.person_id: view for view in disclose_list(rows)}
