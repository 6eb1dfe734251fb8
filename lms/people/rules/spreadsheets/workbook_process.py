"""Runs as a process of its own: a workbook on standard input, its rows on standard output.

python-calamine is fast but ends its whole process (abort) when a broken or hostile sheet
makes it ask for too much memory; so it works here, under limits, and never in the worker.
Uses nothing of ours. Arguments: name of the sheet ("" for the first), most rows, most
columns, most cells. Writes one JSON line about the workbook, then one for each row that
holds anything: [number, [cells as text]]. Ends with 3 if the sheet is too large, with 4
if there is no such sheet, with anything else but 0 if it cannot be read.
"""

from __future__ import annotations

import datetime
import io
import json
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space; a workbook of 50,000 people takes a tenth of it."""
SECONDS = 60

TOO_LARGE = 3
NO_SUCH_SHEET = 4

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime


def main(sheet_name: str, most_rows: int, most_columns: int, most_cells: int) -> int:
    """Write the rows; the exit code."""
    # Whoever starts this process imports this file for its numbers, and needs no calamine.
    from python_calamine import (  # noqa: PLC0415 - in that process alone
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets = [about for about in workbook.sheets_metadata if about.typ is SheetTypeEnum.WorkSheet]
    shown = [about.name for about in sheets if about.visible is SheetVisibleEnum.Visible]
    names = shown or [about.name for about in sheets]
    if not names or (sheet_name and sheet_name not in names):
        return NO_SUCH_SHEET
    name = sheet_name or names[0]
    sheet = workbook.get_sheet_by_name(name)
    if sheet.end is not None and (sheet.end[0] + 1) * (sheet.end[1] + 1) > most_cells:
        return TOO_LARGE
    print(json.dumps({"sheets": names, "sheet": name}))  # noqa: T201 - our output is the answer
    return _write_rows(sheet, most_rows, most_columns)


def _write_rows(sheet: CalamineSheet, most_rows: int, most_columns: int) -> int:
    first = 1 + (sheet.start[0] if sheet.start else 0)
    count = 0
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=first):
        cells = [_as_text(value) for value in row[:most_columns]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            count += 1
            if count > most_rows:
                return TOO_LARGE
            print(json.dumps([number, cells]))  # noqa: T201 - our output is the answer
    return 0


def _as_text(value: Value | datetime.timedelta) -> str:
    """A cell as a person reads it: whole numbers without a point, dates year first."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])))
