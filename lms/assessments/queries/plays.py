"""Reading plays: one's own."""

from __future__ import annotations

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Play
from lms.core.actor import Actor
from lms.core.database import Session


def find_last_play(
    session: Session, actor: Actor, enrolment_id: int, activity_key: str, *, lock: bool = False
) -> Play | None:
    """The actor's latest play of a scenario, open or over; locked if it is to be moved."""
    statement = (
        scoped(Play, actor, Reach.SELF)
        .where(Play.enrolment_id == enrolment_id, Play.activity_key == activity_key)
        .order_by(Play.number.desc())
        .limit(1)
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.execute(statement).scalar_one_or_none()
