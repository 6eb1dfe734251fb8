"""Small tables as CSV and XLSX bytes, for files that come back to us: template and problems."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from lms.core.tables.safety import inert
from lms.core.tables.workbook import new_workbook


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that makes Excel see it, CRLF lines, every cell made inert."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """A workbook of text cells: (name of the sheet, rows), the first row of each in bold."""
    target = io.BytesIO()
    with new_workbook(target, in_memory=True) as workbook:
        bold = workbook.add_format({"bold": True})
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell, text if number else bold)
            for place in range(max(map(len, rows))):
                longest = max(len(row[place]) for row in rows if place < len(row))
                sheet.set_column(place, place, min(max(longest + 2, 10), 60))
    return target.getvalue()
