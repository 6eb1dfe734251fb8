"""How many stand where: the courses a trainer teaches, and one of them."""

from __future__ import annotations

import datetime
import functools
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.learning.models import CourseSummary
from lms.learning.queries.taught import teaches
from lms.learning.rules.teaching import Counts, together

NOT_TAUGHT = N_("There is no such course among those you teach.")


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    """A course with its counts. `as_of` is None while nothing was counted yet."""

    key: str
    card: CourseCard
    counts: Counts
    as_of: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class CoursePage:
    """One course with its current edition (the last one if none is current)."""

    course: TaughtCourse
    edition: Edition
    number: int


def list_taught(session: Session, actor: Actor) -> list[TaughtCourse]:
    """The courses the actor teaches, by title; two statements whatever is enrolled."""
    scopes = scopes_for(actor, Permission.COURSE_TEACH)
    statement = select(StoredEdition.course_key, StoredEdition.card).where(StoredEdition.is_current)
    if not scopes.everywhere:
        keys = sorted(scopes.of(ScopeKind.COURSE))
        statement = statement.where(StoredEdition.course_key.in_(keys))
    cards = {key: CourseCard.from_json(card) for key, card in session.execute(statement)}
    counted = _counts(session, cards)
    courses = [TaughtCourse(key, card, *counted[key]) for key, card in cards.items()]
    return sorted(courses, key=lambda course: course.card.title("en").casefold())


def get_course_page(session: Session, actor: Actor, course_key: str) -> CoursePage:
    """One course. Raises NotFoundError for one the actor does not teach, as if it were none."""
    stored = None
    if teaches(actor, course_key):
        stored = session.execute(_latest(), {"course_key": course_key}).one_or_none()
    if stored is None:
        raise NotFoundError(NOT_TAUGHT)
    counts, as_of = _counts(session, [course_key])[course_key]
    course = TaughtCourse(course_key, CourseCard.from_json(stored.card), counts, as_of)
    return CoursePage(course, get_edition(session, stored.digest), stored.number)


@functools.cache
def _latest() -> Select[dict[str, Any], str, int]:
    """The current edition of a course, else its last; built once, as every trainer's page asks."""
    return (
        select(StoredEdition.card, StoredEdition.digest, StoredEdition.number)
        .where(StoredEdition.course_key == bindparam("course_key"))
        .order_by(StoredEdition.is_current.desc(), StoredEdition.number.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list of the learners of one course says of the course: its current edition (the
    last one if none is current), and when it was counted last; None if never."""

    edition: Edition
    as_of: datetime.datetime | None


def get_list_page(session: Session, actor: Actor, course_key: str) -> ListPage:
    """As `get_course_page`, for pages without counts: one statement."""
    found = None
    if teaches(actor, course_key):
        found = session.execute(_latest_as_of(), {"course_key": course_key}).one_or_none()
    if found is None:
        raise NotFoundError(NOT_TAUGHT)
    return ListPage(get_edition(session, found.digest), found.as_of)


@functools.cache
def _latest_as_of() -> Select[str, datetime.datetime | None]:
    counted = (
        select(func.min(CourseSummary.as_of))
        .where(CourseSummary.course_key == bindparam("course_key"))
        .scalar_subquery()
    )
    return _latest().with_only_columns(StoredEdition.digest, counted.label("as_of"))


def as_of(session: Session, course_key: str) -> datetime.datetime | None:
    """When a course was counted last; None if never."""
    return _counts(session, [course_key])[course_key][1]


def _counts(
    session: Session, course_keys: Collection[str]
) -> dict[str, tuple[Counts, datetime.datetime | None]]:
    """Counts of all editions of each course together, and the oldest moment among them."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_summaries(), {"course_keys": sorted(course_keys)}):
        found[row.course_key].append(row)
    return {
        key: (
            together(Counts.from_json(row.counts) for row in found[key]),
            min((row.as_of for row in found[key]), default=None),
        )
        for key in course_keys
    }


@functools.cache
def _summaries() -> Select[str, dict[str, Any], datetime.datetime]:
    return select(CourseSummary.course_key, CourseSummary.counts, CourseSummary.as_of).where(
        CourseSummary.course_key.in_(bindparam("course_keys", expanding=True))
    )
