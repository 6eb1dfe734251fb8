"""Where somebody stands in a course: as a learner on it, or as who looks after it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Activity, Edition
from lms.enrolments.queries import find_own
from lms.learning.queries.taught import teaches


@dataclass(frozen=True, slots=True)
class Place:
    """An activity of a course for somebody who takes it, teaches it, or both.

    `edition` is the one they are on; for who only teaches, the current one.
    """

    course_key: str
    activity: Activity
    edition: Edition
    edition_id: int
    is_on: bool
    teaches: bool

    @property
    def asked_key(self) -> str:
        """The key questions stand under: of a version without hard matter, the usual page's.

        Nobody may learn from a question which version its asker read.
        """
        return self.edition.credited(self.activity.key)


def get_place(session: Session, actor: Actor, course_key: str, activity_key: str) -> Place:
    """The activity for this actor, in one statement, two for who only teaches.

    Raises NotFoundError for who neither takes nor teaches the course, as for one nobody has.
    """
    own = find_own(session, actor, course_key)
    if own is not None:
        stored = own[1]
    elif teaches(actor, course_key):
        stored = _latest(session, course_key)
    else:
        raise NotFoundError(N_("You are not on this course. Open its page to begin."))
    edition = get_edition(session, stored.digest)
    try:
        activity = edition.activity(activity_key)
    except KeyError as error:
        raise NotFoundError(N_("There is no such activity in this course.")) from error
    return Place(
        course_key=course_key,
        activity=activity,
        edition=edition,
        edition_id=stored.id,
        is_on=own is not None,
        teaches=teaches(actor, course_key),
    )


def _latest(session: Session, course_key: str) -> StoredEdition:
    statement = (
        select(StoredEdition)
        .where(StoredEdition.course_key == course_key)
        .order_by(StoredEdition.is_current.desc(), StoredEdition.number.desc())
        .limit(1)
    )
    stored = session.execute(statement).scalar_one_or_none()
    if stored is None:
        raise NotFoundError(N_("There is no such course."))
    return stored
