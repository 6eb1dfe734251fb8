"""Putting a backup back: into an empty database, in one transaction, and proven.

Rows are loaded without looking at foreign keys, which are proven for all rows at the end;
then every table is read again and its digest compared with the backup's. Whatever goes
wrong rolls all of it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, exists, func, insert, inspect, literal, select, table

from lms.core.backup.errors import DamagedBackupError
from lms.core.backup.form import Header, Manifest
from lms.core.backup.reading import FilePart, RowsPart
from lms.core.backup.rows import count_table, plain_table
from lms.core.backup.values import TableShape, converted, for_copy, from_backup
from lms.core.errors import NotPossibleError
from lms.core.storage import NotStoredError, Storage
from lms.core.text import N_

VERSIONS = "alembic_version"
BROKEN = N_("A row of %(table)s refers to one of %(other)s that is not there. Nothing was kept.")
Driver = Any
"""A connection of psycopg or sqlite3 itself."""


def refuse_unless_empty(connection: Connection) -> None:
    """Raise NotPossibleError naming the first table that holds a row."""
    for name in sorted(inspect(connection).get_table_names()):
        if name != VERSIONS and connection.execute(_has_rows(name)).scalar_one():
            raise NotPossibleError(
                N_(
                    "The database is not empty: %(table)s has rows. A backup is restored into an "
                    "empty one only; give the address of another with BEKAL_DATABASE_URL."
                ),
                table=name,
            )


def _has_rows(name: str) -> Any:
    return select(exists(select(literal(1)).select_from(table(name))))


@contextmanager
def loading(engine: Engine) -> Iterator[Connection]:
    """A transaction whose rows may come in any order; foreign keys are proven at its end.

    Raises DamagedBackupError where a row refers to one that is not there. Rolled back as a
    whole by any error.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin(), _without_foreign_keys(_driver(connection)):
                yield connection
            return
        _driver(connection).execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _prove_foreign_keys(connection)
        finally:
            _driver(connection).execute("PRAGMA foreign_keys=ON")


def load_rows(connection: Connection, part: RowsPart) -> None:
    """Insert some rows."""
    if connection.dialect.name == "postgresql":
        _copy(_driver(connection), part)
        return
    turn, names = from_backup(part.shape), [column.name for column in part.shape.columns]
    rows = [dict(zip(names, converted(row, turn), strict=True)) for row in part.rows]
    connection.execute(insert(plain_table(part.shape)), rows)


def prove_rows(connection: Connection, header: Header, manifest: Manifest) -> None:
    """Read every table again and compare. Raises DamagedBackupError naming one that differs."""
    for shape in header.tables:
        wanted = manifest.tables[shape.name]
        found = count_table(connection, shape)
        if (found.rows, found.digest) != (wanted.rows, wanted.digest):
            raise DamagedBackupError(
                N_(
                    "The table %(table)s came out otherwise than it went in: %(found)s rows of "
                    "%(wanted)s. Nothing was kept."
                ),
                table=shape.name,
                found=found.rows,
                wanted=wanted.rows,
            )


def continue_numbers(connection: Connection, header: Header, manifest: Manifest) -> None:
    """Let PostgreSQL number new rows after the last number ever given. SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for shape in header.tables:
        if (last := _last_number(connection, shape, manifest)) is not None:
            sequence = func.pg_get_serial_sequence(shape.name, shape.key[0])
            connection.execute(select(func.setval(sequence, last)))


def put_file(storage: Storage, part: FilePart) -> None:
    """Put a file back; one that lies there with the same bytes stays as it is.

    Raises NotPossibleError if another file lies under its key.
    """
    try:
        there = storage.about(part.key)
    except NotStoredError:
        storage.put(part.key, cast(BinaryIO, part.content), content_type=part.content_type)
        return
    if (there.digest, there.content_type) != (part.digest, part.content_type):
        raise NotPossibleError(
            N_(
                "Another file lies under %(key)s already. Give an empty data folder with "
                "BEKAL_DATA_FOLDER."
            ),
            key=part.key,
        )


def _last_number(connection: Connection, shape: TableShape, manifest: Manifest) -> int | None:
    """The number to go on after; None where the table has no sequence or no number yet."""
    if len(shape.key) != 1:
        return None
    key = shape.key[0]
    sequence = func.pg_get_serial_sequence(shape.name, key)
    if connection.execute(select(sequence)).scalar_one() is None:
        return None
    highest = connection.execute(select(func.max(plain_table(shape).c[key]))).scalar_one()
    return max(highest or 0, manifest.tables[shape.name].last_number or 0) or None


def _copy(driver: Driver, part: RowsPart) -> None:
    """PostgreSQL's COPY: it reads each word by the type of its column."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(part.shape.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in part.shape.columns),
    )
    turn = for_copy(part.shape)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in part.rows:
                copy.write_row(converted(row, turn))
    except psycopg.errors.DataError as error:
        raise DamagedBackupError(
            N_("PostgreSQL does not take a row of %(table)s: %(why)s. Nothing was kept."),
            table=part.shape.name,
            why=error.diag.message_primary or "",
        ) from error


@contextmanager
def _without_foreign_keys(driver: Driver) -> Iterator[None]:
    """Take all foreign keys away and put them back as they were, which proves every row.

    Within one transaction: nobody else ever sees the tables without them.
    """
    keys = driver.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname"
    ).fetchall()
    for owner, name, _ in keys:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        driver.execute(drop.format(sql.SQL(owner), sql.Identifier(name)))
    yield
    for owner, name, definition in keys:
        add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        try:
            driver.execute(add.format(sql.SQL(owner), sql.Identifier(name), sql.SQL(definition)))
        except psycopg.errors.ForeignKeyViolation as error:
            raise DamagedBackupError(
                BROKEN, table=owner, other=definition.partition("REFERENCES ")[2]
            ) from error


def _prove_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DamagedBackupError(BROKEN, table=broken[0], other=broken[2])


def _driver(connection: Connection) -> Driver:
    return connection.connection.driver_connection
