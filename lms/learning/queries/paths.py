"""What the pages of paths show: the courses in order, and how the reader stands."""

from __future__ import annotations

from dataclasses import dataclass

from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.catalogue import CourseCard
from lms.courses.queries.paths import (
    StoredPath,
    current_cards,
    get_current_path,
    list_paths,
    paths_by_edition,
)
from lms.enrolments.models import PathEnrolment
from lms.enrolments.queries.paths import find_own_path, list_own_paths, path_courses_of
from lms.enrolments.rules.states import EnrolmentState


@dataclass(frozen=True, slots=True)
class PathStep:
    """One course of a path; `card` is None when it is not to be taken any more."""

    key: str
    card: CourseCard | None
    state: EnrolmentState | None

    @property
    def is_complete(self) -> bool:
        return self.state is EnrolmentState.COMPLETED


@dataclass(frozen=True, slots=True)
class PathView:
    """A path for its reader; `enrolment` is None for who is not on it, and for visitors."""

    stored: StoredPath
    steps: tuple[PathStep, ...]
    enrolment: PathEnrolment | None

    @property
    def done_count(self) -> int:
        return sum(1 for step in self.steps if step.is_complete)

    @property
    def next(self) -> PathStep | None:
        """The first course that is not complete."""
        return next((step for step in self.steps if not step.is_complete), None)

    @property
    def minutes(self) -> int:
        """The time of all its courses that may be taken."""
        return sum(step.card.minutes for step in self.steps if step.card is not None)

    @property
    def is_complete(self) -> bool:
        return self.enrolment is not None and self.enrolment.state is EnrolmentState.COMPLETED


def list_path_views(session: Session) -> list[PathView]:
    """Every path there is, for a list; nobody's standing is in it. Two statements."""
    stored = list_paths(session)
    cards = current_cards(session, {key for each in stored for key in each.path.courses})
    return [_view(each, cards, {}, None) for each in stored]


def get_path_view(session: Session, actor: Actor, path_key: str) -> PathView:
    """A path as its reader is on it, or its current edition. Raises NotFoundError."""
    if actor.person_id is None:
        stored = get_current_path(session, path_key)
        return _view(stored, current_cards(session, stored.path.courses), {}, None)
    enrolment = find_own_path(session, actor, path_key)
    if enrolment is not None:
        editions = paths_by_edition(session, [enrolment.path_edition_id])
        stored = editions[enrolment.path_edition_id]
    else:
        stored = get_current_path(session, path_key)
    states = path_courses_of(session, actor.person_id, stored)
    return _view(stored, current_cards(session, stored.path.courses), states, enrolment)


def list_own_path_views(session: Session, actor: Actor) -> list[PathView]:
    """The paths the reader is on or completed, for their own page of learning."""
    if actor.person_id is None:
        return []
    enrolments = list_own_paths(session, actor)
    editions = paths_by_edition(session, {each.path_edition_id for each in enrolments})
    keys = {key for stored in editions.values() for key in stored.path.courses}
    cards = current_cards(session, keys)
    return [
        _view(
            editions[each.path_edition_id],
            cards,
            path_courses_of(session, actor.person_id, editions[each.path_edition_id]),
            each,
        )
        for each in enrolments
    ]


def _view(
    stored: StoredPath,
    cards: dict[str, CourseCard],
    states: dict[str, EnrolmentState],
    enrolment: PathEnrolment | None,
) -> PathView:
    steps = tuple(PathStep(key, cards.get(key), states.get(key)) for key in stored.path.courses)
    return PathView(stored, steps, enrolment)
