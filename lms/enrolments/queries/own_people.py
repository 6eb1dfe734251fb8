"""The people a focal point looks after, with what they are on and how it stands."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_

from lms.access.permissions import Permission
from lms.access.reaches import Reach, rows_of, scoped, vouched
from lms.access.rules import may
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.courses.catalogue import CourseCard
from lms.courses.models import PathEdition, StoredEdition
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.standing import Standing, standing_of
from lms.enrolments.rules.states import EnrolmentState, Source
from lms.people.models import Agency, Person
from lms.people.models.persons import PersonState
from lms.people.queries.persons import MOST_COUNTED, After

PAGE = 50
Row = Enrolment | PathEnrolment


@dataclass(frozen=True, slots=True)
class OwnFilter:
    """Which people a list shows; empty fields ask for nothing. `due_days` is a number of days."""

    words: str = ""
    course: str = ""
    standing: Standing | None = None
    member_code: str = ""
    agency_id: int | None = None
    due_days: int | None = None

    @property
    def asks_for_courses(self) -> bool:
        """Whether a person must be on something to be shown."""
        return bool(self.course) or self.standing is not None or self.due_days is not None


@dataclass(frozen=True, slots=True)
class OnSomething:
    """One course or path of one person, as their focal point may know it.

    No score, no answer, and no reason for leaving is in it (access.disclosure).
    """

    kind: SubjectKind
    key: str
    title: str
    standing: Standing
    state: EnrolmentState
    source: Source
    is_assigned: bool
    enrolled_at: datetime.datetime
    last_activity_at: datetime.datetime | None
    due_on: datetime.date | None
    due_zone: str | None
    completed_at: datetime.datetime | None
    enrolment_id: int
    edition_id: int


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """One person with what they are on; what is under way comes first."""

    person: Person
    agency: Agency | None
    on: Sequence[OnSomething] = field(default_factory=tuple)


def list_own_people(
    session: Session,
    actor: Actor,
    wanted: OwnFilter,
    *,
    now: datetime.datetime,
    after: After | None = None,
    limit: int = PAGE,
) -> tuple[list[OwnPerson], After | None]:
    """A page of people by name, and where the next begins. Five statements, however many."""
    statement = _filtered(actor, wanted, now)
    if after is not None:
        key = tuple_(Person.sort_name, Person.id)
        statement = statement.where(key > (after.sort_name, after.person_id))
    statement = statement.order_by(Person.sort_name, Person.id).limit(limit + 1)
    with_agency = statement.outerjoin(Agency, Agency.id == Person.agency_id).add_columns(Agency)
    rows = [(row[0], row[1]) for row in session.execute(with_agency)]
    shown = rows[:limit]
    on = on_of_people(session, actor, [person.id for person, _ in shown], now=now)
    people = [OwnPerson(person, agency, tuple(on[person.id])) for person, agency in shown]
    if len(rows) <= limit:
        return people, None
    last = shown[-1][0]
    return people, After(last.sort_name, last.id)


def every_own_person(
    session: Session, actor: Actor, wanted: OwnFilter, *, now: datetime.datetime, most: int
) -> Iterator[OwnPerson]:
    """All people of the filter by name, read in pieces, `most` at the most."""
    after: After | None = None
    left = most
    while left > 0:
        people, after = list_own_people(
            session, actor, wanted, now=now, after=after, limit=min(left, 500)
        )
        yield from people
        left -= len(people)
        if after is None:
            return


def count_own_people(
    session: Session,
    actor: Actor,
    wanted: OwnFilter,
    *,
    now: datetime.datetime,
    most: int = MOST_COUNTED,
) -> int:
    """How many people the filter finds, counted no further than `most` + 1."""
    some = _filtered(actor, wanted, now).with_only_columns(Person.id).limit(most + 1).subquery()
    counting = select(func.count()).select_from(some)
    counting = vouched(counting, Person, Enrolment, PathEnrolment)
    return session.execute(counting).scalar_one()


def every_own_id(
    session: Session, actor: Actor, wanted: OwnFilter, *, now: datetime.datetime, most: int
) -> list[int]:
    """The ids of all people of the filter by name, `most` at the most."""
    statement = _filtered(actor, wanted, now).with_only_columns(Person.id)
    statement = statement.order_by(Person.sort_name, Person.id).limit(most)
    return list(session.execute(statement).scalars())


def get_own_person(
    session: Session, actor: Actor, person_id: int, *, now: datetime.datetime
) -> OwnPerson:
    """One of them. Raises NotFoundError outside the actor's reach, as for an id nobody has."""
    statement = (
        scoped(Person, actor, Reach.OWN_MEMBER)
        .where(Person.id == person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .add_columns(Agency)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFoundError(N_("There is no such person among those you look after."))
    on = on_of_people(session, actor, [person_id], now=now)
    return OwnPerson(found[0], found[1], tuple(on[person_id]))


def on_of_people(
    session: Session,
    actor: Actor,
    person_ids: Collection[int],
    *,
    now: datetime.datetime,
) -> dict[int, list[OnSomething]]:
    """What these people are or were on under the actor's member or agency.

    Four statements at the most. A course left and begun anew is shown once, as it stands.
    """
    courses = (
        scoped(Enrolment, actor, Reach.OWN_MEMBER)
        .where(Enrolment.person_id.in_(sorted(person_ids)))
        .order_by(Enrolment.id.desc())
    )
    paths = (
        scoped(PathEnrolment, actor, Reach.OWN_MEMBER)
        .where(PathEnrolment.person_id.in_(sorted(person_ids)))
        .order_by(PathEnrolment.id.desc())
    )
    enrolments = session.execute(courses).scalars().all()
    on_paths = session.execute(paths).scalars().all()
    titles = _course_titles(session, {each.edition_id for each in enrolments})
    path_titles = _path_titles(session, {each.path_edition_id for each in on_paths})
    found: dict[int, dict[tuple[SubjectKind, str], OnSomething]] = defaultdict(dict)
    for on_path in on_paths:
        shown = _shown(on_path, path_titles[on_path.path_edition_id], now)
        found[on_path.person_id].setdefault((shown.kind, shown.key), shown)
    for each in enrolments:
        shown = _shown(each, titles[each.edition_id], now)
        found[each.person_id].setdefault((shown.kind, shown.key), shown)
    order = list(Standing)
    return {
        person_id: sorted(found[person_id].values(), key=lambda on: order.index(on.standing))
        for person_id in person_ids
    }


def count_overdue(session: Session, actor: Actor, *, now: datetime.datetime) -> int:
    """How many persons the actor looks after have something overdue; 0 without such a role."""
    if not may(actor, Permission.ENROLMENT_READ_OWN_MEMBER):
        return 0
    statement = _filtered(actor, OwnFilter(standing=Standing.OVERDUE), now)
    counting = statement.with_only_columns(func.count(Person.id))
    return session.execute(counting).scalar_one()


def _filtered(actor: Actor, wanted: OwnFilter, now: datetime.datetime) -> Select[Person]:
    statement = scoped(Person, actor, Reach.OWN_MEMBER).where(
        Person.state.in_([PersonState.ACTIVE, PersonState.SUSPENDED])
    )
    if wanted.member_code:
        statement = statement.where(Person.member_code == wanted.member_code)
    if wanted.agency_id is not None:
        statement = statement.where(Person.agency_id == wanted.agency_id)
    for word in fold(wanted.words).split():
        statement = statement.where(Person.search_text.contains(word, autoescape=True))
    if wanted.asks_for_courses:
        on = [_is_on(Enrolment, actor, wanted, now)]
        if not wanted.course:
            on.append(_is_on(PathEnrolment, actor, wanted, now))
        statement = vouched(statement.where(or_(*on)), Enrolment, PathEnrolment)
    return statement


def _is_on(
    model: type[Row], actor: Actor, wanted: OwnFilter, now: datetime.datetime
) -> ColumnElement[bool]:
    """The person has a row within the actor's reach that is as asked for."""
    conditions = [model.person_id == Person.id, rows_of(model, actor, Reach.OWN_MEMBER)]
    if wanted.course:
        conditions.append(Enrolment.course_key == wanted.course)
    if wanted.due_days is not None:
        last = now + datetime.timedelta(days=wanted.due_days)
        conditions += [model.state == EnrolmentState.ACTIVE, model.due_at > now]
        conditions.append(model.due_at <= last)
    if wanted.standing is not None:
        conditions.append(_standing_is(model, wanted.standing, now))
    return exists().where(*conditions)


def _standing_is(
    model: type[Row], standing: Standing, now: datetime.datetime
) -> ColumnElement[bool]:
    """`rules.standing.standing_of` in SQL. Nobody works on a path itself: it is under way."""
    if standing is Standing.COMPLETED:
        return model.state == EnrolmentState.COMPLETED
    if standing is Standing.LEFT:
        return model.state == EnrolmentState.WITHDRAWN
    active = model.state == EnrolmentState.ACTIVE
    if standing is Standing.OVERDUE:
        return and_(active, model.due_at <= now)
    in_time = and_(active, or_(model.due_at.is_(None), model.due_at > now))
    if model is PathEnrolment:
        return in_time if standing is Standing.ACTIVE else false()
    if standing is Standing.NOT_BEGUN:
        return and_(in_time, Enrolment.last_activity_at.is_(None))
    if standing is Standing.STALLED:
        return and_(in_time, Enrolment.last_activity_at <= now - STALLED)
    return and_(in_time, Enrolment.last_activity_at > now - STALLED)


def _shown(row: Row, title: str, now: datetime.datetime) -> OnSomething:
    is_path = isinstance(row, PathEnrolment)
    # Nobody works on a path itself: that it was begun is its sign of life.
    last_activity_at = now if isinstance(row, PathEnrolment) else row.last_activity_at
    return OnSomething(
        kind=SubjectKind.PATH if is_path else SubjectKind.COURSE,
        key=row.path_key if isinstance(row, PathEnrolment) else row.course_key,
        title=title,
        standing=standing_of(
            row.state, last_activity_at=last_activity_at, due_at=row.due_at, now=now
        ),
        state=row.state,
        source=row.source,
        is_assigned=row.assigned_by is not None,
        enrolled_at=row.enrolled_at,
        last_activity_at=None if isinstance(row, PathEnrolment) else row.last_activity_at,
        due_on=row.due_on,
        due_zone=row.due_zone,
        completed_at=row.completed_at,
        enrolment_id=row.id,
        edition_id=row.path_edition_id if isinstance(row, PathEnrolment) else row.edition_id,
    )


def _course_titles(session: Session, edition_ids: set[int]) -> dict[int, str]:
    statement = select(StoredEdition.id, StoredEdition.card).where(
        StoredEdition.id.in_(sorted(edition_ids))
    )
    if not edition_ids:
        return {}
    return {key: CourseCard.from_json(card).title("") for key, card in session.execute(statement)}


def _path_titles(session: Session, edition_ids: set[int]) -> dict[int, str]:
    statement = select(PathEdition.id, PathEdition.content).where(
        PathEdition.id.in_(sorted(edition_ids))
    )
    if not edition_ids:
        return {}
    return {key: str(content["title"]) for key, content in session.execute(statement)}
