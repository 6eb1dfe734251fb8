"""Writing the audit. Sealing is in `seal.py`."""

from __future__ import annotations

import datetime
import secrets
from typing import Any

from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session


def record(
    session: Session,
    actor: Actor,
    verb: str,
    subject_kind: str,
    subject_id: int | str,
    *,
    now: datetime.datetime,
    subject_person_id: int | None = None,
    reason: str = "",
    run_id: str | None = None,
    **facts: Any,
) -> None:
    """Add one row to the transaction in hand.

    `verb` is dotted and permanent, such as "person.invite". `facts` may hold ids,
    codes, states and names of fields; never a name, address or other personal value.
    """
    session.add(
        AuditEntry(
            happened_at=now,
            actor_person_id=actor.person_id,
            actor_system=actor.name or None,
            actor_roles=" ".join(sorted({grant.role for grant in actor.grants}))[:200],
            verb=verb,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            subject_person_id=subject_person_id,
            reason=reason,
            facts=facts,
            run_id=run_id,
            salt=secrets.token_hex(16),
        )
    )
