"""Putting a message into the outbox. Delivery is in `delivery.py`."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage


def queue_mail(
    session: Session,
    *,
    template: str,
    language: str,
    address: str,
    person_id: int | None,
    facts: dict[str, Any],
    now: datetime.datetime,
) -> OutboxMessage:
    """Queue one mail in the transaction in hand; it leaves only if that commits.

    `template` names a folder-relative pair under templates/ without its ending, such
    as "people/mail/invitation". `facts` are ids and frozen words, JSON values only.
    """
    message = OutboxMessage(
        template=template,
        language=language,
        address=address,
        person_id=person_id,
        facts=facts,
        created_at=now,
        next_attempt_at=now,
        message_id=str(uuid.uuid4()),
    )
    session.add(message)
    return message
