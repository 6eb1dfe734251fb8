"""What may become of an enrolment, when it is due, whom an assignment reaches. Pure."""

from lms.enrolments.rules.states import (
    ENROLMENT_STATE_NAMES,
    SOURCE_NAMES,
    TRANSITIONS,
    WITHDRAWAL_REASON_NAMES,
    EnrolmentState,
    Source,
    StepVerb,
    WithdrawalReason,
    transition,
)

__all__ = [
    "ENROLMENT_STATE_NAMES",
    "SOURCE_NAMES",
    "TRANSITIONS",
    "WITHDRAWAL_REASON_NAMES",
    "EnrolmentState",
    "Source",
    "StepVerb",
    "WithdrawalReason",
    "transition",
]
