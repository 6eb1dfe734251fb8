"""Which learners of a course a list of its trainer holds: filtered, sorted, a page at a time.

What lists filter and sort by is in `standing`, made by the worker; what a line says of each
learner is in `learner_lines`.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from lms.access.disclosure import Viewer
from lms.access.reaches import Reach, scoped, vouched
from lms.core.actor import Actor
from lms.core.database import Id, Session
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.models import Standing
from lms.learning.queries.learner_lines import Learner, read_lines
from lms.learning.rules.teaching import LIMITED_SORT_NAME, Narrowed, Order, Pace, viewer_of_course
from lms.people.models import Agency, Person
from lms.people.rules.listing import FEWEST_NAMED

PAGE = 50

Key = tuple[Any, ...]
_MOST = bindparam("most", type_=Integer)
AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]


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
    learners = read_lines(session, actor, course_key, ids[:limit], now)
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
    values = _values(course_key, wanted, as_of)
    counts = [
        _narrowed(actor, wanted, state, named).with_only_columns(func.count()).select_from(Standing)
        for state in wanted.states
    ]
    return sum(session.execute(statement, values).scalar_one() for statement in counts)


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
    values = _values(course_key, wanted, as_of)
    found: list[tuple[int, int]] = []
    for state in wanted.states:
        statement = (
            _narrowed(actor, wanted, state, named)
            .with_only_columns(Standing.enrolment_id, Standing.person_id)
            .where(Standing.enrolment_id > after)
            .order_by(Standing.enrolment_id)
            .limit(limit)
        )
        found += [(row[0], row[1]) for row in session.execute(statement, values)]
    return sorted(found)[:limit]


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
    """Enrolments of one page."""
    named = _named(session, actor, course_key, wanted)
    values = {**_values(course_key, wanted, as_of), "most": limit}
    if key is not None:
        values |= {"behind_place": key[0], "behind": key[1]}
    statement = _page(actor, wanted.shape, order, named, is_later=key is not None)
    return list(session.execute(statement, values).scalars())


@functools.lru_cache(maxsize=64)
def _page(
    actor: Actor, wanted: Narrowed, order: Order, named: bool, *, is_later: bool
) -> Select[int]:
    """The statement of `_page_ids`, built once for each trainer, filter and order: that costs
    more than running it. Each state is read in the order of an index, then they are merged.
    """
    column, is_falling = _column(order)
    parts: list[Any] = []
    for state in wanted.states:
        part: Any = _narrowed(actor, wanted, state, named).with_only_columns(
            Standing.enrolment_id, column.label("place")
        )
        if is_later:
            pair = tuple_(column, Standing.enrolment_id)
            key = tuple_(
                bindparam("behind_place", type_=column.type), bindparam("behind", type_=Id)
            )
            part = part.where(pair < key if is_falling else pair > key)
        parts.append(_sorted(part, column, Standing.enrolment_id, is_falling).limit(_MOST))
    if len(parts) == 1:
        return cast(Select[int], parts[0].with_only_columns(Standing.enrolment_id))
    pieces = [part.subquery() for part in parts]
    both = union_all(*(select(piece.c.enrolment_id, piece.c.place) for piece in pieces)).subquery()
    merged = _sorted(select(both.c.enrolment_id), both.c.place, both.c.enrolment_id, is_falling)
    return vouched(merged.limit(_MOST), Standing, Person)


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
    actor: Actor, wanted: Narrowed, state: EnrolmentState, named: bool
) -> Select[Standing]:
    """The standings of one state. Of the filter it says only what is asked; `_values` says
    which course, module, moment and member."""
    statement = scoped(Standing, actor, Reach.TAUGHT).where(
        Standing.course_key == bindparam("course_key"), Standing.state == state
    )
    if wanted.module:
        statement = statement.where(Standing.module_key == bindparam("module"))
    if wanted.pace is Pace.STALLED:
        statement = statement.where(Standing.moved_at < bindparam("moment"))
    if wanted.pace is Pace.OVERDUE:
        statement = statement.where(Standing.due_at < bindparam("moment"))
    if wanted.member:
        statement = statement.where(Standing.member_code == bindparam("member"))
    if named:
        return statement
    of_standing = statement.join(Person, Person.id == Standing.person_id).outerjoin(
        Agency, Agency.id == Person.agency_id
    )
    return vouched(of_standing.where(~_is_limited()), Person)


def _values(course_key: str, wanted: Narrowed, as_of: datetime.datetime) -> dict[str, Any]:
    """The values of a statement of `_narrowed`."""
    values: dict[str, Any] = {"course_key": course_key}
    if wanted.module:
        values["module"] = wanted.module
    if wanted.pace is not None:
        values["moment"] = as_of - STALLED if wanted.pace is Pace.STALLED else as_of
    if wanted.member:
        values["member"] = wanted.member
    return values


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
