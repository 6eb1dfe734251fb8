"""Reading the mail log. Addresses leave here masked; facts do not leave at all."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.outbox.rules import masked

PAGE = 50


@dataclass(frozen=True, slots=True)
class LoggedMail:
    """One mail as the log shows it: nothing of its content."""

    id: int
    state: OutboxState
    template: str
    language: str
    masked_address: str
    person_id: int | None
    created_at: datetime.datetime
    delivered_at: datetime.datetime | None
    next_attempt_at: datetime.datetime
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """Mails, newest first. `after` is the id to go on below, None on the last page."""

    mails: Sequence[LoggedMail]
    after: int | None


def list_mails(
    session: Session,
    *,
    state: OutboxState | None = None,
    template: str = "",
    below: int | None = None,
) -> MailPage:
    """One page of the mail log, newest first, of one state or template if asked."""
    statement = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(OutboxMessage.state == state)
    if template:
        statement = statement.where(OutboxMessage.template == template)
    if below is not None:
        statement = statement.where(OutboxMessage.id < below)
    messages = session.execute(statement).scalars().all()
    shown = [_logged(message) for message in messages[:PAGE]]
    return MailPage(shown, shown[-1].id if len(messages) > PAGE else None)


def count_by_state(session: Session) -> dict[OutboxState, int]:
    """How many mails stand in each state; states without a mail are there with 0."""
    counting = select(OutboxMessage.state, func.count().label("mails"))
    rows = session.execute(counting.group_by(OutboxMessage.state))
    counts = {row.state: row.mails for row in rows}
    return {state: counts.get(state, 0) for state in OutboxState}


def _logged(message: OutboxMessage) -> LoggedMail:
    return LoggedMail(
        id=message.id,
        state=message.state,
        template=message.template,
        language=message.language,
        masked_address=masked(message.address),
        person_id=message.person_id,
        created_at=message.created_at,
        delivered_at=message.delivered_at,
        next_attempt_at=message.next_attempt_at,
        attempts=message.attempts,
        last_error=message.last_error,
    )
