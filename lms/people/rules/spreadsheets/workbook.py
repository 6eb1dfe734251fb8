"""XLSX files: checked as an archive, then read by a process of its own under limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.people.rules.spreadsheets import limits, workbook_process
from lms.people.rules.spreadsheets.archive import check_workbook
from lms.people.rules.spreadsheets.tables import Row, Table

SECONDS = 90
"""How long reading may take, start of the process included; 50,000 people take two seconds."""

MOST_CELLS = 4_000_000
"""Height times width of what is used; guards against one word in the last corner."""

_PROGRAM = str(Path(workbook_process.__file__))


def read_workbook(content: bytes, sheet: str = "") -> Table:
    """The rows of one sheet, the first unless named. Raises BadInputError for whatever cannot be.

    Formulas give the value the spreadsheet program kept for them.
    """
    check_workbook(content)
    arguments = [sheet, limits.MOST_ROWS, limits.MOST_COLUMNS, MOST_CELLS]
    try:
        # The name of the sheet, the only word of others, is one argument.
        ended = subprocess.run(  # noqa: S603 - our own program with our own numbers, no shell
            [sys.executable, "-I", _PROGRAM, *map(str, arguments)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, ValueError) as error:
        # ValueError: a name with a NUL character.
        raise BadInputError(_UNREADABLE, field="file") from error
    if ended.returncode == workbook_process.NO_SUCH_SHEET:
        raise BadInputError(
            N_("There is no sheet “%(sheet)s” in this file."), field="sheet", sheet=sheet
        )
    if ended.returncode == workbook_process.TOO_LARGE:
        raise BadInputError(
            N_("This sheet is too large. Split it into files of at most %(rows)s rows."),
            field="file",
            rows=limits.MOST_ROWS,
        )
    if ended.returncode != 0:
        raise BadInputError(_UNREADABLE, field="file")
    return _table_of(ended.stdout)


_UNREADABLE = N_(
    "This XLSX file cannot be read. Open it, save it anew, and send that file, or save it as CSV."
)


def _table_of(answer: bytes) -> Table:
    lines = answer.splitlines()
    about = json.loads(lines[0])
    rows: list[Row] = []
    for line in lines[1:]:
        number, cells = json.loads(line)
        rows.append(Row(number, tuple(cell[: limits.LONGEST_CELL] for cell in cells)))
    return Table(kind="xlsx", rows=rows, sheet=about["sheet"], sheets=tuple(about["sheets"]))
