"""Which courses follow others, and how far their authors have looked at what became of these.

Rows beside the editions: a link is live and never part of a digest.
"""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class Adaptation(Base):
    """One course that was made from another and follows it; drafts and editions alike by key.

    `source_digest` names the edition of the source up to which its authors have seen
    everything; `told_digest` the one they were last told of. `member_code` is whom the
    adaptation is for, if for one member.
    """

    __tablename__ = "adaptation"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80), unique=True)
    source_key: Mapped[str] = mapped_column(String(80))
    source_digest: Mapped[str] = mapped_column(String(64))
    told_digest: Mapped[str | None] = mapped_column(String(64))
    member_code: Mapped[str | None] = mapped_column(String(12), ForeignKey("member.code"))
    begun_at: Mapped[datetime.datetime]
    begun_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (Index("ix_adaptation_source_key", "source_key"),)


class AdaptationFile(Base):
    """What was decided of one file that differs in a newer edition of the source."""

    __tablename__ = "adaptation_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    adaptation_id: Mapped[int] = mapped_column(ForeignKey("adaptation.id"))
    digest: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200))
    is_taken: Mapped[bool]
    decided_at: Mapped[datetime.datetime]
    decided_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("adaptation_id", "digest", "path"),)
