"""One learner of a course, as its trainer sees them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import select

from lms.access.reaches import Reach, scoped
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
from lms.learning.queries.learner_lines import (
    of_enrolments,
    see_learners,
    taught_only,
    with_people,
)
from lms.learning.queries.taught import teaches
from lms.learning.rules.plans import Plan, plan_of
from lms.learning.rules.teaching import is_overdue, is_stalled, viewer_of_course
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import PersonView
from lms.progress.queries import known_of


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
        whole = with_people(
            select(Enrolment, Person, Agency, StoredEdition.digest, StoredEdition.number)
        )
        values = of_enrolments(course_key, [enrolment_id])
        found = session.execute(taught_only(whole, actor), values).one_or_none()
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
