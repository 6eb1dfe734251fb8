"""What reading gives: numbered rows of text, and how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """A row that holds anything. `number` counts as a spreadsheet does, empty rows included."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table read. `kind` is csv or xlsx; encoding and delimiter are of CSV, sheets of XLSX."""

    kind: str
    rows: list[Row]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
