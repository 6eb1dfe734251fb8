"""An import of people: the file read into rows, checked, shown, then written in chunks."""

from __future__ import annotations

import datetime
import enum
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Owned,
    Reach,
    ReachRule,
    everything,
    owned_by_member,
    scoped,
)
from lms.core.actor import Actor
from lms.core.database import Id, choice_of


class ImportState(enum.StrEnum):
    """Where an import stands."""

    READING = "reading"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    DROPPED = "dropped"


class RowOutcome(enum.StrEnum):
    """What became, or will become, of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CHECKED = "checked"
    PROBLEM = "problem"


class ImportRun(MemberOwned):
    """One file. `member_code` is the member of who imports; rows may name others if they may."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36), unique=True)
    state: Mapped[ImportState] = mapped_column(choice_of(ImportState, "state"))
    file_name: Mapped[str] = mapped_column(String(200))
    storage_key: Mapped[str] = mapped_column(String(200))
    encoding: Mapped[str] = mapped_column(String(40), default="")
    delimiter: Mapped[str] = mapped_column(String(4), default="")
    counts: Mapped[dict[str, Any]]
    message: Mapped[str] = mapped_column(String(400), default="")
    started_by: Mapped[int | None] = mapped_column(Id)
    started_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime | None]

    __reaches__: ClassVar[dict[Reach, ReachRule]]


ImportRun.__reaches__ = {
    Reach.OWN_MEMBER: owned_by_member(Permission.IMPORT_RUN, ImportRun.member_code),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


class ImportRow(Owned):
    """One row of the file: what it said, what is wrong with it, what became of it.

    `before` keeps the values a change replaced, for undo. Rows are emptied 30 days
    after the run; the counts stay.
    """

    __tablename__ = "import_row"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    number: Mapped[int]
    values: Mapped[dict[str, Any]]
    problems: Mapped[dict[str, Any]]
    outcome: Mapped[RowOutcome] = mapped_column(choice_of(RowOutcome, "outcome"))
    person_id: Mapped[int | None] = mapped_column(Id)
    before: Mapped[dict[str, Any]]
    is_written: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("import_run_id", "number"),
        Index("ix_import_row_run_outcome", "import_run_id", "outcome", "number"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _rows_of_own_member(actor: Actor) -> ColumnElement[bool]:
    runs = scoped(ImportRun, actor, Reach.OWN_MEMBER).with_only_columns(ImportRun.id)
    return ImportRow.import_run_id.in_(runs)


ImportRow.__reaches__ = {
    Reach.OWN_MEMBER: ReachRule(Permission.IMPORT_RUN, _rows_of_own_member),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}
