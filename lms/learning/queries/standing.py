"""How the reader of a course's page stands towards the course."""

from __future__ import annotations

from dataclasses import dataclass

from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.queries.paths import StoredPath, current_cards, list_paths
from lms.enrolments.models import Enrolment
from lms.enrolments.queries.own import find_own
from lms.enrolments.queries.prerequisites import asked_first, missing_first


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """What a course's page says to its reader.

    `first` are the courses that come before it, `lacking` those of them the reader has
    not completed; `enrolment` is the reader's own, None for visitors; `paths` have the
    course in them.
    """

    first: list[CourseCard]
    lacking: list[CourseCard]
    enrolment: Enrolment | None
    paths: list[StoredPath]


def course_standing(session: Session, actor: Actor, stored: StoredEdition) -> CourseStanding:
    """For a reader signed in or not; four statements at the most."""
    keys = asked_first(session, stored)
    cards = current_cards(session, keys)
    first = [cards[key] for key in keys if key in cards]
    paths = [path for path in list_paths(session) if stored.course_key in path.path.courses]
    if actor.person_id is None:
        return CourseStanding(first, first, None, paths)
    found = find_own(session, actor, stored.course_key)
    lacking = missing_first(session, actor, stored) if first and found is None else []
    return CourseStanding(first, lacking, found[0] if found is not None else None, paths)
