"""Work after a new edition of a guide: what it is about, where it stands, what leads on. Pure."""

from __future__ import annotations

import enum

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_


class WorkSubject(enum.StrEnum):
    """What a changed section touches."""

    PAGE = "page"
    QUESTION = "question"
    SCENARIO = "scenario"
    TASK = "task"
    TRANSLATION = "translation"
    CERTIFICATES = "certificates"


WORK_SUBJECT_NAMES: dict[WorkSubject, str] = {
    WorkSubject.PAGE: N_("Page"),
    WorkSubject.QUESTION: N_("Question"),
    WorkSubject.SCENARIO: N_("Scenario"),
    WorkSubject.TASK: N_("Reflection or session"),
    WorkSubject.TRANSLATION: N_("Translation"),
    WorkSubject.CERTIFICATES: N_("Certificates"),
}


class WorkState(enum.StrEnum):
    """Where one thing stands."""

    OPEN = "open"
    IN_HAND = "in_hand"
    DONE = "done"
    NOT_NEEDED = "not_needed"


WORK_STATE_NAMES: dict[WorkState, str] = {
    WorkState.OPEN: N_("Open"),
    WorkState.IN_HAND: N_("In hand"),
    WorkState.DONE: N_("Done"),
    WorkState.NOT_NEEDED: N_("Not needed"),
}

WORK_VERB_NAMES: dict[str, str] = {
    "take": N_("I do this"),
    "finish": N_("Done"),
    "pass_over": N_("Not needed"),
    "open_again": N_("Open again"),
}

_EDIT = Permission.DRAFT_EDIT
TRANSITIONS: tuple[Transition[WorkState, str], ...] = (
    Transition(WorkState.OPEN, "take", WorkState.IN_HAND, _EDIT),
    Transition(WorkState.OPEN, "pass_over", WorkState.NOT_NEEDED, _EDIT),
    Transition(WorkState.IN_HAND, "finish", WorkState.DONE, _EDIT),
    Transition(WorkState.IN_HAND, "pass_over", WorkState.NOT_NEEDED, _EDIT),
    Transition(WorkState.IN_HAND, "open_again", WorkState.OPEN, _EDIT),
    Transition(WorkState.DONE, "open_again", WorkState.OPEN, _EDIT),
    Transition(WorkState.NOT_NEEDED, "open_again", WorkState.OPEN, _EDIT),
)
"""Taking a thing makes its owner; opening it again leaves it to nobody."""


def transition(state: WorkState, verb: str) -> Transition[WorkState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def verbs(state: WorkState) -> tuple[str, ...]:
    """What may be done with a thing in this state, in the order of buttons."""
    return tuple(step.verb for step in steps_from(TRANSITIONS, state))
