"""An import of people: the file read into rows, checked, shown, then written in chunks."""

from __future__ import annotations

import datetime
import enum
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, false, or_
from sqlalchemy import true as always
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import MemberOwned, Owned, Reach, ReachRule, everything, scoped
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Id, choice_of
from lms.people.rules.imports.states import ImportState


class RowOutcome(enum.StrEnum):
    """What will become, or became, of a row.

    There is none for an address that somebody of another member holds: such a row is NEW
    in every respect (DESIGN 5, no existence oracle). LEFT_OUT stood well when the file
    was read but not any more when it was written.
    """

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    PROBLEM = "problem"
    LEFT_OUT = "left_out"


class ImportRun(MemberOwned):
    """One file, of one member, unless `covers_all`: then each row names its member.

    `agency_id` is set when who imports is focal point of one agency only. `reading` says
    how the file was read (sheets, columns, sample); `counts` what came of each step;
    `message` is an English sentence with `message_values`, translated where shown.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36), unique=True)
    state: Mapped[ImportState] = mapped_column(choice_of(ImportState, "state"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    covers_all: Mapped[bool] = mapped_column(default=False)
    file_name: Mapped[str] = mapped_column(String(200))
    storage_key: Mapped[str] = mapped_column(String(200))
    encoding: Mapped[str] = mapped_column(String(40), default="")
    delimiter: Mapped[str] = mapped_column(String(4), default="")
    sheet: Mapped[str] = mapped_column(String(80), default="")
    reading: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    sends_invitations: Mapped[bool] = mapped_column(default=True)
    message: Mapped[str] = mapped_column(String(400), default="")
    message_values: Mapped[dict[str, Any]]
    job_id: Mapped[int | None] = mapped_column(Id)
    started_by: Mapped[int | None] = mapped_column(Id)
    started_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime | None]
    forgotten_at: Mapped[datetime.datetime | None]

    __table_args__ = (Index("ix_import_run_started_at", "started_at", "id"),)
    __reaches__: ClassVar[dict[Reach, ReachRule]]


def _runs_of_own_member(actor: Actor) -> ColumnElement[bool]:
    """Runs of the whole member or of one's agency; those over all members only for who may."""
    scopes = scopes_for(actor, Permission.IMPORT_RUN)
    if scopes.everywhere:
        return always()
    conditions: list[ColumnElement[bool]] = []
    if members := scopes.of(ScopeKind.MEMBER):
        conditions.append(ImportRun.member_code.in_(sorted(members)))
    if agencies := scopes.of(ScopeKind.AGENCY):
        conditions.append(ImportRun.agency_id.in_(sorted(int(agency) for agency in agencies)))
    return and_(ImportRun.covers_all.is_(False), or_(*conditions)) if conditions else false()


ImportRun.__reaches__ = {
    Reach.OWN_MEMBER: ReachRule(Permission.IMPORT_RUN, _runs_of_own_member),
    Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
}


def _owned_through_run(import_run_id: InstrumentedAttribute[int]) -> dict[Reach, ReachRule]:
    def of_own_member(actor: Actor) -> ColumnElement[bool]:
        runs = scoped(ImportRun, actor, Reach.OWN_MEMBER).with_only_columns(ImportRun.id)
        return import_run_id.in_(runs)

    return {
        Reach.OWN_MEMBER: ReachRule(Permission.IMPORT_RUN, of_own_member),
        Reach.ALL_MEMBERS: everything(Permission.PERSON_READ_ALL),
    }


class ImportRow(Owned):
    """One row of the file as it was written there, and what became of it.

    `number` counts as a spreadsheet does: the row of column names is usually 1. `values`
    are the cells under known columns. `changes` maps a field to [before, after], for the
    preview and for undo. Rows are deleted 30 days after the run; the counts stay.
    """

    __tablename__ = "import_row"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    number: Mapped[int]
    values: Mapped[dict[str, Any]]
    outcome: Mapped[RowOutcome] = mapped_column(choice_of(RowOutcome, "outcome"))
    person_id: Mapped[int | None] = mapped_column(Id)
    changes: Mapped[dict[str, Any]]
    is_written: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("import_run_id", "number"),
        Index("ix_import_row_run_outcome", "import_run_id", "outcome", "number"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


class ImportProblem(Owned):
    """One thing that keeps a row from being imported: which row, which column, what."""

    __tablename__ = "import_problem"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    number: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]

    __table_args__ = (
        Index("ix_import_problem_run_number", "import_run_id", "number"),
        Index("ix_import_problem_run_code", "import_run_id", "code", "number"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


ImportRow.__reaches__ = _owned_through_run(ImportRow.import_run_id)
ImportProblem.__reaches__ = _owned_through_run(ImportProblem.import_run_id)
