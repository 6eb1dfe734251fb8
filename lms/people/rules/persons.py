"""The states of an account and the one table of what moves them. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.rules import may_for_agency
from lms.core.actor import Actor
from lms.core.states import step_from
from lms.core.text import N_


class PersonState(enum.StrEnum):
    """Where an account stands."""

    INVITED = "invited"
    AWAITING = "awaiting"
    BEING_CHECKED = "being_checked"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DECLINED = "declined"
    LEFT = "left"
    MERGED = "merged"


PERSON_STATE_NAMES: dict[PersonState, str] = {
    PersonState.INVITED: N_("Invited"),
    PersonState.AWAITING: N_("Awaiting a decision"),
    PersonState.BEING_CHECKED: N_("Being checked"),
    PersonState.ACTIVE: N_("Active"),
    PersonState.SUSPENDED: N_("Suspended"),
    PersonState.DECLINED: N_("Declined or withdrawn"),
    PersonState.LEFT: N_("Left the service"),
    PersonState.MERGED: N_("Merged into another account"),
}

HOLDS_NO_ADDRESS = frozenset({PersonState.BEING_CHECKED, PersonState.DECLINED})
"""States whose rows do not keep their address from being used by another account."""

PRESENT = frozenset(
    {
        PersonState.INVITED,
        PersonState.AWAITING,
        PersonState.ACTIVE,
        PersonState.SUSPENDED,
    }
)
"""States of people who belong to their member now; lists show these unless asked for others."""


def apparent_state(state: PersonState, apparent: PersonState | None) -> PersonState:
    """The state everybody but the secretariat is shown.

    A row that is being checked looks like the new invitation (or registration) it would
    be if nobody held its address (DESIGN 5, no existence oracle).
    """
    if state is PersonState.BEING_CHECKED:
        return apparent or PersonState.INVITED
    return state


class Verb(enum.StrEnum):
    """What may be done to an account."""

    RESEND = "resend"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    DECLINE = "decline"
    SUSPEND = "suspend"
    RESTORE = "restore"
    LEAVE = "leave"
    RETURN = "return"


class Reason(enum.StrEnum):
    """Why, as a class; there is no field for free words, so nothing personal is written down."""

    NOT_KNOWN = "not_known"
    NOT_OURS = "not_ours"
    NOT_NOW = "not_now"
    TWICE = "twice"
    MISTAKE = "mistake"
    ON_LEAVE = "on_leave"
    SECURITY = "security"
    MISUSE = "misuse"
    OTHER_POST = "other_post"
    RETIRED = "retired"
    OTHER = "other"


REASON_NAMES: dict[Reason, str] = {
    Reason.NOT_KNOWN: N_("We do not know this person"),
    Reason.NOT_OURS: N_("They work for another member or body"),
    Reason.NOT_NOW: N_("Not at present; they may ask again later"),
    Reason.TWICE: N_("They have an account already"),
    Reason.MISTAKE: N_("It was a mistake"),
    Reason.ON_LEAVE: N_("On leave or on a long absence"),
    Reason.SECURITY: N_("To protect the person or the account"),
    Reason.MISUSE: N_("The account was misused"),
    Reason.OTHER_POST: N_("Moved to a post outside this work"),
    Reason.RETIRED: N_("Retired or left the service"),
    Reason.OTHER: N_("Another reason"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from which state a verb leads where, and what it needs.

    `reasons` are the classes to choose from; empty where none is asked. `label`, `effect`
    and `done` are the words of the button, of what it will do, and of what it did.
    """

    before: PersonState
    verb: Verb
    after: PersonState
    permission: Permission
    label: str
    effect: str
    done: str
    reasons: tuple[Reason, ...] = ()


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        PersonState.INVITED,
        Verb.RESEND,
        PersonState.INVITED,
        Permission.PERSON_INVITE,
        N_("Send the invitation again"),
        N_("A new link is mailed. It works for 21 days."),
        N_("The invitation is sent again."),
    ),
    Transition(
        PersonState.INVITED,
        Verb.WITHDRAW,
        PersonState.DECLINED,
        Permission.PERSON_INVITE,
        N_("Withdraw the invitation"),
        N_("The link stops working. You can invite this address again at any time."),
        N_("The invitation is withdrawn."),
        (Reason.MISTAKE, Reason.NOT_OURS, Reason.OTHER_POST, Reason.OTHER),
    ),
    Transition(
        PersonState.AWAITING,
        Verb.ACCEPT,
        PersonState.ACTIVE,
        Permission.PERSON_DECIDE,
        N_("Accept"),
        N_("They can sign in at once and are told so by mail."),
        N_("Accepted. They are told by mail and can sign in."),
    ),
    Transition(
        PersonState.AWAITING,
        Verb.DECLINE,
        PersonState.DECLINED,
        Permission.PERSON_DECIDE,
        N_("Decline"),
        N_("They are told by mail that they cannot be registered, and whom to ask."),
        N_("Declined. They are told by mail."),
        (Reason.NOT_KNOWN, Reason.NOT_OURS, Reason.NOT_NOW, Reason.TWICE, Reason.OTHER),
    ),
    Transition(
        PersonState.ACTIVE,
        Verb.SUSPEND,
        PersonState.SUSPENDED,
        Permission.PERSON_SUSPEND,
        N_("Suspend the account"),
        N_("They are signed out everywhere and cannot sign in until you let them in again."),
        N_("The account is suspended and signed out everywhere."),
        (Reason.ON_LEAVE, Reason.SECURITY, Reason.MISUSE, Reason.OTHER),
    ),
    Transition(
        PersonState.SUSPENDED,
        Verb.RESTORE,
        PersonState.ACTIVE,
        Permission.PERSON_SUSPEND,
        N_("Let them in again"),
        N_("They can sign in again with the password they had."),
        N_("The account is open again."),
    ),
    Transition(
        PersonState.ACTIVE,
        Verb.LEAVE,
        PersonState.LEFT,
        Permission.PERSON_SUSPEND,
        N_("They left the service"),
        N_(
            "The account is closed and the affiliation ends today. "
            "What they completed and their certificates stay theirs."
        ),
        N_("The account is closed. Records and certificates stay."),
        (Reason.RETIRED, Reason.OTHER_POST, Reason.OTHER),
    ),
    Transition(
        PersonState.SUSPENDED,
        Verb.LEAVE,
        PersonState.LEFT,
        Permission.PERSON_SUSPEND,
        N_("They left the service"),
        N_(
            "The account is closed and the affiliation ends today. "
            "What they completed and their certificates stay theirs."
        ),
        N_("The account is closed. Records and certificates stay."),
        (Reason.RETIRED, Reason.OTHER_POST, Reason.OTHER),
    ),
    Transition(
        PersonState.LEFT,
        Verb.RETURN,
        PersonState.ACTIVE,
        Permission.PERSON_SUSPEND,
        N_("They came back"),
        N_("The account is open again, and a new stretch with the same agency and post begins."),
        N_("The account is open again."),
    ),
)
"""All that may happen to an account, but for merges, which are rows of their own."""


def transition(state: PersonState, verb: Verb) -> Transition | None:
    """What the verb does from this state, or None where it does nothing."""
    return step_from(TRANSITIONS, state, verb)


def possible(
    state: PersonState, actor: Actor, *, member_code: str, agency_id: int | None, person_id: int
) -> list[Transition]:
    """What this actor may do to an account in this state, in the order of the table.

    Nobody does any of it to oneself: a focal point who closes their own account would
    leave the member without one.
    """
    if actor.person_id == person_id:
        return []
    return [
        each
        for each in TRANSITIONS
        if each.before is state and may_for_agency(actor, each.permission, member_code, agency_id)
    ]
