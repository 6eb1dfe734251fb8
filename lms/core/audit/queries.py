"""Reading the audit for administration."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from lms.core.audit.models import AuditEntry
from lms.core.database import Session

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows; empty means all.

    `verb` is a whole verb ("person.invite") or its first part ("person"). `subject_id`
    counts only together with `subject_kind`. `since` is a moment of the first row,
    `before` one after the last.
    """

    verb: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime.datetime | None = None
    before: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows, newest first. `after` is the id to go on below, None on the last page."""

    entries: Sequence[AuditEntry]
    after: int | None


def list_entries(session: Session, wanted: AuditFilter, *, below: int | None = None) -> AuditPage:
    """One page of the rows wanted, newest first."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if wanted.verb:
        of_kind = AuditEntry.verb.startswith(f"{wanted.verb}.", autoescape=True)
        statement = statement.where(or_(AuditEntry.verb == wanted.verb, of_kind))
    if wanted.subject_kind:
        statement = statement.where(AuditEntry.subject_kind == wanted.subject_kind)
        if wanted.subject_id:
            statement = statement.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.happened_at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(AuditEntry.happened_at < wanted.before)
    if below is not None:
        statement = statement.where(AuditEntry.id < below)
    entries = session.execute(statement).scalars().all()
    return AuditPage(entries[:PAGE], entries[PAGE - 1].id if len(entries) > PAGE else None)
