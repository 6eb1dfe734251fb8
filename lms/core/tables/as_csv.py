"""CSV: UTF-8, commas, CRLF (RFC 4180), every text cell made inert."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from lms.core.tables.safety import inert
from lms.core.tables.values import Cell, Hidden, Table, Words

CONTENT_TYPE = "text/csv; charset=utf-8"
BOM = b"\xef\xbb\xbf"


def write_csv(table: Table, target: BinaryIO, *, bom: bool = True, about: bool = True) -> None:
    """Write the table; `about` puts what a reader must know above it, one line each.

    `bom` tells Excel that this is UTF-8. Without `about` the file is bare data, to be
    read by a program or imported again. Days are 2026-11-22, moments 2026-11-22 07:05:00
    in UTC, decimals have a point.
    """
    if bom:
        target.write(BOM)
    for line in _lines(table, about=about):
        target.write(line.encode())


def csv_bytes(table: Table, *, bom: bool = True, about: bool = True) -> bytes:
    """The whole file in memory, for small tables."""
    target = io.BytesIO()
    write_csv(table, target, bom=bom, about=about)
    return target.getvalue()


def _lines(table: Table, *, about: bool) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line)
    if about:
        for pair in table.about():
            writer.writerow([inert(words) for words in pair])
            yield line.taken()
        yield "\r\n"
    writer.writerow([inert(label) for label in table.labels()])
    yield line.taken()
    for row in table.checked_rows():
        writer.writerow([_text(cell, table.words) for cell in row])
        yield line.taken()


class _Line:
    """What csv writes into; holds one line at a time."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> None:
        self._text += text

    def taken(self) -> str:
        text, self._text = self._text, ""
        return text


def _text(cell: Cell, words: Words) -> str:
    match cell:
        case None:
            return ""
        case Hidden():
            return words.hidden
        case bool():
            return words.yes if cell else words.no
        case int() | float() | Decimal():
            return f"{cell:f}" if isinstance(cell, Decimal) else repr(cell)
        case datetime.datetime():
            return f"{cell.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S}"
        case datetime.date():
            return cell.isoformat()
        case str():
            return inert(cell)
