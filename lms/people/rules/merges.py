"""The states of a merge of two accounts and the one table of what moves them. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.core.states import step_from
from lms.core.text import N_
from lms.people.rules.persons import PersonState


class MergeState(enum.StrEnum):
    """A merge is proposed, then made or refused; a made one can be undone."""

    PROPOSED = "proposed"
    MADE = "made"
    REFUSED = "refused"
    UNDONE = "undone"


MERGE_STATE_NAMES: dict[MergeState, str] = {
    MergeState.PROPOSED: N_("Proposed"),
    MergeState.MADE: N_("Made"),
    MergeState.REFUSED: N_("Refused"),
    MergeState.UNDONE: N_("Undone"),
}


class MergeReason(enum.StrEnum):
    """What speaks for two accounts being one person, as a class."""

    NEW_ADDRESS = "new_address"
    TWO_INVITATIONS = "two_invitations"
    CAME_BACK = "came_back"
    SAID_SO = "said_so"
    OTHER = "other"


MERGE_REASON_NAMES: dict[MergeReason, str] = {
    MergeReason.NEW_ADDRESS: N_("The same person with a new e-mail address"),
    MergeReason.TWO_INVITATIONS: N_("The same person was invited or imported twice"),
    MergeReason.CAME_BACK: N_("The person came back and registered again"),
    MergeReason.SAID_SO: N_("The person says so"),
    MergeReason.OTHER: N_("Another reason"),
}

MERGEABLE = frozenset(
    {
        PersonState.INVITED,
        PersonState.AWAITING,
        PersonState.ACTIVE,
        PersonState.SUSPENDED,
        PersonState.LEFT,
    }
)
"""States an account may be in when it is merged into another, and so gets back when undone."""


class Verb(enum.StrEnum):
    """What may be done to a proposed or made merge."""

    MAKE = "make"
    REFUSE = "refuse"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table, with the words of its button, its effect and its result."""

    before: MergeState
    verb: Verb
    after: MergeState
    permission: Permission
    label: str
    effect: str
    done: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        MergeState.PROPOSED,
        Verb.MAKE,
        MergeState.MADE,
        Permission.MERGE_DECIDE,
        N_("Merge the two accounts"),
        N_(
            "The other account is signed out everywhere and closed. Nothing moves; you can undo it."
        ),
        N_("The accounts are merged. Both addresses are told by mail."),
    ),
    Transition(
        MergeState.PROPOSED,
        Verb.REFUSE,
        MergeState.REFUSED,
        Permission.MERGE_DECIDE,
        N_("Refuse"),
        N_("Both accounts stay as they are."),
        N_("Refused. Both accounts stay as they are."),
    ),
    Transition(
        MergeState.MADE,
        Verb.UNDO,
        MergeState.UNDONE,
        Permission.MERGE_DECIDE,
        N_("Undo the merge"),
        N_("The other account is again what it was before and can be signed in to."),
        N_("Undone. The other account is what it was before."),
    ),
)


def transition(state: MergeState, verb: Verb) -> Transition | None:
    """What the verb does from this state, or None where it does nothing."""
    return step_from(TRANSITIONS, state, verb)


def steps_from(state: MergeState) -> list[Transition]:
    """The steps from here, whoever may take them."""
    return [each for each in TRANSITIONS if each.before is state]
