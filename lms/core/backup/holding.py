"""A restored copy sends no mail until a person lets it.

The original may have sent since what waits in the copy, and may still be running. Mail is
the one thing that leaves the system, so that jobs may run: to the copy they are new. The
hold is a fact in the audit, which every worker of the copy sees.
"""

from __future__ import annotations

import datetime

from sqlalchemy import exists, select, update

from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.core.text import N_

RESTORER = Actor.system("restore")
RESTORED, MOVED, RELEASED = "installation.restore", "installation.move", "installation.release"
WAITED = N_("It waited when the backup was made; the original may have sent it since.")


def note_restored(
    session: Session, backup_id: str, *, is_move: bool, now: datetime.datetime
) -> None:
    """Write down that the database came out of this backup; unless it moved, mail is held."""
    verb = MOVED if is_move else RESTORED
    record(session, RESTORER, verb, "backup", backup_id, now=now)


def came_from(session: Session, backup_id: str) -> bool:
    """Whether the rows that stand here are those of this backup, whole."""
    of_it = exists().where(
        AuditEntry.verb.in_([RESTORED, MOVED]), AuditEntry.subject_id == backup_id
    )
    return bool(session.execute(select(of_it)).scalar_one())


def held_since(session: Session) -> datetime.datetime | None:
    """The moment of the restore whose mail nobody has released yet; None when mail may leave."""
    statement = (
        select(AuditEntry.verb, AuditEntry.happened_at)
        .where(AuditEntry.verb.in_([RESTORED, MOVED, RELEASED]))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    last = session.execute(statement).one_or_none()
    return last.happened_at if last is not None and last.verb == RESTORED else None


def release(session: Session, *, with_old: bool, now: datetime.datetime) -> int:
    """Let mail leave again; how many mails from before the restore are parked for a person.

    `with_old`: they leave too. Nothing happens where nothing is held.
    """
    since = held_since(session)
    if since is None:
        return 0
    parked = 0
    if not with_old:
        statement = (
            update(OutboxMessage)
            .where(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.created_at < since)
            .values(state=OutboxState.PARKED, last_error=WAITED)
            .returning(OutboxMessage.id)
            .execution_options(synchronize_session=False)
        )
        parked = len(session.execute(statement).all())
    record(session, RESTORER, RELEASED, "outbox", "", now=now, parked=parked)
    return parked
