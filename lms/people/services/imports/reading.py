"""What the reading job stores: rows with their outcome, problems, and how the file was read."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.lettering import unprintable
from lms.core.text import N_, fold
from lms.people.models import ImportProblem, ImportRow, ImportRun
from lms.people.models.imports import RowOutcome
from lms.people.queries.imports.ground import find_present
from lms.people.rules.imports.changes import Changes, compare
from lms.people.rules.imports.columns import Layout, find_layout
from lms.people.rules.imports.problems import Problem
from lms.people.rules.imports.rows import (
    Checked,
    Ground,
    check_row,
    closed_agency,
    email_key,
    twice,
)
from lms.people.rules.imports.states import ImportState
from lms.people.rules.spreadsheets.reading import read_table
from lms.people.rules.spreadsheets.tables import Row, Table

SAMPLE = 5
MOST_LETTERS = 20
_PRINTED = ("name", "own_script_name")
"""What of a row stands on a certificate."""
"""Rows of the file shown as they were read, so that a wrong encoding is seen."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it was read: its table, where its columns are, and addresses that repeat."""

    table: Table
    layout: Layout
    rows: Sequence[Row]
    rows_of_email: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what it says, what will become of it and why."""

    number: int
    cells: dict[str, str]
    outcome: RowOutcome
    changes: dict[str, Any] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    person_id: int | None = None
    new_agency: tuple[str, str] | None = None


def prepare(content: bytes, *, encoding: str, delimiter: str, sheet: str) -> Prepared:
    """Read a file and find its columns. Raises BadInputError with one sentence."""
    table = read_table(content, encoding=encoding, delimiter=delimiter, sheet=sheet)
    layout = find_layout(table.rows)
    rows = [row for row in table.rows if row.number > layout.number]
    rows = [row for row in rows if layout.cells(row)]
    if not rows:
        raise BadInputError(
            N_("There are column names in this file, but no people below them."), field="file"
        )
    rows_of_email: dict[str, list[int]] = {}
    for row in rows:
        key = email_key(layout.cells(row))
        if key:
            rows_of_email.setdefault(key, []).append(row.number)
    return Prepared(table, layout, rows, rows_of_email)


def judge_rows(
    session: Session, actor: Actor, prepared: Prepared, ground: Ground, rows: Sequence[Row]
) -> list[Judged]:
    """What will become of these rows, with the people there are within the importer's reach.

    Nobody outside that reach is looked up, so nothing here can tell of them.
    """
    checked = [_check(row, prepared, ground) for row in rows]
    wanted = [row.wanted for row, _ in checked if row.wanted is not None]
    present = find_present(session, actor, wanted)
    judged: list[Judged] = []
    for row, cells in checked:
        if row.wanted is None:
            problems = tuple(row.problems)
            judged.append(Judged(row.number, cells, RowOutcome.PROBLEM, problems=problems))
            continue
        new_agency = (
            (row.wanted.member_code, row.wanted.new_agency) if row.wanted.new_agency else None
        )
        known = present.get(row.number)
        if known is None:
            changes: Changes = {}
            problems_found = closed_agency(row.wanted)
        else:
            changes, problems_found = compare(row.wanted, known)
        if problems_found:
            judged.append(
                Judged(row.number, cells, RowOutcome.PROBLEM, problems=tuple(problems_found))
            )
            continue
        if known is None:
            judged.append(Judged(row.number, cells, RowOutcome.NEW, new_agency=new_agency))
            continue
        outcome = RowOutcome.CHANGED if changes else RowOutcome.SAME
        judged.append(
            Judged(row.number, cells, outcome, changes, person_id=known.id, new_agency=new_agency)
        )
    return judged


def forget_rows(session: Session, actor: Actor, run: ImportRun) -> None:
    """Delete all rows and problems of a run."""
    for model in (ImportProblem, ImportRow):
        statement = delete(model).where(model.import_run_id == run.id)
        statement = statement.execution_options(synchronize_session=False)
        session.execute(within(statement, model, actor, Reach.ALL_MEMBERS))


def store_rows(session: Session, run: ImportRun, judged: Sequence[Judged]) -> None:
    """Store judged rows and their problems, in the order of the file."""
    session.execute(
        insert(ImportRow),
        [
            {
                "import_run_id": run.id,
                "number": row.number,
                "values": row.cells,
                "outcome": row.outcome,
                "person_id": row.person_id,
                "changes": row.changes,
                "is_written": False,
            }
            for row in judged
        ],
    )
    problems = [
        {
            "import_run_id": run.id,
            "number": row.number,
            "field": problem.field,
            "code": problem.code,
            "facts": problem.facts,
        }
        for row in judged
        for problem in row.problems
    ]
    if problems:
        session.execute(insert(ImportProblem), problems)


def add_counts(counts: dict[str, Any], judged: Sequence[Judged]) -> dict[str, Any]:
    """The counts so far with these rows added: outcomes, problems by kind, agencies to add.

    `letters` are those of names that no certificate can print, for a note; a few suffice.
    """
    outcomes = Counter(row.outcome for row in judged)
    kinds = Counter(counts.get("kinds", {}))
    kinds.update(problem.code for row in judged for problem in row.problems)
    agencies = {(code, fold(name)): [code, name] for code, name in counts.get("agencies", [])}
    for row in judged:
        if row.new_agency is not None:
            code, name = row.new_agency
            agencies.setdefault((code, fold(name)), [code, name])
    names = "".join(row.cells.get(name, "") for row in judged for name in _PRINTED)
    letters = dict.fromkeys([*counts.get("letters", []), *unprintable(names)])
    return {
        "rows": counts.get("rows", 0) + len(judged),
        "new": counts.get("new", 0) + outcomes[RowOutcome.NEW],
        "changed": counts.get("changed", 0) + outcomes[RowOutcome.CHANGED],
        "same": counts.get("same", 0) + outcomes[RowOutcome.SAME],
        "problems": counts.get("problems", 0) + outcomes[RowOutcome.PROBLEM],
        "kinds": dict(sorted(kinds.items())),
        "agencies": list(agencies.values()),
        "letters": list(letters)[:MOST_LETTERS],
    }


def finish_reading(run: ImportRun, prepared: Prepared, counts: dict[str, Any]) -> None:
    """Say how the file was read; the import waits for a decision now."""
    table, layout = prepared.table, prepared.layout
    run.state = ImportState.READY
    run.encoding, run.delimiter, run.sheet = table.encoding, table.delimiter, table.sheet
    run.counts = counts
    run.reading = {
        "kind": table.kind,
        "sheets": list(table.sheets),
        "columns": [name for name, _place in sorted(layout.places.items(), key=_by_place)],
        "ignored": list(layout.ignored),
        "header": layout.number,
        "sample": [list(row.cells[:20]) for row in prepared.rows[:SAMPLE]],
        "sample_header": _header_cells(prepared),
    }


def fail_reading(
    session: Session, actor: Actor, run: ImportRun, error: BadInputError, now: datetime.datetime
) -> None:
    """Keep the one sentence that says why the file cannot be read; nothing else is left of it."""
    forget_rows(session, actor, run)
    run.state = ImportState.FAILED
    run.message = error.sentence
    run.message_values = dict(error.values)
    run.counts = {}
    record(session, actor, "import.fail", "import_run", run.id, now=now, run_id=run.run_id)


def _check(row: Row, prepared: Prepared, ground: Ground) -> tuple[Checked, dict[str, str]]:
    cells = prepared.layout.cells(row)
    checked = check_row(row.number, cells, ground)
    standing = prepared.rows_of_email.get(email_key(cells), [])
    if len(standing) > 1:
        others = [number for number in standing if number != row.number]
        checked.problems.append(twice(others))
        checked.wanted = None
    return checked, cells


def _by_place(entry: tuple[str, int]) -> int:
    return entry[1]


def _header_cells(prepared: Prepared) -> list[str]:
    row = next(row for row in prepared.table.rows if row.number == prepared.layout.number)
    return [cell[:80] for cell in row.cells[:20]]
