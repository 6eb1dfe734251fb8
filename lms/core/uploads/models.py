"""The table of stored uploads: what must go, and when."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id, choice_of


class StorageClass(enum.StrEnum):
    """How long a file stays: TEMPORARY for a day, unless a job is done with it sooner."""

    TEMPORARY = "temporary"
    KEPT = "kept"


class Upload(Base):
    """A file somebody sent that lies in storage. `expires_at` None: until a room deletes it."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    storage_key: Mapped[str] = mapped_column(String(200), unique=True)
    storage_class: Mapped[StorageClass] = mapped_column(choice_of(StorageClass, "storage_class"))
    kind: Mapped[str] = mapped_column(String(12))
    size: Mapped[int] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime.datetime]
    stored_by: Mapped[int | None] = mapped_column(Id)
    expires_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_upload_expires_at", "expires_at"),)
