"""Sources, states and what moves an enrolment. Pure."""

from __future__ import annotations

import enum

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from
from lms.core.text import N_


class Source(enum.StrEnum):
    """Why somebody is on a course."""

    SELF = "self"
    ASSIGNMENT = "assignment"
    NOMINATION = "nomination"
    CASCADE = "cascade"
    IMPORT = "import"


SOURCE_NAMES: dict[Source, str] = {
    Source.SELF: N_("Own choice"),
    Source.ASSIGNMENT: N_("Assigned"),
    Source.NOMINATION: N_("Nominated"),
    Source.CASCADE: N_("National training"),
    Source.IMPORT: N_("Entered from a list"),
}


class EnrolmentState(enum.StrEnum):
    """Where an enrolment stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


ENROLMENT_STATE_NAMES: dict[EnrolmentState, str] = {
    EnrolmentState.ACTIVE: N_("Under way"),
    EnrolmentState.COMPLETED: N_("Complete"),
    EnrolmentState.WITHDRAWN: N_("Withdrawn"),
}


class StepVerb(enum.StrEnum):
    """What happened to an enrolment: each is one row of `enrolment_step`.

    `reopen` and `move` are for corrections and for another edition (completion room).
    """

    BEGIN = "begin"
    SET_DUE = "set_due"
    WITHDRAW = "withdraw"
    TAKE_BACK = "take_back"
    RETURN = "return"
    COMPLETE = "complete"
    REOPEN = "reopen"
    MOVE = "move"


TRANSITIONS: tuple[Transition[EnrolmentState, str], ...] = (
    Transition(EnrolmentState.ACTIVE, "complete", EnrolmentState.COMPLETED, None),
    Transition(
        EnrolmentState.ACTIVE, "withdraw", EnrolmentState.WITHDRAWN, Permission.LEARNING_TAKE
    ),
    Transition(
        EnrolmentState.ACTIVE, "take_back", EnrolmentState.WITHDRAWN, Permission.ASSIGNMENT_MAKE
    ),
    Transition(EnrolmentState.WITHDRAWN, "return", EnrolmentState.ACTIVE, Permission.LEARNING_TAKE),
    Transition(
        EnrolmentState.COMPLETED, "reopen", EnrolmentState.ACTIVE, Permission.EVIDENCE_CORRECT
    ),
)


class WithdrawalReason(enum.StrEnum):
    """Why somebody stops; a class, so that nothing personal is written down."""

    NO_TIME = "no_time"
    CHANGED_POST = "changed_post"
    NOT_NEEDED = "not_needed"
    TOO_HEAVY = "too_heavy"
    OTHER = "other"


WITHDRAWAL_REASON_NAMES: dict[WithdrawalReason, str] = {
    WithdrawalReason.NO_TIME: N_("No time at present"),
    WithdrawalReason.CHANGED_POST: N_("My post has changed"),
    WithdrawalReason.NOT_NEEDED: N_("It is not what I need"),
    WithdrawalReason.TOO_HEAVY: N_("The matter is too heavy for me now"),
    WithdrawalReason.OTHER: N_("Another reason"),
}


def transition(state: EnrolmentState, verb: str) -> Transition[EnrolmentState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)
