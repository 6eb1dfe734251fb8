"""How something a person is on stands today, in one word. Pure."""

from __future__ import annotations

import datetime
import enum

from lms.core.text import N_
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState


class Standing(enum.StrEnum):
    """How a course or path stands. Of several that fit, the first of this list counts."""

    OVERDUE = "overdue"
    STALLED = "stalled"
    NOT_BEGUN = "not_begun"
    ACTIVE = "active"
    COMPLETED = "completed"
    LEFT = "left"


STANDING_NAMES: dict[Standing, str] = {
    Standing.OVERDUE: N_("Overdue"),
    Standing.STALLED: N_("Stalled for 21 days"),
    Standing.NOT_BEGUN: N_("Not begun"),
    Standing.ACTIVE: N_("Under way"),
    Standing.COMPLETED: N_("Complete"),
    Standing.LEFT: N_("Left"),
}


def standing_of(
    state: EnrolmentState,
    *,
    last_activity_at: datetime.datetime | None,
    due_at: datetime.datetime | None,
    now: datetime.datetime,
) -> Standing:
    """How something stands now. `enrolments.queries.own_people` says the same in SQL."""
    if state is EnrolmentState.COMPLETED:
        return Standing.COMPLETED
    if state is EnrolmentState.WITHDRAWN:
        return Standing.LEFT
    if due_at is not None and due_at <= now:
        return Standing.OVERDUE
    if last_activity_at is None:
        return Standing.NOT_BEGUN
    return Standing.STALLED if last_activity_at <= now - STALLED else Standing.ACTIVE
