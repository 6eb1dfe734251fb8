"""Pouring rows into a table in the fastest way its engine has, with ids given out here."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import JSON, Boolean, Connection, Date, Engine, Table, func, insert, select

from lms.core.database import Base, UtcDateTime


class Pool:
    """Rows of one table that wait to be written. `next_id` is the key of the next row.

    With `numbers` False the key is the row's first value, given by the caller.
    """

    def __init__(
        self,
        connection: Connection,
        model: type[Base],
        columns: Sequence[str],
        *,
        numbers: bool = True,
    ) -> None:
        self.table = cast(Table, model.__table__)
        self.columns = ("id", *columns) if numbers else tuple(columns)
        self._numbers = numbers
        self._rows: list[tuple[Any, ...]] = []
        zone = "+00" if connection.dialect.name == "postgresql" else ""
        self._converted = _converters(self.table, self.columns, zone)
        key = self.table.c[self.columns[0]]
        last = connection.execute(select(func.max(key))).scalar_one()
        self.next_id: int = (last or 0) + 1

    def add(self, *values: Any) -> int:
        """Keep a row with the values of `columns`; its key."""
        if not self._numbers:
            self._rows.append(values)
            return int(values[0])
        row_id = self.next_id
        self.next_id += 1
        self._rows.append((row_id, *values))
        return row_id

    def pour(self, connection: Connection) -> int:
        """Write what waits; how many rows that was."""
        rows, self._rows = self._rows, []
        if rows and connection.dialect.name == "postgresql":
            self._copy(connection, rows)
        elif rows:
            compiled = insert(self.table).compile(
                dialect=connection.dialect, column_keys=list(self.columns)
            )
            ordered = itemgetter(*(self.columns.index(name) for name in compiled.positiontup or ()))
            connection.exec_driver_sql(str(compiled), [ordered(self._plain(row)) for row in rows])
        return len(rows)

    def finish(self, connection: Connection) -> None:
        """Let the database number on from here."""
        if self._numbers and connection.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence(self.table.name, "id")
            connection.execute(select(func.setval(sequence, self.next_id - 1)))

    def _copy(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        driver: Any = connection.connection.driver_connection
        columns = ", ".join(self.columns)
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {self.table.name} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(self._plain(row))

    def _plain(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self._converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        return tuple(values)


@contextmanager
def in_haste(engine: Engine) -> Iterator[Connection]:
    """A connection of its own on which the database is quick rather than careful.

    It does not look whether ids exist that were just given out here, and on SQLite a
    power cut may spoil the file. The connection is thrown away afterwards.
    """
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-262144"):
                driver.execute(f"PRAGMA {pragma}")
        elif driver.info.parameter_status("is_superuser") == "on":
            # Triggers of foreign keys are most of the cost; only a superuser may rest them.
            driver.execute("SET session_replication_role = replica")
            driver.commit()
        try:
            yield connection
        finally:
            connection.invalidate()


def _converters(
    table: Table, columns: Sequence[str], zone: str
) -> list[tuple[int, Callable[[Any], Any]]]:
    """For the columns that are not text or numbers: what their values look like when stored."""

    last: tuple[datetime.datetime | None, str] = (None, "")

    def moment(value: datetime.datetime) -> str:
        # What happened was mostly recorded in the same moment: the same object comes twice.
        nonlocal last
        if value is not last[0]:
            last = value, value.replace(tzinfo=None).isoformat(" ", "microseconds") + zone
        return last[1]

    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(columns):
        column_type = table.c[name].type
        if isinstance(column_type, UtcDateTime):
            found.append((place, moment))
        elif isinstance(column_type, Date):
            found.append((place, datetime.date.isoformat))
        elif isinstance(column_type, Boolean):
            found.append((place, int))
        elif isinstance(column_type, JSON):
            found.append((place, _document))
    return found


def _document(value: object) -> str:
    """JSON; what is written often comes as text already."""
    return value if isinstance(value, str) else json.dumps(value)
