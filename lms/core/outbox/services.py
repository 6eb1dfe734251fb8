"""Putting a message into the outbox, and sending a parked one again.

Delivery is in `delivery.py`.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.rules import transition
from lms.core.text import N_


def queue_mail(
    session: Session,
    *,
    template: str,
    language: str,
    address: str,
    person_id: int | None,
    facts: dict[str, Any],
    now: datetime.datetime,
    is_notice: bool = False,
) -> OutboxMessage:
    """Queue one mail in the transaction in hand; it leaves only if that commits.

    `template` names a folder-relative pair under templates/ without its ending, such
    as "people/mail/invitation": the .txt part is required, the .html part may be left
    out. `facts` are ids and frozen words, JSON values only. `is_notice` marks what the
    person may choose not to be told; everything else leaves before it.
    """
    message = OutboxMessage(
        template=template,
        language=language,
        address=address,
        person_id=person_id,
        facts=facts,
        is_notice=is_notice,
        created_at=now,
        next_attempt_at=now,
        message_id=str(uuid.uuid4()),
    )
    session.add(message)
    return message


def decide(
    session: Session, actor: Actor, outbox_id: int, verb: str, *, now: datetime.datetime
) -> OutboxMessage:
    """Take the step `verb` of the table of transitions (resend, dismiss).

    Raises NotFoundError, and NotPossibleError when the message has moved on. Whether the
    actor may is the caller's question.
    """
    message = session.get(OutboxMessage, outbox_id, populate_existing=True, with_for_update=True)
    if message is None:
        raise NotFoundError(N_("There is no such mail."))
    step = transition(message.state, verb)
    if step is None:
        raise NotPossibleError(
            N_("This mail has moved on meanwhile. Load the page again to see where it stands.")
        )
    message.state = step.after
    if step.after is OutboxState.WAITING:
        message.attempts, message.next_attempt_at = 0, now
    else:
        message.facts = {}
    session.flush()
    record(
        session,
        actor,
        f"mail.{verb}",
        "mail",
        message.id,
        now=now,
        subject_person_id=message.person_id,
        template=message.template,
    )
    return message
