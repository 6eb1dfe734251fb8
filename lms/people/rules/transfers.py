"""The states of a transfer and the one table of what moves them. Pure.

The old member releases, the new member accepts and names agency and post, the person
confirms; only the last step changes where the person belongs (DESIGN 2).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.rules import may, may_for_member, scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.states import step_from
from lms.core.text import N_


class TransferState(enum.StrEnum):
    """The steps of a transfer: old member releases, new member accepts, person confirms."""

    ASKED = "asked"
    RELEASED = "released"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TRANSFER_STATE_NAMES: dict[TransferState, str] = {
    TransferState.ASKED: N_("Waiting for the old member to release"),
    TransferState.RELEASED: N_("Waiting for the new member to accept"),
    TransferState.ACCEPTED: N_("Waiting for the person to confirm"),
    TransferState.DONE: N_("Done"),
    TransferState.REFUSED: N_("Refused"),
    TransferState.WITHDRAWN: N_("Withdrawn"),
}

UNFINISHED = (TransferState.ASKED, TransferState.RELEASED, TransferState.ACCEPTED)


class Side(enum.StrEnum):
    """Whose step it is."""

    OLD = "old"
    NEW = "new"
    PERSON = "person"


class TransferReason(enum.StrEnum):
    """Why, as a class; no free words, so nothing personal is written down."""

    NEW_POST = "new_post"
    SECONDED = "seconded"
    JOINED_BODY = "joined_body"
    STAYS = "stays"
    NOT_KNOWN = "not_known"
    WRONG_MEMBER = "wrong_member"
    MISTAKE = "mistake"
    OTHER = "other"


TRANSFER_REASON_NAMES: dict[TransferReason, str] = {
    TransferReason.NEW_POST: N_("A new post with another member"),
    TransferReason.SECONDED: N_("Seconded to another member or organisation"),
    TransferReason.JOINED_BODY: N_("Works for an organisation now"),
    TransferReason.STAYS: N_("The person stays where they are"),
    TransferReason.NOT_KNOWN: N_("We do not know this person"),
    TransferReason.WRONG_MEMBER: N_("It should go to another member"),
    TransferReason.MISTAKE: N_("It was a mistake"),
    TransferReason.OTHER: N_("Another reason"),
}

ASK_REASONS = (
    TransferReason.NEW_POST,
    TransferReason.SECONDED,
    TransferReason.JOINED_BODY,
    TransferReason.OTHER,
)


class Verb(enum.StrEnum):
    """What may be done to a transfer."""

    RELEASE = "release"
    ACCEPT = "accept"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: who may take the verb from which state to which.

    `label`, `effect` and `done` are the words of the button, of what it will do, and of
    what it did. `reasons` are the classes to choose from, empty where none is asked.
    """

    before: TransferState
    verb: Verb
    after: TransferState
    side: Side
    permission: Permission
    label: str
    effect: str
    done: str
    reasons: tuple[TransferReason, ...] = ()


_RELEASE = N_("The new member then sees the name and may accept. Nothing else changes yet.")
_REFUSE_OLD = N_("The transfer ends here. The new member learns nothing; the person is told.")
_REFUSE_NEW = N_("The transfer ends here. The person stays with the old member and is told.")
_WITHDRAW = N_("The transfer ends here, and everything stays as it is.")
_ACCEPT = N_("The person is asked to confirm. Nothing changes before that.")

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        TransferState.ASKED,
        Verb.RELEASE,
        TransferState.RELEASED,
        Side.OLD,
        Permission.TRANSFER_RELEASE,
        N_("Release"),
        _RELEASE,
        N_("Released. The new member is asked to accept."),
    ),
    Transition(
        TransferState.ASKED,
        Verb.REFUSE,
        TransferState.REFUSED,
        Side.OLD,
        Permission.TRANSFER_RELEASE,
        N_("Refuse"),
        _REFUSE_OLD,
        N_("Refused. The person is told by mail."),
        (TransferReason.STAYS, TransferReason.MISTAKE, TransferReason.OTHER),
    ),
    Transition(
        TransferState.RELEASED,
        Verb.ACCEPT,
        TransferState.ACCEPTED,
        Side.NEW,
        Permission.TRANSFER_ACCEPT,
        N_("Accept"),
        _ACCEPT,
        N_("Accepted. The person is asked to confirm."),
    ),
    Transition(
        TransferState.ACCEPTED,
        Verb.ACCEPT,
        TransferState.ACCEPTED,
        Side.NEW,
        Permission.TRANSFER_ACCEPT,
        N_("Change agency or post"),
        _ACCEPT,
        N_("Changed. The person is asked to confirm."),
    ),
    Transition(
        TransferState.RELEASED,
        Verb.REFUSE,
        TransferState.REFUSED,
        Side.NEW,
        Permission.TRANSFER_ACCEPT,
        N_("Refuse"),
        _REFUSE_NEW,
        N_("Refused. The person is told by mail."),
        (
            TransferReason.NOT_KNOWN,
            TransferReason.WRONG_MEMBER,
            TransferReason.MISTAKE,
            TransferReason.OTHER,
        ),
    ),
    Transition(
        TransferState.ACCEPTED,
        Verb.CONFIRM,
        TransferState.DONE,
        Side.PERSON,
        Permission.ACCOUNT_USE,
        N_("Confirm that I have moved"),
        N_("From now on you belong to the new member. What you earned stays as it was."),
        N_("Done. You belong to your new member now."),
    ),
    *(
        Transition(
            state,
            Verb.WITHDRAW,
            TransferState.WITHDRAWN,
            Side.PERSON,
            Permission.ACCOUNT_USE,
            N_("Withdraw the transfer"),
            _WITHDRAW,
            N_("Withdrawn. Everything stays as it was."),
        )
        for state in UNFINISHED
    ),
)
"""All that may happen to a transfer once it is asked for."""


def transition(state: TransferState, verb: Verb) -> Transition | None:
    """What the verb does from this state, or None where it does nothing."""
    return step_from(TRANSITIONS, state, verb)


def may_take(
    actor: Actor,
    step: Transition,
    *,
    person_id: int,
    from_member_code: str,
    to_member_code: str,
) -> bool:
    """Whether this step is the actor's. The secretariat may stand in for either member."""
    if step.side is Side.PERSON:
        return actor.person_id == person_id and may(actor, step.permission)
    member = from_member_code if step.side is Side.OLD else to_member_code
    return may_for_member(actor, step.permission, member)


def steps_for(
    actor: Actor,
    state: TransferState,
    *,
    person_id: int,
    from_member_code: str,
    to_member_code: str,
) -> list[Transition]:
    """The steps the actor may take from here: the buttons of the page."""
    return [
        each
        for each in TRANSITIONS
        if each.before is state
        and may_take(
            actor,
            each,
            person_id=person_id,
            from_member_code=from_member_code,
            to_member_code=to_member_code,
        )
    ]


def releases_at_once(actor: Actor, from_member_code: str) -> bool:
    """Whether asking is releasing: the old member's own focal point starts the transfer."""
    own = scopes_for(actor, Permission.TRANSFER_RELEASE)
    return from_member_code in own.of(ScopeKind.MEMBER)
