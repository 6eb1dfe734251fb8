"""Who works on a draft, by the names colleagues see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped, vouched
from lms.authoring.models import Draft, DraftContributor
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView, disclose

KEEPER = Actor.system("authoring")


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who may write the draft, as colleagues see them."""

    person_id: int
    view: PersonView


def views_of(session: Session, person_ids: Collection[int | None]) -> dict[int, PersonView]:
    """How these people are shown to others who work on the same draft: as they are listed."""
    wanted = sorted({person_id for person_id in person_ids if person_id is not None})
    if not wanted:
        return {}
    statement = vouched(
        scoped(Person, KEEPER, Reach.ALL_MEMBERS)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
        .where(Person.id.in_(wanted)),
        Person,
    )
    return {
        person.id: disclose(person, Viewer.FELLOW_PARTICIPANT, agency)
        for person, agency in session.execute(statement)
    }


def list_contributors(session: Session, draft: Draft) -> Sequence[Contributor]:
    """Everybody who may write the draft, in the order in which they joined."""
    statement = (
        select(DraftContributor.person_id)
        .where(DraftContributor.draft_id == draft.id)
        .order_by(DraftContributor.id)
    )
    people = list(session.execute(statement).scalars())
    views = views_of(session, people)
    return [Contributor(person_id, views[person_id]) for person_id in people if person_id in views]
