"""Text files: rows by line, cells by comma, semicolon, tab or bar, with quotation marks."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.people.rules.spreadsheets import limits
from lms.people.rules.spreadsheets.encodings import decode, guess_encoding
from lms.people.rules.spreadsheets.tables import Row, Table

DELIMITER_NAMES: dict[str, str] = {
    ",": N_("Comma"),
    ";": N_("Semicolon"),
    "\t": N_("Tab"),
    "|": N_("Vertical bar"),
}
LOOKED_AT = 30
"""Rows by which the delimiter is guessed."""


def read_delimited(content: bytes, *, encoding: str = "", delimiter: str = "") -> Table:
    """The rows of a text file; encoding and delimiter are guessed unless given.

    Raises BadInputError on `encoding` or `delimiter` when a given one cannot be, and on
    `file` with the row where the quotation marks do not come out.
    """
    is_given = bool(encoding)
    encoding = encoding or guess_encoding(content)
    text = _text(content, encoding, is_given=is_given)
    named, skipped, text = _named_by_excel(text)
    delimiter = delimiter or named or guess_delimiter(text)
    if delimiter not in DELIMITER_NAMES:
        raise BadInputError(N_("Choose a delimiter of the list."), field="delimiter")
    rows = _rows(text, delimiter, first=1 + skipped)
    return Table(kind="csv", rows=rows, encoding=encoding, delimiter=delimiter)


def _text(content: bytes, encoding: str, *, is_given: bool) -> str:
    no_text = BadInputError(
        N_("This is not a text file. Send a CSV file or an XLSX file."), field="file"
    )
    try:
        text = decode(content, encoding)
    except BadInputError as error:
        if is_given:
            raise
        raise no_text from error
    if "\0" in text:
        raise no_text
    return text


def guess_delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of cells, more than one."""
    return max(DELIMITER_NAMES, key=lambda delimiter: _fits(text, delimiter))


def _fits(text: str, delimiter: str) -> tuple[float, int]:
    lines = io.StringIO(text[: limits.LONGEST_CELL * LOOKED_AT], newline="")
    widths: Counter[int] = Counter()
    try:
        for cells in islice(csv.reader(lines, delimiter=delimiter), LOOKED_AT):
            if cells:
                widths[len(cells)] += 1
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width, times = widths.most_common(1)[0]
    if width == 1:
        # One column of addresses has no delimiter at all.
        return (0.0, max(widths) - 1)
    return (times / widths.total(), width)


def _named_by_excel(text: str) -> tuple[str, int, str]:
    """Excel's own first line "sep=;": the delimiter, lines to count, the text after it."""
    line, _, rest = text.partition("\n")
    line = line.strip("\r\"' ")
    if line.lower().startswith("sep=") and line[4:] in DELIMITER_NAMES:
        return line[4:], 1, rest
    return "", 0, text


def _rows(text: str, delimiter: str, *, first: int) -> list[Row]:
    rows: list[Row] = []
    number = first - 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=first):
            if any(map(str.strip, cells)):
                rows.append(Row(number, _kept(cells)))
            if len(rows) > limits.MOST_ROWS or number > limits.MOST_LINES:
                raise BadInputError(
                    N_("This file has more than %(rows)s rows. Split it into several."),
                    field="file",
                    rows=limits.MOST_ROWS,
                )
    except csv.Error as error:
        raise BadInputError(
            N_(
                "Row %(row)s: the quotation marks do not come out. "
                "A cell that begins with one must end with one; one inside is written twice."
            ),
            field="file",
            row=number + 1,
        ) from error
    return rows


def _kept(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell[: limits.LONGEST_CELL].strip() for cell in cells[: limits.MOST_COLUMNS])
