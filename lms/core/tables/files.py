"""A table as a file: at once when it is small, through storage when it is large."""

from __future__ import annotations

import enum
import tempfile
from typing import BinaryIO, cast

from lms.core.storage import PIECE, Storage, Stored
from lms.core.tables import as_csv, as_xlsx
from lms.core.tables.values import Table

MOST_AT_ONCE = 5_000
"""Rows that are built before the first byte of an answer; more is a job (DESIGN 9)."""


class FileForm(enum.StrEnum):
    """The form of a file, also its ending."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        return as_csv.CONTENT_TYPE if self is FileForm.CSV else as_xlsx.CONTENT_TYPE


def table_bytes(table: Table, form: FileForm) -> bytes:
    """A small table as a whole file."""
    return as_csv.csv_bytes(table) if form is FileForm.CSV else as_xlsx.xlsx_bytes(table)


def store_table(table: Table, form: FileForm, storage: Storage, key: str) -> Stored:
    """Write a table of any size to a temporary file, then put it under the key, whole.

    For jobs: `rows` should be read in key order, a chunk at a time, outside any write
    transaction. Nothing lies under the key unless all of it does.
    """
    with tempfile.TemporaryFile(buffering=PIECE) as opened:
        file = cast(BinaryIO, opened)
        _write(table, form, file)
        file.seek(0)
        return storage.put(key, file, content_type=form.content_type)


def _write(table: Table, form: FileForm, target: BinaryIO) -> None:
    if form is FileForm.CSV:
        as_csv.write_csv(table, target)
    else:
        as_xlsx.write_xlsx(table, target)
