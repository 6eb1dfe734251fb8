"""A learner's own enrolments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, select

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState

On = tuple[Enrolment, StoredEdition]
"""An enrolment with the edition it is on; the edition's content is not read."""


def list_own(session: Session, actor: Actor) -> Sequence[On]:
    """The actor's enrolments with their editions, those worked on last first."""
    return [(enrolment, edition) for enrolment, edition in _all_own(session, actor)]


@of_oneself
def _all_own(actor: Actor) -> Select[Enrolment, StoredEdition]:
    return (
        scoped(Enrolment, actor, Reach.SELF)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .add_columns(StoredEdition)
        .order_by(Enrolment.last_activity_at.desc().nulls_last(), Enrolment.id.desc())
    )


def find_own(session: Session, actor: Actor, course_key: str) -> On | None:
    """The actor's latest enrolment on a course that was not withdrawn, or None."""
    found = _latest_own(session, actor, course_key=course_key).one_or_none()
    return (found[0], found[1]) if found is not None else None


@of_oneself
def _latest_own(actor: Actor) -> Select[Enrolment, StoredEdition]:
    return (
        scoped(Enrolment, actor, Reach.SELF)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .add_columns(StoredEdition)
        .where(
            Enrolment.course_key == bindparam("course_key"),
            Enrolment.state != EnrolmentState.WITHDRAWN,
        )
        .order_by(Enrolment.id.desc())
        .limit(1)
    )


def find_withdrawn(session: Session, actor: Actor, course_key: str) -> Enrolment | None:
    """The actor's latest enrolment on a course if they left it, its row locked; or None.

    One on an edition that is withdrawn is left out: nobody comes back to that.
    """
    open_editions = select(StoredEdition.id).where(
        StoredEdition.course_key == course_key, StoredEdition.withdrawn_at.is_(None)
    )
    statement = (
        scoped(Enrolment, actor, Reach.SELF)
        .where(Enrolment.course_key == course_key, Enrolment.edition_id.in_(open_editions))
        .order_by(Enrolment.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.execute(statement).scalar_one_or_none()
    is_left = found is not None and found.state is EnrolmentState.WITHDRAWN
    return found if is_left else None


def get_own(session: Session, actor: Actor, course_key: str) -> On:
    """As `find_own`. Raises NotFoundError when the actor is not on the course."""
    found = find_own(session, actor, course_key)
    if found is None:
        raise NotFoundError(N_("You are not on this course. Open its page to begin."))
    return found


def lock_own(session: Session, actor: Actor, course_key: str) -> On:
    """As `get_own`, with the enrolment's row locked until the transaction ends."""
    enrolment, edition = get_own(session, actor, course_key)
    statement = (
        scoped(Enrolment, actor, Reach.SELF)
        .where(Enrolment.id == enrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one(), edition
