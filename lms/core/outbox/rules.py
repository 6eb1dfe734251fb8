"""What may become of a mail, and how long it waits before the next try."""

from __future__ import annotations

import datetime

from lms.core.outbox.models import OutboxState
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_

PAUSES = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""Before the second try, the third, and so on; after the last pause and one more try: parked."""

SERVER_PAUSE = datetime.timedelta(minutes=1)
"""Before the next try when the mail server itself was not to be had; such a try does not count."""

HOLD = datetime.timedelta(minutes=5)
"""How long a worker may have a batch in hand before another may take it."""

OUTBOX_STATE_NAMES: dict[OutboxState, str] = {
    OutboxState.WAITING: N_("Waiting"),
    OutboxState.DELIVERED: N_("Delivered"),
    OutboxState.PARKED: N_("Parked"),
    OutboxState.DISMISSED: N_("Dismissed"),
}


TRANSITIONS: tuple[Transition[OutboxState, str], ...] = (
    Transition(OutboxState.PARKED, "resend", OutboxState.WAITING),
    Transition(OutboxState.PARKED, "dismiss", OutboxState.DISMISSED),
)


def transition(state: OutboxState, verb: str) -> Transition[OutboxState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def verbs(state: OutboxState) -> tuple[str, ...]:
    """What a person may ask of a mail in this state; pages draw their buttons from it."""
    return tuple(step.verb for step in steps_from(TRANSITIONS, state))


def pause_after(attempts: int) -> datetime.timedelta | None:
    """How long to wait after this many tries; None when that was the last one."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def masked(address: str) -> str:
    """An address as the mail log shows it: first letter and server, such as "a…@mail.example"."""
    local, at, server = address.rpartition("@")
    return f"{local[:1]}…{at}{server}" if at else "…"
