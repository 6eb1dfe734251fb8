"""Tables as a backup names them: read in key order, counted, digested.

They are described by the backup, not by the models of today, so that a backup of an older
migration is read and written with the columns it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Double,
    LargeBinary,
    TableClause,
    Text,
    cast,
    collate,
    column,
    func,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.types import TypeEngine

from lms.core.backup.form import TableCount
from lms.core.backup.values import (
    Kind,
    TableShape,
    converted,
    documents_of,
    line_of,
    line_to_digest,
    to_backup,
)
from lms.core.database import UtcDateTime

AT_ONCE, WIDE_AT_ONCE = 1000, 20
"""Rows in memory; fewer where one of them may hold a file."""

TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.REAL: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.MOMENT: UtcDateTime(),
    Kind.DATE: Date(),
    Kind.BYTES: LargeBinary(),
    Kind.JSON: Text(),
}


class Tally:
    """Counts the rows of one table as they pass, in key order."""

    def __init__(self, shape: TableShape) -> None:
        self._documents = documents_of(shape)
        self._rows = 0
        self._digest = hashlib.sha256()

    def add(self, row: list[Any], line: str) -> None:
        """One more row of the file, and its line."""
        self._rows += 1
        counted = line_to_digest(row, line, self._documents)
        self._digest.update(counted.encode("utf-8", "surrogatepass") + b"\n")

    def total(self, *, last_number: int | None = None) -> TableCount:
        """What has passed so far."""
        return TableCount(rows=self._rows, digest=self._digest.hexdigest(), last_number=last_number)


def plain_table(shape: TableShape) -> TableClause:
    """The table with one plain type for each kind; a document is its text."""
    return table(shape.name, *(column(each.name, TYPES[each.kind]) for each in shape.columns))


def read_rows(connection: Connection, shape: TableShape) -> Iterator[list[Any]]:
    """The rows in key order, as they stand in a backup; few are held at once.

    Text keys are ordered by their bytes on both engines, whatever the collation.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    source = plain_table(shape)
    wanted: list[ColumnElement[Any]] = [
        cast(source.c[each.name], Text).label(each.name)
        if is_postgresql and each.kind is Kind.JSON
        else source.c[each.name]
        for each in shape.columns
    ]
    kinds = {each.name: each.kind for each in shape.columns}
    order = [
        collate(source.c[name], "C")
        if is_postgresql and kinds[name] is Kind.TEXT
        else source.c[name]
        for name in shape.key
    ]
    statement = select(*wanted).order_by(*order)
    at_once = WIDE_AT_ONCE if shape.is_wide else AT_ONCE
    converters = to_backup(shape)
    found = connection.execute(statement, execution_options={"yield_per": at_once})
    with found:
        for row in found:
            yield converted(row, converters)


def count_table(connection: Connection, shape: TableShape) -> TableCount:
    """Count and digest a table as it stands in the database."""
    tally = Tally(shape)
    for row in read_rows(connection, shape):
        tally.add(row, line_of(row))
    return tally.total()


def last_number(connection: Connection, shape: TableShape) -> int | None:
    """The last number the table's sequence gave; None where there is none, or it gave none.

    A number that was given and deleted again must not come back: the audit names it.
    """
    if connection.dialect.name != "postgresql" or len(shape.key) != 1:
        return None
    sequence = func.pg_get_serial_sequence(shape.name, shape.key[0])
    given: int | None = connection.execute(
        select(func.pg_sequence_last_value(cast(sequence, REGCLASS)))
    ).scalar_one()
    return given
