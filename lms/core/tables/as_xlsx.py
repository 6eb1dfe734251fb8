"""XLSX: typed cells, written row by row, and a second sheet with what a reader must know."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import Any, BinaryIO

from lms.core.tables.values import Cell, Hidden, Kind, Table
from lms.core.tables.workbook import new_workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575
"""Below the head; a sheet has 1,048,576 lines."""
LONGEST_TEXT = 32_767
LARGEST_NUMBER = 10**15
"""Excel keeps 15 digits; larger numbers are written as text."""
WIDTHS = {Kind.TEXT: 28, Kind.NUMBER: 12, Kind.DAY: 12, Kind.MOMENT: 20, Kind.YES_NO: 8}
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_EARLIEST = datetime.date(1900, 3, 1)
"""Before this day Excel's calendar is wrong: written as text."""


class TooManyRowsError(ValueError):
    """A sheet cannot hold so many rows; CSV can."""


def write_xlsx(table: Table, target: BinaryIO) -> None:
    """Write the table. Text is always text: nothing is taken for a formula, link or number.

    Raises TooManyRowsError. Text longer than a cell may be is cut and ends in "…".
    """
    with new_workbook(
        target, constant_memory=True, strings_to_numbers=False, nan_inf_to_errors=False
    ) as book:
        # The same table gives the same bytes: no clock of this machine in the file.
        book.set_properties({"title": table.title, "created": _naive(table.as_of)})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "long": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        sheet = book.add_worksheet(_sheet_name(table.words.data))
        sheet.freeze_panes(1, 0)
        for number, (label, column) in enumerate(zip(table.labels(), table.columns, strict=True)):
            sheet.set_column(number, number, WIDTHS[column.kind])
            sheet.write_string(0, number, _cut(label), formats["head"])
        for line, row in enumerate(table.checked_rows(), 1):
            if line > MOST_ROWS:
                raise TooManyRowsError("A sheet holds 1,048,575 rows. Take CSV instead.")
            for number, cell in enumerate(row):
                _write(sheet, line, number, cell, table, formats)
        _write_about(book, table, formats["long"])


def xlsx_bytes(table: Table) -> bytes:
    """The whole file in memory, for small tables."""
    target = io.BytesIO()
    write_xlsx(table, target)
    return target.getvalue()


def _write(
    sheet: Any, line: int, number: int, cell: Cell, table: Table, formats: dict[Any, Any]
) -> None:
    match cell:
        case None:
            pass
        case Hidden():
            sheet.write_string(line, number, table.words.hidden)
        case bool():
            sheet.write_string(line, number, table.words.yes if cell else table.words.no)
        case int() | float() | Decimal() if _is_exact(cell):
            sheet.write_number(line, number, cell)
        case int() | float() | Decimal():
            sheet.write_string(line, number, str(cell))
        case datetime.datetime() if cell.date() >= _EARLIEST:
            sheet.write_datetime(line, number, _naive(cell), formats[Kind.MOMENT])
        case datetime.datetime():
            sheet.write_string(line, number, f"{_naive(cell):%Y-%m-%d %H:%M:%S}")
        case datetime.date() if cell >= _EARLIEST:
            sheet.write_datetime(line, number, cell, formats[Kind.DAY])
        case datetime.date():
            sheet.write_string(line, number, cell.isoformat())
        case str():
            sheet.write_string(line, number, _cut(cell))


def _write_about(book: Any, table: Table, wrapped: Any) -> None:
    sheet = book.add_worksheet(_sheet_name(table.words.about))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    for line, (name, words) in enumerate(table.about()):
        sheet.write_string(line, 0, _cut(name), wrapped)
        sheet.write_string(line, 1, _cut(words), wrapped)


def _is_exact(number: int | float | Decimal) -> bool:
    return -LARGEST_NUMBER < number < LARGEST_NUMBER


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _sheet_name(words: str) -> str:
    return _NO_SHEET_NAME.sub(" ", words).strip("' ")[:31] or "1"


def _naive(moment: datetime.datetime) -> datetime.datetime:
    """Excel knows no time zones: UTC, as the heading says."""
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)
