"""Delivery: the worker takes what waits, renders it, and hands it to a transport after commit.

At least once, with the Message-ID stored in the row, so a repeat after a kill is seen
as the same mail. No transaction is open while a server is spoken to.
"""

from __future__ import annotations

import datetime
import email.utils
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import structlog
from sqlalchemy import Engine, exists, select, update

from lms.core import clock
from lms.core.backup.holding import held_since
from lms.core.database import Session, for_reading
from lms.core.errors import BekalError
from lms.core.faults import describe
from lms.core.jobs.runner import Loop
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.rules import HOLD, SERVER_PAUSE, pause_after
from lms.core.outbox.transports import RefusedAddressError, ServerLostError, Transport

log = structlog.get_logger("bekal.worker")

BATCH = 20
IDLE = 1.0
"""Seconds between two looks for mail."""
AFTER_SERVER_LOST = 20.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words. `unsubscribe` is the address where a notice is chosen off, or empty."""

    subject: str
    text: str
    html: str | None
    unsubscribe: str = ""


Renderer = Callable[[OutboxMessage], Rendered]
"""Puts a message into words, in its language. May raise anything: the mail is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What delivery needs: `sender` as "Name <address>", `domain` of the Message-IDs."""

    engine: Engine
    render: Renderer
    transport: Transport
    sender: str
    domain: str


def delivering(delivery: Delivery) -> Loop:
    """The loop that goes on beside the jobs of a worker."""

    def loop(stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                if deliver_due(delivery, now=clock.now()) == 0:
                    stop.wait(IDLE)
            except ServerLostError as error:
                log.warning("mail server lost", error=str(error))
                stop.wait(AFTER_SERVER_LOST)

    return loop


def deliver_due(delivery: Delivery, *, now: datetime.datetime) -> int:
    """Deliver one batch of what is due; how many were taken in hand.

    Raises ServerLostError when the mail server is not to be had: what was not sent goes
    back, and that try does not count, so a long outage parks nothing.
    """
    batch = _take(delivery.engine, now=now)
    if not batch:
        return 0
    written = [
        (message, mail)
        for message in batch
        if (mail := _written(delivery, message, now=now)) is not None
    ]
    left = [message.id for message, _ in written]
    try:
        with delivery.transport.connected() as send:
            for message, mail in written:
                try:
                    send(mail)
                except RefusedAddressError as error:
                    _put_off(delivery.engine, message, str(error), now=now, park=error.is_for_good)
                else:
                    _mark_delivered(delivery.engine, message)
                left.remove(message.id)
    except ServerLostError as error:
        _give_back(delivery.engine, left, str(error), now=now)
        raise
    return len(batch)


def _take(engine: Engine, *, now: datetime.datetime) -> Sequence[OutboxMessage]:
    """Take a batch in hand: nobody else takes it before HOLD is over. Notices come last.

    None while a restored copy holds its mail.
    """
    due = (OutboxMessage.state == OutboxState.WAITING, OutboxMessage.next_attempt_at <= now)
    with Session(for_reading(engine)) as session:
        if not session.execute(select(exists().where(*due))).scalar_one():
            return []
        if held_since(session) is not None:
            return []
    with Session(engine, expire_on_commit=False) as session, session.begin():
        statement = (
            select(OutboxMessage)
            .where(*due)
            .order_by(OutboxMessage.is_notice, OutboxMessage.next_attempt_at, OutboxMessage.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        batch = session.execute(statement).scalars().all()
        for message in batch:
            message.attempts += 1
            message.next_attempt_at = now + HOLD
        return batch


def _written(
    delivery: Delivery, message: OutboxMessage, *, now: datetime.datetime
) -> EmailMessage | None:
    """The mail as it leaves, or None if it could not be put into words."""
    try:
        return compose(delivery, message, delivery.render(message), now=now)
    except BekalError as error:
        said = error.sentence
    except Exception as error:  # noqa: BLE001 - one mail must not hold up all others
        said = describe(error)
    log.error("mail not written", outbox=message.id, template=message.template, error=said)
    _put_off(delivery.engine, message, said, now=now, park=False)
    return None


def compose(
    delivery: Delivery, message: OutboxMessage, rendered: Rendered, *, now: datetime.datetime
) -> EmailMessage:
    """Headers and parts. Raises ValueError for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = delivery.sender
    mail["To"] = Address(addr_spec=message.address)
    mail["Subject"] = " ".join(rendered.subject.split())
    mail["Date"] = email.utils.format_datetime(now)
    mail["Message-ID"] = f"<{message.message_id}@{delivery.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if rendered.unsubscribe:
        mail["List-Unsubscribe"] = f"<{rendered.unsubscribe}>"
    mail.set_content(rendered.text)
    if rendered.html is not None:
        mail.add_alternative(rendered.html, subtype="html")
    # Last: setting the content takes away whatever begins with "Content-".
    mail["Content-Language"] = message.language.replace("_", "-")
    return mail


def _mark_delivered(engine: Engine, message: OutboxMessage) -> None:
    _change(
        engine,
        [message.id],
        state=OutboxState.DELIVERED,
        delivered_at=clock.now(),
        facts={},
        last_error="",
    )


def _give_back(engine: Engine, ids: list[int], said: str, *, now: datetime.datetime) -> None:
    _change(
        engine,
        ids,
        attempts=OutboxMessage.attempts - 1,
        next_attempt_at=now + SERVER_PAUSE,
        last_error=said,
    )


def _put_off(
    engine: Engine, message: OutboxMessage, said: str, *, now: datetime.datetime, park: bool
) -> None:
    pause = pause_after(message.attempts)
    if park or pause is None:
        _change(engine, [message.id], state=OutboxState.PARKED, last_error=said)
    else:
        _change(engine, [message.id], next_attempt_at=now + pause, last_error=said)


def _change(engine: Engine, ids: list[int], **values: Any) -> None:
    if not ids:
        return
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), OutboxMessage.state == OutboxState.WAITING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    with Session(engine) as session, session.begin():
        session.execute(statement)
