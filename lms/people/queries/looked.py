"""Who looked at a person's record, from the access record. For people with limited listing."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

from lms.access.reaches import scoped
from lms.access.roles import Role
from lms.core.access_log import list_accesses
from lms.core.actor import Actor
from lms.core.apart import AccessRecord
from lms.core.database import Session
from lms.people.models import Person
from lms.people.queries.persons import reach_of


@dataclass(frozen=True, slots=True)
class Look:
    """How often one viewer looked on one day (UTC): last when, as what roles, exported or not.

    `viewer_name` is given only where the actor reaches the viewer as one of their own.
    """

    looked_at: datetime.datetime
    roles: tuple[str, ...]
    is_export: bool
    viewer_name: str
    times: int


def list_looks(session: Session, actor: Actor, person_id: int, *, with_names: bool) -> list[Look]:
    """The latest looks at this person's record by others, newest first.

    The caller has decided that the actor may see them. `with_names` asks for the names of
    viewers within the actor's reach.
    """
    records = [
        each
        for each in list_accesses(session, person_id=person_id).records
        if each.viewer_person_id != person_id
    ]
    names: dict[int, str] = {}
    if with_names:
        viewers = {each.viewer_person_id for each in records if each.viewer_person_id is not None}
        people = scoped(Person, actor, reach_of(actor)).where(Person.id.in_(sorted(viewers)))
        names = {person.id: person.name for person in session.execute(people).scalars()}
    counted = Counter(_kind(each) for each in records)
    latest: dict[_Kind, AccessRecord] = {}
    for each in records:
        latest.setdefault(_kind(each), each)
    return [
        Look(
            looked_at=each.happened_at,
            roles=tuple(role for role in each.viewer_roles.split() if role != Role.OFFICIAL),
            is_export=each.is_export,
            viewer_name=names.get(each.viewer_person_id or 0, ""),
            times=counted[kind],
        )
        for kind, each in latest.items()
    ]


_Kind = tuple[int | None, str, bool, datetime.date]


def _kind(each: AccessRecord) -> _Kind:
    return each.viewer_person_id, each.viewer_roles, each.is_export, each.happened_at.date()
