"""Values as they stand in a backup: what they mean, in one form for both databases.

The form is exact: a moment with its zone, bytes as base64, a JSON document as the very text
the database gave. For comparing, a document counts by its meaning (`line_to_digest`), since
PostgreSQL keeps neither the order of its names nor the spelling of its numbers.
"""

from __future__ import annotations

import base64
import datetime
import enum
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import BigInteger

from lms.core.database import UtcDateTime

LEAST, LARGEST = -(2**31), 2**31 - 1
"""What PostgreSQL's INTEGER holds; BIGINT holds whatever SQLite does."""
_MOST_DIGITS = 400
_SHORT = 200
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|NaN|Infinity")
"""NUL and halves of surrogate pairs as JSON writes them, and numbers that are none."""


class Kind(enum.StrEnum):
    """What a column holds, whatever the engine calls it."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    DATE = "date"
    BYTES = "bytes"
    JSON = "json"


class ColumnShape(BaseModel):
    """A column: `longest` in characters for text, `is_small` for integers of 32 bits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    longest: int | None = None
    is_small: bool = False


class TableShape(BaseModel):
    """A table: its columns in order, and the names of those that are its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    key: tuple[str, ...]
    columns: tuple[ColumnShape, ...]

    @property
    def is_wide(self) -> bool:
        """Whether a row may be large, so that few are held in memory at once."""
        return any(
            column.kind is Kind.BYTES or (column.kind is Kind.TEXT and column.longest is None)
            for column in self.columns
        )


def shape_of(table: Table) -> TableShape:
    """Describe a table. Raises TypeError for a column whose type no backup knows yet."""
    return TableShape(
        name=table.name,
        key=tuple(column.name for column in table.primary_key.columns),
        columns=tuple(_column_shape(column) for column in table.columns),
    )


def _column_shape(column: Column[Any]) -> ColumnShape:
    kind, given = _kind_of(column), column.type
    return ColumnShape(
        name=column.name,
        kind=kind,
        longest=given.length if isinstance(given, String) else None,
        is_small=isinstance(given, Integer) and not isinstance(given, BigInteger),
    )


def _kind_of(column: Column[Any]) -> Kind:
    match column.type:
        case Text() | String():
            return Kind.TEXT
        case Boolean():
            return Kind.BOOLEAN
        case SmallInteger() | Integer():
            return Kind.INTEGER
        case Float():
            return Kind.REAL
        case UtcDateTime():
            return Kind.MOMENT
        case Date():
            return Kind.DATE
        case LargeBinary():
            return Kind.BYTES
        case JSON():
            return Kind.JSON
        case other:
            raise TypeError(f"No backup knows how to write {column} of type {other!r} yet.")


Converters = Sequence[tuple[int, Callable[[Any], Any]]]
"""Place in the row, and what is done there to a value that is not null."""


def to_backup(shape: TableShape) -> Converters:
    """What turns a row of the database into a row of the file."""
    return _converters(
        shape,
        {
            Kind.MOMENT: datetime.datetime.isoformat,
            Kind.DATE: datetime.date.isoformat,
            Kind.BYTES: lambda value: base64.b64encode(value).decode(),
            Kind.JSON: _as_text,
        },
    )


def from_backup(shape: TableShape) -> Converters:
    """What turns a row of the file into values the database takes through SQLAlchemy's types."""
    return _converters(
        shape,
        {
            Kind.MOMENT: datetime.datetime.fromisoformat,
            Kind.DATE: datetime.date.fromisoformat,
            Kind.BYTES: base64.b64decode,
        },
    )


def for_copy(shape: TableShape) -> Converters:
    """What turns a row of the file into words for PostgreSQL's COPY, which reads types itself."""
    return _converters(shape, {Kind.BYTES: base64.b64decode})


def converted(row: Sequence[Any], converters: Converters) -> list[Any]:
    """The row with its values turned; nulls stay."""
    values = list(row)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    return values


def _converters(shape: TableShape, by_kind: dict[Kind, Callable[[Any], Any]]) -> Converters:
    return [
        (place, by_kind[column.kind])
        for place, column in enumerate(shape.columns)
        if column.kind in by_kind
    ]


def _as_text(document: object) -> str:
    """A document as text; SQLite hands a lone number back as a number."""
    return document if isinstance(document, str) else json.dumps(document)


_write_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def line_of(row: Sequence[Any]) -> str:
    """A row of the file as one line of JSON, as it stands there."""
    return _write_line(row)


def line_to_digest(row: Sequence[Any], line: str, documents: Sequence[int]) -> str:
    """The line that a table's digest counts: that of the file, with documents by their meaning.

    `documents` are the places of JSON columns (`documents_of`).
    """
    if not documents:
        return line
    values = list(row)
    for place in documents:
        if values[place] is not None:
            values[place] = _meaning(values[place])
    return line_of(values)


def documents_of(shape: TableShape) -> Sequence[int]:
    """The places of the JSON columns."""
    return [place for place, column in enumerate(shape.columns) if column.kind is Kind.JSON]


def _number(digits: str) -> float | int:
    exact = Decimal(digits)
    if abs(exact.adjusted()) < _MOST_DIGITS and exact == exact.to_integral_value():
        return int(exact)
    return float(digits)


_read_document = json.JSONDecoder(parse_float=_number).decode
_write_document = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _meaning(document: str) -> str:
    """Names in order, numbers by value: 5.0 is 5, and 1e2 is 100. What is no JSON: itself."""
    return _meaning_of_short(document) if len(document) <= _SHORT else _written_anew(document)


@lru_cache(maxsize=10_000)
def _meaning_of_short(document: str) -> str:
    """The same few come again and again: empty ones, the grounds of a completion."""
    return _written_anew(document)


def _written_anew(document: str) -> str:
    try:
        return _write_document(_read_document(document))
    except ValueError:
        return document


def may_not_fit(shape: TableShape, rows: Sequence[Sequence[Any]], lines: str) -> bool:
    """Whether `not_for_postgresql` should look at these rows, of which `lines` are the text.

    Clears nearly all of them by a search and a maximum, for it is asked of every row there is.
    """
    if _SUSPECT.search(lines):
        return True
    for column, values in zip(shape.columns, zip(*rows, strict=True), strict=True):
        given = [value for value in values if value is not None]
        if not given:
            continue
        if column.longest is not None and max(map(len, given)) > column.longest:
            return True
        if column.is_small and (min(given) < LEAST or max(given) > LARGEST):
            return True
    return False


def not_for_postgresql(column: ColumnShape, value: Any) -> str:
    """Why PostgreSQL cannot keep a value of the file, in a few words; empty when it can.

    SQLite keeps text of any length whatever the column says, text with NUL characters, and
    integers of 64 bits everywhere.
    """
    if column.kind is Kind.TEXT:
        if "\0" in value:
            return "a NUL character"
        if column.longest is not None and len(value) > column.longest:
            return f"more than {column.longest} characters"
    if column.kind is Kind.INTEGER and column.is_small and not LEAST <= value <= LARGEST:
        return "a number of more than 32 bits"
    if column.kind is Kind.JSON:
        return _not_a_document(value)
    return ""


def _not_a_document(text: str) -> str:
    """Why PostgreSQL would not take a document."""
    try:
        document = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return "a document that is not JSON"
    return "" if _is_clean(document) else "a character PostgreSQL refuses in a document"


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON.")


def _is_clean(document: Any) -> bool:
    """Whether no text in it holds NUL or half of a surrogate pair."""
    match document:
        case str():
            return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in document)
        case list():
            return all(_is_clean(each) for each in document)
        case dict():
            return all(_is_clean(each) for pair in document.items() for each in pair)
    return True
