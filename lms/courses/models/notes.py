"""What members add to courses: notes at places of a page, and numbers to call.

Both are about a member and nobody in particular, live beside the edition and never enter
its digest. Rows are never changed: a new text is a new row, and the old one is ended.
"""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Base, Id


class MemberNote(Base):
    """One version of a member's note at one place of a course, in one language.

    The place is named by keys that hold over editions. `checked_on` is the day somebody
    of the member last made sure that the text is right. The row that has not ended is shown.
    """

    __tablename__ = "member_note"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_code: Mapped[str] = mapped_column(String(12), ForeignKey("member.code"))
    course_key: Mapped[str] = mapped_column(String(80))
    activity_key: Mapped[str] = mapped_column(String(80))
    place_key: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    checked_on: Mapped[datetime.date]
    saved_at: Mapped[datetime.datetime]
    saved_by: Mapped[int | None] = mapped_column(Id)
    ended_at: Mapped[datetime.datetime | None]
    ended_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index(
            "uq_member_note_number",
            "member_code",
            "course_key",
            "activity_key",
            "place_key",
            "language",
            "number",
            unique=True,
        ),
        Index(
            "uq_member_note_current",
            "member_code",
            "course_key",
            "activity_key",
            "place_key",
            "language",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )


class Helpline(Base):
    """One version of a service people of a member may call when a course becomes heavy.

    `number` is what is dialled, as people write it; `languages` are codes (BCP 47).
    """

    __tablename__ = "helpline"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_code: Mapped[str] = mapped_column(String(12), ForeignKey("member.code"))
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    hours: Mapped[str] = mapped_column(String(120))
    languages: Mapped[list[str]]
    is_free: Mapped[bool]
    checked_on: Mapped[datetime.date]
    saved_at: Mapped[datetime.datetime]
    saved_by: Mapped[int | None] = mapped_column(Id)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("helpline.id"))
    ended_at: Mapped[datetime.datetime | None]
    ended_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index(
            "ix_helpline_current",
            "member_code",
            "id",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("uq_helpline_replaces_id", "replaces_id", unique=True),
    )
