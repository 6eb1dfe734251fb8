"""For what somebody opens the list behind a number. Pure."""

from __future__ import annotations

import enum

from lms.core.text import N_


class Purpose(enum.StrEnum):
    """A purpose the access record keeps."""

    FOLLOW_UP = "follow_up"
    CHECK = "check"
    REQUEST = "request"
    SELECTION = "selection"
    OTHER = "other"


PURPOSE_NAMES: dict[Purpose, str] = {
    Purpose.FOLLOW_UP: N_("To follow up with people or their focal points"),
    Purpose.CHECK: N_("To check whether a number is right"),
    Purpose.REQUEST: N_("A member or a person asked for it"),
    Purpose.SELECTION: N_("To prepare an event or a nomination"),
    Purpose.OTHER: N_("Something else, said below"),
}
