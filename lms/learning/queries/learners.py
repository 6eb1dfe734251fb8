"""The learners of a course as its trainer sees them: pages of a list, and one of them.

What lists filter and sort by is in `standing`, made by the worker; what a line says of
each learner is read from the enrolments and the evidence of the page shown.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from lms.access.disclosure import Field, Viewer
from lms.access.reaches import Reach, scoped, vouched, within
from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.models import Standing
from lms.learning.queries.taught import teaches
from lms.learning.rules.plans import Plan, plan_of
from lms.learning.rules.teaching import (
    LIMITED_SORT_NAME,
    Narrowed,
    Order,
    Pace,
    is_overdue,
    is_stalled,
    viewer_of_course,
)
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import (
    AGENCY_COLUMNS,
    PERSON_COLUMNS,
    AgencyFacts,
    AnyAgency,
    AnyPerson,
    PersonFacts,
    PersonView,
    disclose_list,
    switches_of,
)
from lms.people.rules.listing import FEWEST_NAMED
from lms.progress.queries import known_of
from lms.progress.rules import Known, Place, place

PAGE = 50
_NO_ADDRESS = frozenset({Field.EMAIL})

Key = tuple[Any, ...]
AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]
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


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """One learner of a course: plan, and the attempts handed in by quiz, first to last."""

    enrolment: Enrolment
    view: PersonView
    edition: Edition
    number: int
    plan: Plan
    attempts: dict[str, list[Attempt]]
    is_stalled: bool
    is_overdue: bool


def list_learners(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    order: Order,
    *,
    after: int | None,
    as_of: datetime.datetime,
    now: datetime.datetime,
    limit: int = PAGE,
) -> tuple[list[Learner], int | None]:
    """A page of learners, and the enrolment behind which the next begins (None at the end).

    `after` is an enrolment of the list. Statements and rows read are the same whatever the
    number enrolled. `as_of` is the moment that "stalled" and "overdue" are taken at.
    """
    key = _place(session, actor, course_key, order, after) if after is not None else None
    ids = _page_ids(session, actor, course_key, wanted, order, key, as_of, limit + 1)
    learners = _learners(session, actor, course_key, ids[:limit], now)
    return learners, ids[limit - 1] if len(ids) > limit else None


def every_learner(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    *,
    as_of: datetime.datetime,
    now: datetime.datetime,
    most: int | None = None,
) -> Iterator[Learner]:
    """All learners of the filter by name, read 500 at a time, `most` at the most."""
    after, left = None, most
    while left is None or left > 0:
        size = 500 if left is None else min(left, 500)
        page, after = list_learners(
            session, actor, course_key, wanted, Order.NAME,
            after=after, as_of=as_of, now=now, limit=size,
        )  # fmt: skip
        yield from page
        left = None if left is None else left - len(page)
        if after is None:
            return


def count_learners(
    session: Session, actor: Actor, course_key: str, wanted: Narrowed, *, as_of: datetime.datetime
) -> int:
    """How many the filter finds, exactly; it reads an entry of an index for each."""
    named = _named(session, actor, course_key, wanted)
    counts = [
        _narrowed(actor, course_key, wanted, state, as_of, named)
        .with_only_columns(func.count())
        .select_from(Standing)
        for state in wanted.states
    ]
    return sum(session.execute(statement).scalar_one() for statement in counts)


def list_recipients(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    *,
    after: int,
    as_of: datetime.datetime,
    limit: int,
) -> Sequence[tuple[int, int]]:
    """Enrolments and people of the filter behind an enrolment, in the order of enrolments."""
    named = _named(session, actor, course_key, wanted)
    found: list[tuple[int, int]] = []
    for state in wanted.states:
        statement = (
            _narrowed(actor, course_key, wanted, state, as_of, named)
            .with_only_columns(Standing.enrolment_id, Standing.person_id)
            .where(Standing.enrolment_id > after)
            .order_by(Standing.enrolment_id)
            .limit(limit)
        )
        found += [(row[0], row[1]) for row in session.execute(statement)]
    return sorted(found)[:limit]


def get_learner(
    session: Session,
    actor: Actor,
    course_key: str,
    enrolment_id: int,
    *,
    now: datetime.datetime,
) -> LearnerPage:
    """One learner of a course the actor teaches. Raises NotFoundError, also for another course's.

    Results of attempts, and never answers.
    """
    found = None
    if teaches(actor, course_key):
        whole = _joined(
            select(Enrolment, Person, Agency, StoredEdition.digest, StoredEdition.number)
        )
        limited = _limited(whole, actor, course_key, [enrolment_id])
        found = session.execute(limited).one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such person on this course."))
    enrolment, person, agency, digest, number = found
    edition = get_edition(session, digest)
    known = known_of(session, actor, Reach.TAUGHT, [enrolment.id])[enrolment.id]
    statement = (
        scoped(Attempt, actor, Reach.TAUGHT)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.state != AttemptState.OPEN)
        .order_by(Attempt.activity_key, Attempt.number)
    )
    attempts: dict[str, list[Attempt]] = {}
    for attempt in session.execute(statement).scalars():
        attempts.setdefault(attempt.activity_key, []).append(attempt)
    viewer = viewer_of_course(actor, course_key)
    moved_at = enrolment.last_activity_at or enrolment.enrolled_at
    return LearnerPage(
        enrolment=enrolment,
        view=see_learners([(person, agency)], viewer)[0],
        edition=edition,
        number=number,
        plan=plan_of(edition, known),
        attempts=attempts,
        is_stalled=is_stalled(enrolment.state, moved_at, now),
        is_overdue=is_overdue(enrolment.state, enrolment.due_at, now),
    )


def see_learners(
    people: Sequence[tuple[AnyPerson, AnyAgency | None]], viewer: Viewer
) -> list[PersonView]:
    """People as one who teaches them sees them, in their order.

    With limited listing they are "Official" to a trainer as to any fellow participant; what
    a trainer needs to teach is where they stand, not who they are.
    """
    limited = Viewer.FELLOW_PARTICIPANT if viewer is Viewer.TRAINER else viewer
    return disclose_list(
        (
            (person, agency, limited if switches_of(person, agency).is_limited else viewer)
            for person, agency in people
        ),
        but=_NO_ADDRESS,
    )


def _learners(
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
    views = see_learners([(person, agency) for _, person, agency, _ in present], viewer)
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


_Row = tuple[EnrolmentFacts, PersonFacts, AgencyFacts | None, str]


def _rows(session: Session, actor: Actor, course_key: str, ids: Sequence[int]) -> list[_Row]:
    """Enrolments with their people, agencies and the digests of their editions, as facts: columns
    cost much less than three mapped objects a line."""
    statement = _limited(_lines(), actor, course_key, ids)
    person_from = len(_ENROLMENT_COLUMNS)
    agency_from = person_from + len(PERSON_COLUMNS)
    return [
        (
            EnrolmentFacts(*row[:person_from]),
            PersonFacts(*row[person_from:agency_from]),
            # Whoever has no agency has no id of one either.
            AgencyFacts(*row[agency_from:-1]) if row[agency_from] is not None else None,
            row[-1],
        )
        for row in session.execute(statement)
    ]


@functools.cache
def _lines() -> AnySelect:
    """The columns of `_rows`, set up once: that costs more than running them for a page."""
    return _joined(
        select(*_ENROLMENT_COLUMNS, *PERSON_COLUMNS, *AGENCY_COLUMNS, StoredEdition.digest)
    )


def _joined(statement: AnySelect) -> AnySelect:
    """With the people, agencies and editions of enrolments."""
    return (
        statement.select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
    )


def _limited(statement: AnySelect, actor: Actor, course_key: str, ids: Sequence[int]) -> AnySelect:
    """Limited to these enrolments that the actor teaches. The people are those of these
    enrolments, so the join limits them and the statement vouches for them."""
    limited = within(statement, Enrolment, actor, Reach.TAUGHT).where(
        Enrolment.course_key == course_key, Enrolment.id.in_(ids)
    )
    return vouched(limited, Person)


def _page_ids(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    order: Order,
    key: Key | None,
    as_of: datetime.datetime,
    limit: int,
) -> list[int]:
    """Enrolments of one page. Each state is read in the order of an index, then they are merged."""
    column, is_falling = _column(order)
    named = _named(session, actor, course_key, wanted)
    parts: list[Any] = []
    for state in wanted.states:
        part: Any = _narrowed(actor, course_key, wanted, state, as_of, named).with_only_columns(
            Standing.enrolment_id, column.label("place")
        )
        if key is not None:
            pair = tuple_(column, Standing.enrolment_id)
            part = part.where(pair < key if is_falling else pair > key)
        parts.append(_sorted(part, column, Standing.enrolment_id, is_falling).limit(limit))
    if len(parts) == 1:
        return list(session.execute(parts[0].with_only_columns(Standing.enrolment_id)).scalars())
    pieces = [part.subquery() for part in parts]
    both = union_all(*(select(piece.c.enrolment_id, piece.c.place) for piece in pieces)).subquery()
    merged = _sorted(select(both.c.enrolment_id), both.c.place, both.c.enrolment_id, is_falling)
    return list(session.execute(vouched(merged.limit(limit), Standing, Person)).scalars())


def _sorted(
    statement: Select[Any], first: AnyColumn, second: AnyColumn, is_falling: bool
) -> Select[Any]:
    if is_falling:
        return statement.order_by(first.desc(), second.desc())
    return statement.order_by(first, second)


def _column(order: Order) -> tuple[AnyColumn, bool]:
    """What a list is sorted by, and whether it falls (newest first)."""
    if order is Order.NAME:
        return Standing.sort_name, False
    if order is Order.ACTIVITY:
        return Standing.moved_at, True
    return Standing.enrolment_id, True


def _place(session: Session, actor: Actor, course_key: str, order: Order, after: int) -> Key | None:
    """Where the page behind this enrolment begins; None (the first page) for another's.

    Addresses of pages carry the id and no name, since addresses end up in logs.
    """
    column, _ = _column(order)
    statement = scoped(Standing, actor, Reach.TAUGHT).where(
        Standing.course_key == course_key, Standing.enrolment_id == after
    )
    found = session.execute(
        statement.with_only_columns(column, Standing.enrolment_id)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def _narrowed(
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    state: EnrolmentState,
    as_of: datetime.datetime,
    named: bool,
) -> Select[Standing]:
    statement = scoped(Standing, actor, Reach.TAUGHT).where(
        Standing.course_key == course_key, Standing.state == state
    )
    if wanted.module:
        statement = statement.where(Standing.module_key == wanted.module)
    if wanted.pace is Pace.STALLED:
        statement = statement.where(Standing.moved_at < as_of - STALLED)
    if wanted.pace is Pace.OVERDUE:
        statement = statement.where(Standing.due_at < as_of)
    if wanted.member:
        statement = statement.where(Standing.member_code == wanted.member)
    if named:
        return statement
    of_standing = statement.join(Person, Person.id == Standing.person_id).outerjoin(
        Agency, Agency.id == Person.agency_id
    )
    return vouched(of_standing.where(~_is_limited()), Person)


def _named(session: Session, actor: Actor, course_key: str, wanted: Narrowed) -> bool:
    """Whether a filter by member may find people with limited listing.

    A list narrowed to one member names the member of all in it. To a trainer it therefore
    leaves them out, unless there are so many of the member that no one is told apart. They
    are found by the sort name they share; who limited the listing since the last count is
    not yet among them, which leaves out more and never fewer.
    """
    if not wanted.member or viewer_of_course(actor, course_key) is not Viewer.TRAINER:
        return True
    limited = (
        scoped(Standing, actor, Reach.TAUGHT)
        .where(
            Standing.course_key == course_key,
            Standing.state.in_(wanted.states),
            Standing.sort_name == LIMITED_SORT_NAME,
            Standing.member_code == wanted.member,
        )
        .join(Person, Person.id == Standing.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(_is_limited())
        .with_only_columns(Standing.enrolment_id)
        .limit(FEWEST_NAMED)
    )
    return len(session.execute(vouched(limited, Person)).all()) >= FEWEST_NAMED


def _is_limited() -> ColumnElement[bool]:
    """`disclosed.switches_of` in SQL; False and never null."""
    by_agency = and_(Agency.id.is_not(None), Agency.limits_listing.is_(True))
    return or_(Person.limits_own_listing.is_(True), Person.limited_by_agency.is_(True), by_agency)
