"""The table of files handed in as an answer."""

from __future__ import annotations

import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.reaches import MemberOwned, Reach, ReachRule
from lms.assessments.models.markings import to_mark
from lms.core.database import Id


class HandedFile(MemberOwned):
    """A file that answers one question of an attempt. `size` is in bytes.

    Another one for the same question takes its place. `name` is what its sender called it
    and is shown to nobody else: names of files say who wrote them.
    """

    __tablename__ = "handed_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_key: Mapped[str] = mapped_column(String(80))
    storage_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Id)
    handed_at: Mapped[datetime.datetime]

    __table_args__ = (Index("ix_handed_file_attempt_id", "attempt_id", "number"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


HandedFile.__reaches__ = to_mark(HandedFile.course_key, HandedFile.person_id)
