"""The tables of drafts: the folder of a course as rows, with what became of each file."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.authoring.rules.drafts import DraftState
from lms.core.database import Base, Id, choice_of


class Draft(Base):
    """A course in the making. Its files are the folder, byte for byte.

    `made_from` is the edition it began as; `adapted_from` the key of another course it
    follows, with the digest of the edition that was taken. `digest` changes with every
    byte of any file. `client_id` makes a double click begin one draft.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_key: Mapped[str] = mapped_column(String(80), index=True)
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[DraftState] = mapped_column(choice_of(DraftState, "state"))
    made_from: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    adapted_from: Mapped[str | None] = mapped_column(String(80))
    adapted_digest: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime.datetime]
    changed_at: Mapped[datetime.datetime]
    digest: Mapped[str] = mapped_column(String(64))
    client_id: Mapped[str | None] = mapped_column(String(64), unique=True)

    __table_args__ = (Index("ix_draft_changed_at", "changed_at", "id"),)


class DraftContributor(Base):
    """Who may write a draft, besides the secretariat."""

    __tablename__ = "draft_contributor"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    person_id: Mapped[int] = mapped_column(Id, index=True)
    added_at: Mapped[datetime.datetime]
    added_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("draft_id", "person_id"),)


class DraftFile(Base):
    """One file as it stands. `number` counts its versions, `digest` is that of its content."""

    __tablename__ = "draft_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    path: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    changed_at: Mapped[datetime.datetime]
    changed_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (UniqueConstraint("draft_id", "path"),)


class DraftVersion(Base):
    """A file as it was written at one moment; without content where it was removed.

    A file that was never changed since its draft began has no version: it is its own. A text
    that met another's change is kept aside (`why`), with the content it was `based_on`.
    """

    __tablename__ = "draft_version"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    path: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime.datetime]
    by: Mapped[int | None] = mapped_column(Id)
    why: Mapped[str] = mapped_column(String(120), default="")
    based_on: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("uq_draft_version_number", "draft_id", "path", "number", unique=True),
        Index("ix_draft_version_at", "draft_id", "at", "id"),
    )


class DraftComment(Base):
    """What somebody says of a file, or an answer to it. Settled ones are kept."""

    __tablename__ = "draft_comment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    path: Mapped[str] = mapped_column(String(200))
    line: Mapped[int | None]
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("draft_comment.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime.datetime]
    written_by: Mapped[int | None] = mapped_column(Id)
    settled_at: Mapped[datetime.datetime | None]
    settled_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (Index("ix_draft_comment_path", "draft_id", "path", "id"),)
