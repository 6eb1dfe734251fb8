"""Who reads what learners answered, wrote and played: themselves. The worker, to count.

The results of attempts, not the answers, are read by the trainers of the course too.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from lms.access.permissions import Permission
from lms.access.reaches import Reach, ReachRule, everything, owned_by_self, scoped
from lms.core.actor import Actor
from lms.enrolments.models import Enrolment


def own_only(person_id: InstrumentedAttribute[int]) -> dict[Reach, ReachRule]:
    """Nobody else's role reads them (DESIGN 5, disclosure)."""
    return {
        Reach.SELF: owned_by_self(person_id),
        Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
        Reach.COUNTING: everything(Permission.REPORT_COUNT),
    }


def through_taught_enrolments(enrolment_id: InstrumentedAttribute[int]) -> ReachRule:
    """Rows of enrolments on courses the actor teaches."""

    def rows(actor: Actor) -> ColumnElement[bool]:
        # EXISTS, looked up for each row: an IN would list every enrolment of the course first.
        own = scoped(Enrolment, actor, Reach.TAUGHT).where(Enrolment.id == enrolment_id)
        return own.correlate(enrolment_id.class_).exists()

    return ReachRule(Permission.ENROLMENT_READ_TAUGHT, rows)
