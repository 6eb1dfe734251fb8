"""Reading what was written: one's own."""

from __future__ import annotations

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Writing
from lms.core.actor import Actor
from lms.core.database import Session


def find_writing(
    session: Session, actor: Actor, enrolment_id: int, activity_key: str
) -> Writing | None:
    """What the actor wrote for an activity, draft or sent."""
    statement = scoped(Writing, actor, Reach.SELF).where(
        Writing.enrolment_id == enrolment_id, Writing.activity_key == activity_key
    )
    return session.execute(statement).scalar_one_or_none()
