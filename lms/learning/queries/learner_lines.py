"""Learners of a course line by line, as its trainer sees them: who, how far, and how they are."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from lms.access.disclosure import Field, Viewer
from lms.access.reaches import Reach, vouched, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.rules.teaching import is_overdue, is_stalled, viewer_of_course
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import (
    AGENCY_COLUMNS,
    NAME_COLUMNS,
    NOT_ON_A_LINE,
    AgencyFacts,
    AnyAgency,
    AnyPerson,
    NameFacts,
    PersonView,
    disclose_list,
    switches_of,
)
from lms.progress.queries import known_of
from lms.progress.rules import Known, Place, place

_NO_ADDRESS = frozenset({Field.EMAIL})

AnySelect = Select[*tuple[Any, ...]]


class EnrolmentFacts(NamedTuple):
    """What a line says of an enrolment: the columns of these names, read without the rest."""

    id: int
    state: EnrolmentState
    enrolled_at: datetime.datetime
    last_activity_at: datetime.datetime | None
    due_on: datetime.date | None
    due_at: datetime.datetime | None
    completed_at: datetime.datetime | None
    done_count: int | None
    next_key: str | None


_ENROLMENT_COLUMNS = tuple(getattr(Enrolment, name) for name in EnrolmentFacts._fields)


@dataclass(frozen=True, slots=True)
class Learner:
    """One line of the list. `view` is what the actor may see of the person."""

    enrolment: EnrolmentFacts
    view: PersonView
    done_count: int
    all_count: int
    next_title: str
    is_stalled: bool
    is_overdue: bool


def read_lines(
    session: Session, actor: Actor, course_key: str, ids: Sequence[int], now: datetime.datetime
) -> list[Learner]:
    """Lines for these enrolments, in this order: one statement.

    One more where an enrolment does not repeat yet how far it is.
    """
    rows = {row[0].id: row for row in _rows(session, actor, course_key, ids)}
    present = [rows[enrolment_id] for enrolment_id in ids if enrolment_id in rows]
    uncounted = [enrolment.id for enrolment, *_ in present if enrolment.done_count is None]
    known = known_of(session, actor, Reach.TAUGHT, uncounted) if uncounted else {}
    viewer = viewer_of_course(actor, course_key)
    people = [(person, agency) for _, person, agency, _ in present]
    views = see_learners(people, viewer, but=NOT_ON_A_LINE)
    learners = []
    for (enrolment, _person, _agency, digest), view in zip(present, views, strict=True):
        edition = get_edition(session, digest)
        reached = _reached(enrolment, edition, known)
        moved_at = enrolment.last_activity_at or enrolment.enrolled_at
        learners.append(
            Learner(
                enrolment=enrolment,
                view=view,
                done_count=reached.done_count,
                all_count=len(edition.order),
                next_title=edition.activity(reached.next_key).title if reached.next_key else "",
                is_stalled=is_stalled(enrolment.state, moved_at, now),
                is_overdue=is_overdue(enrolment.state, enrolment.due_at, now),
            )
        )
    return learners


def _reached(
    enrolment: EnrolmentFacts, edition: Edition, known: Mapping[int, list[Known]]
) -> Place:
    """How far somebody is, as the enrolment repeats it, else from the facts."""
    if enrolment.done_count is None:
        return place(edition, known.get(enrolment.id, []))
    if enrolment.done_count == 0:
        return Place(0, edition.order[0] if edition.order else None)
    return Place(enrolment.done_count, enrolment.next_key)


_Row = tuple[EnrolmentFacts, NameFacts, AgencyFacts | None, str]


def _rows(session: Session, actor: Actor, course_key: str, ids: Sequence[int]) -> list[_Row]:
    """Enrolments with their people, agencies and the digests of their editions, as facts: columns
    cost much less than three mapped objects a line."""
    statement = _lines_within(actor)
    values = of_enrolments(course_key, ids)
    person_from = len(_ENROLMENT_COLUMNS)
    agency_from = person_from + len(NAME_COLUMNS)
    return [
        (
            EnrolmentFacts(*row[:person_from]),
            NameFacts(*row[person_from:agency_from]),
            # Whoever has no agency has no id of one either.
            AgencyFacts(*row[agency_from:-1]) if row[agency_from] is not None else None,
            row[-1],
        )
        for row in session.execute(statement, values)
    ]


@functools.cache
def _lines() -> AnySelect:
    """The columns of `_rows`, set up once: that costs more than running them for a page."""
    return with_people(
        select(*_ENROLMENT_COLUMNS, *NAME_COLUMNS, *AGENCY_COLUMNS, StoredEdition.digest)
    )


@functools.lru_cache(maxsize=64)
def _lines_within(actor: Actor) -> AnySelect:
    """The same within what an actor teaches, set up once for each trainer."""
    return taught_only(_lines(), actor)


def with_people(statement: AnySelect) -> AnySelect:
    """A select of enrolments with their people, agencies and editions."""
    return (
        statement.select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
    )


def taught_only(statement: AnySelect, actor: Actor) -> AnySelect:
    """Limited to enrolments that the actor teaches, of the values of `of_enrolments`. The people
    are those of these enrolments, so the join limits them and the statement vouches for them."""
    limited = within(statement, Enrolment, actor, Reach.TAUGHT).where(
        Enrolment.course_key == bindparam("course_key"),
        Enrolment.id.in_(bindparam("enrolment_ids", expanding=True)),
    )
    return vouched(limited, Person)


def of_enrolments(course_key: str, ids: Sequence[int]) -> dict[str, Any]:
    """The values that a statement of `taught_only` asks for."""
    return {"course_key": course_key, "enrolment_ids": list(ids)}


def see_learners(
    people: Sequence[tuple[AnyPerson, AnyAgency | None]],
    viewer: Viewer,
    *,
    but: frozenset[Field] = _NO_ADDRESS,
) -> list[PersonView]:
    """People as one who teaches them sees them, in their order. `but` as in `disclose`.

    With limited listing they are "Official" to a trainer as to any fellow participant; what
    a trainer needs to teach is where they stand, not who they are.
    """
    limited = Viewer.FELLOW_PARTICIPANT if viewer is Viewer.TRAINER else viewer
    return disclose_list(
        (
            (person, agency, limited if switches_of(person, agency).is_limited else viewer)
            for person, agency in people
        ),
        but=but,
    )
