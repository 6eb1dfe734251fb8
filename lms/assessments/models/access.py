"""Who reads what learners answered, wrote and played: themselves. The worker, to count."""

from __future__ import annotations

from sqlalchemy.orm import InstrumentedAttribute

from lms.access.permissions import Permission
from lms.access.reaches import Reach, ReachRule, everything, owned_by_self


def own_only(person_id: InstrumentedAttribute[int]) -> dict[Reach, ReachRule]:
    """Nobody else's role reads them (DESIGN 5, disclosure)."""
    return {
        Reach.SELF: owned_by_self(person_id),
        Reach.ALL_MEMBERS: everything(Permission.ANSWER_READ_ALL),
    }
