"""What the worker forgets every night, when it has had its day.

Jobs and mails are working records: what was done is in the audit, which stays. Counted
tries serve throttles whose windows are hours.
"""

from __future__ import annotations

import datetime

from sqlalchemy import ColumnElement, delete, select

from lms.core.apart import Try
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.outbox.models import OutboxMessage, OutboxState

Forgotten = Try | Job | OutboxMessage

CHUNK = 200
KEPT_TRIES = datetime.timedelta(days=7)
KEPT_SCHEDULED = datetime.timedelta(days=30)
KEPT_ASKED_FOR = datetime.timedelta(days=365)
KEPT_MAIL = datetime.timedelta(days=90)


def forget(work: Work) -> None:
    """Delete in chunks what is older than it need be; unfinished and parked rows stay."""
    now, forgotten = work.now(), work.done
    for table, is_old in _old(now):
        deleted = CHUNK
        while deleted == CHUNK:
            with work.transaction() as session:
                ids = select(table.id).where(is_old).order_by(table.id).limit(CHUNK)
                chosen = list(session.execute(ids).scalars())
                session.execute(delete(table).where(table.id.in_(chosen)))
                deleted = len(chosen)
                forgotten += deleted
                work.advance(session, done=forgotten)


def _old(now: datetime.datetime) -> list[tuple[type[Forgotten], ColumnElement[bool]]]:
    over = Job.state.in_([JobState.DONE, JobState.CANCELLED])
    gone = OutboxMessage.state.in_([OutboxState.DELIVERED, OutboxState.DISMISSED])
    return [
        (Try, Try.tried_at < now - KEPT_TRIES),
        (Job, over & Job.requested_by.is_(None) & (Job.finished_at < now - KEPT_SCHEDULED)),
        (Job, over & (Job.finished_at < now - KEPT_ASKED_FOR)),
        (OutboxMessage, gone & (OutboxMessage.created_at < now - KEPT_MAIL)),
    ]


HANDLERS: dict[str, Handler] = {"core.forget": forget}
PERIODIC = (
    Periodic("core.forget", every=datetime.timedelta(days=1), offset=datetime.timedelta(hours=4)),
)
