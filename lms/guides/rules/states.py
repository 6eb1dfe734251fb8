"""Where a guide that is being read in stands, and what leads on from there. Pure."""

from __future__ import annotations

import enum

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from
from lms.core.text import N_


class GuideImportState(enum.StrEnum):
    """A file that could not be read leaves no row, so there is no state for it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


GUIDE_IMPORT_STATE_NAMES: dict[GuideImportState, str] = {
    GuideImportState.OPEN: N_("Being corrected"),
    GuideImportState.ACCEPTED: N_("Accepted"),
    GuideImportState.DROPPED: N_("Dropped"),
}

TRANSITIONS: tuple[Transition[GuideImportState, str], ...] = (
    Transition(GuideImportState.OPEN, "correct", GuideImportState.OPEN, Permission.GUIDE_EDIT),
    Transition(GuideImportState.OPEN, "accept", GuideImportState.ACCEPTED, Permission.GUIDE_EDIT),
    Transition(GuideImportState.OPEN, "drop", GuideImportState.DROPPED, Permission.GUIDE_EDIT),
)
"""What a person may ask of an import."""


def transition(state: GuideImportState, verb: str) -> Transition[GuideImportState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)
