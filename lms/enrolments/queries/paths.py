"""Who is on which path, and how their courses of it stand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.queries.paths import StoredPath
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.rules.states import EnrolmentState

KEEPER = Actor.system("enrolments")
_RANK = {EnrolmentState.WITHDRAWN: 0, EnrolmentState.ACTIVE: 1, EnrolmentState.COMPLETED: 2}


def find_own_path(
    session: Session, actor: Actor, path_key: str, *, for_change: bool = False
) -> PathEnrolment | None:
    """The actor's latest enrolment on a path that was not withdrawn, or None."""
    statement = (
        scoped(PathEnrolment, actor, Reach.SELF)
        .where(PathEnrolment.path_key == path_key, PathEnrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(PathEnrolment.id.desc())
        .limit(1)
    )
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.execute(statement).scalar_one_or_none()


def list_own_paths(session: Session, actor: Actor) -> Sequence[PathEnrolment]:
    """The paths the actor is on or completed, the latest first."""
    return _all_own_paths(session, actor).scalars().all()


@of_oneself
def _all_own_paths(actor: Actor) -> Select[PathEnrolment]:
    return (
        scoped(PathEnrolment, actor, Reach.SELF)
        .where(PathEnrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(PathEnrolment.id.desc())
    )


def path_courses_of(
    session: Session, person_id: int, stored: StoredPath
) -> dict[str, EnrolmentState]:
    """For each course of the path the person was ever on, the furthest state reached.

    A course that was completed once counts, whenever and on whichever edition. Asks as
    the system: the caller has decided that the person may be looked at.
    """
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Enrolment.course_key, Enrolment.state)
        .where(Enrolment.person_id == person_id, Enrolment.course_key.in_(stored.path.courses))
    )
    found: dict[str, EnrolmentState] = {}
    for key, state in session.execute(statement):
        found[key] = max(found.get(key, state), state, key=_RANK.__getitem__)
    return found
