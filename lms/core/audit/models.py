"""Tables of the audit."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class AuditEntry(Base):
    """Who did what to which row, as what, and why.

    `salt`, `actor_person_id` and `subject_person_id` are emptied when a person is
    erased. `digest` is H(salt ‖ row) and survives; `position` and `chain` are set
    by sealing: chain = H(previous chain ‖ digest).
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    happened_at: Mapped[datetime.datetime]
    actor_person_id: Mapped[int | None] = mapped_column(Id)
    actor_system: Mapped[str | None] = mapped_column(String(40))
    actor_roles: Mapped[str] = mapped_column(String(200), default="")
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    subject_person_id: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(60), default="")
    facts: Mapped[dict[str, Any]]
    run_id: Mapped[str | None] = mapped_column(String(36))
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str | None] = mapped_column(String(64))
    position: Mapped[int | None] = mapped_column(Id, unique=True)
    chain: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_actor_person_id", "actor_person_id"),
        Index("ix_audit_entry_subject_person_id", "subject_person_id"),
        Index("ix_audit_entry_verb_id", "verb", "id"),
        Index("ix_audit_entry_happened_at", "happened_at"),
        Index(
            "ix_audit_entry_unsealed",
            "id",
            postgresql_where=text("position IS NULL"),
            sqlite_where=text("position IS NULL"),
        ),
    )
