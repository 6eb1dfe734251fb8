"""The way in: a file somebody sent, of whatever kind, read as a table."""

from __future__ import annotations

from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.people.rules.spreadsheets import limits
from lms.people.rules.spreadsheets.delimited import read_delimited
from lms.people.rules.spreadsheets.tables import Table
from lms.people.rules.spreadsheets.workbook import read_workbook

_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"PK",
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"{\\rtf")


def read_table(
    content: bytes, *, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> Table:
    """The rows of a CSV or XLSX file; what is not given is guessed, or the first sheet.

    The kind is told by the bytes, never by the name. Raises BadInputError, with one
    sentence, for everything that is not such a file or larger than the limits.
    """
    check_size(len(content))
    check_kind(content)
    if content.startswith(_ARCHIVE):
        table = read_workbook(content, sheet)
    else:
        table = read_delimited(content, encoding=encoding, delimiter=delimiter)
    if not table.rows:
        raise BadInputError(N_("There is nothing in this file."), field="file")
    return table


def check_size(size: int) -> None:
    """Refuse an empty file and one above the limit."""
    if not size:
        raise BadInputError(N_("There is nothing in this file."), field="file")
    if size > limits.LARGEST_FILE:
        raise BadInputError(
            N_("This file is larger than %(megabytes)s MB. Split it into several."),
            field="file",
            megabytes=limits.LARGEST_FILE // (1024 * 1024),
        )


def check_kind(content: bytes) -> None:
    """Refuse files that are plainly something else, by their first bytes."""
    if content.startswith(_ARCHIVE):
        return
    if content.startswith(_OLD_OFFICE):
        raise BadInputError(
            N_(
                "This is an old Excel file (.xls), or one with a password. "
                "Save it as XLSX without a password, or as CSV."
            ),
            field="file",
        )
    head = content[:200].lstrip().lower()
    if content.startswith(_OTHERS) or head.startswith(_MARKUP):
        raise BadInputError(
            N_("This is not a table. Send a CSV file or an XLSX file."), field="file"
        )
