"""Which courses must come before another, and whether they are complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current
from lms.courses.queries.paths import current_cards
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState

KEEPER = Actor.system("enrolments")


def asked_first(session: Session, stored: StoredEdition) -> tuple[str, ...]:
    """Keys of the courses that must be complete before this edition is begun."""
    return get_edition(session, stored.digest).course.prerequisites


def missing_first(session: Session, actor: Actor, stored: StoredEdition) -> list[CourseCard]:
    """The cards of the courses the actor must complete before this one, in order.

    A course that is not to be taken any more is not asked for. No statement where
    nothing is asked for.
    """
    keys = asked_first(session, stored)
    if not keys:
        return []
    statement = (
        scoped(Enrolment, actor, Reach.SELF)
        .with_only_columns(Enrolment.course_key)
        .where(Enrolment.course_key.in_(keys), Enrolment.state == EnrolmentState.COMPLETED)
    )
    complete = set(session.execute(statement).scalars())
    cards = current_cards(session, [key for key in keys if key not in complete])
    return [cards[key] for key in keys if key in cards]


def first_missing(session: Session, actor: Actor, stored: StoredEdition) -> CourseCard | None:
    """The first course the actor must complete before this one, or None."""
    return next(iter(missing_first(session, actor, stored)), None)


def lacking(
    session: Session, stored: StoredEdition, person_ids: Collection[int]
) -> dict[int, list[str]]:
    """For each of these people the keys of courses that must come first and are not complete.

    Asks as the system: the caller has decided that the actor reaches these people.
    """
    keys = asked_first(session, stored)
    keys = tuple(key for key in keys if key in current_cards(session, keys)) if keys else ()
    if not keys:
        return {person_id: [] for person_id in person_ids}
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Enrolment.person_id, Enrolment.course_key)
        .where(
            Enrolment.person_id.in_(sorted(person_ids)),
            Enrolment.course_key.in_(keys),
            Enrolment.state == EnrolmentState.COMPLETED,
        )
    )
    complete: dict[int, set[str]] = defaultdict(set)
    for person_id, key in session.execute(statement):
        complete[person_id].add(key)
    return {
        person_id: [key for key in keys if key not in complete[person_id]]
        for person_id in person_ids
    }


def first_missing_of(
    session: Session, actor: Actor, course_keys: Collection[str]
) -> CourseCard | None:
    """The first course outside a path that must come before the first of it to be taken."""
    statement = (
        scoped(Enrolment, actor, Reach.SELF)
        .with_only_columns(Enrolment.course_key)
        .where(Enrolment.course_key.in_(course_keys), Enrolment.state == EnrolmentState.COMPLETED)
    )
    complete = set(session.execute(statement).scalars())
    cards = current_cards(session, course_keys)
    key = next((key for key in course_keys if key not in complete and key in cards), None)
    return first_missing(session, actor, get_current(session, key)) if key is not None else None
