"""The database base for both engines: naming, types, sessions, the SQLite recipe.

SQLite and PostgreSQL must behave alike to every service. What differs is here:
how a transaction begins, and how a row is inserted at most once.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Table,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as SqlalchemySession
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A surrogate key; SQLite numbers rows by itself only for plain INTEGER."""

Json = JSON().with_variant(JSONB(), "postgresql")
"""A small document that is read whole; nothing queries inside it."""


class UtcDateTime(TypeDecorator[datetime.datetime]):
    """A moment: aware in Python, UTC in the database. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(datetime.UTC)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=datetime.UTC)
        return value.astimezone(datetime.UTC)


def choice_of(enum_class: type[Any], name: str) -> Enum:
    """A column type for a StrEnum: stored by value, checked by a named constraint."""
    return Enum(
        enum_class,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The base of every table. Moments are UtcDateTime, documents Json, by annotation."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime.datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[str]: Json,
    }


_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


class Session(SqlalchemySession):
    """Our session: says while it flushes, so that the statement guard can let it write."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


def is_flushing() -> bool:
    """Whether the statement in hand is the unit of work's own."""
    return _flushing.get()


def insert_once(
    session: Session,
    table: type[Base],
    values: Mapping[str, Any],
    *,
    unique: Sequence[str],
) -> int | None:
    """Insert a row unless one with the same `unique` columns stands; its id, or None if it stood.

    One statement, ON CONFLICT DO NOTHING RETURNING on both engines, so a repeat by
    double click, retry or queue is a no-op and never an error in the transaction. With
    empty `unique` a row that meets any unique index of the table, a partial one among
    them, is the one that stood.
    """
    return insert_many_once(session, table, [values], unique=unique)[0]


def insert_many_once(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: Sequence[str],
) -> list[int | None]:
    """`insert_once` for each row, in order."""
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    target = cast(Table, table.__table__)
    ids: list[int | None] = []
    for values in rows:
        statement = (
            insert(target)
            .values(**values)
            .on_conflict_do_nothing(index_elements=list(unique) or None)
            .returning(target.c.id)
        )
        ids.append(session.execute(statement).scalar_one_or_none())
    return ids


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def for_reading(engine: Engine) -> Engine:
    """The same engine, whose SQLite transactions begin DEFERRED and so take no write lock."""
    return engine.execution_options(sqlite_begin="DEFERRED")


@functools.lru_cache(maxsize=16)
def for_reading_pages(engine: Engine) -> Engine:
    """The engine `for_reading`, and on PostgreSQL without transactions; one and the same each time.

    There each statement of a transaction sees what stands when it runs (READ COMMITTED), as it
    does without one: BEGIN and ROLLBACK are two trips to the server for nothing. Rows cannot be
    read through a cursor of the server.
    """
    reading = for_reading(engine)
    if engine.dialect.name != "postgresql":
        return reading
    return reading.execution_options(isolation_level="AUTOCOMMIT")


def prepare_engine(engine: Engine, *, sqlite_synchronous: str = "FULL") -> None:
    """Give an engine the recipe of its kind. Call once, before its first connection.

    SQLite: WAL, foreign keys, and an explicit BEGIN that is IMMEDIATE unless the
    engine came through `for_reading`: a DEFERRED transaction that later writes
    fails at once with "database is locked", whatever the timeout.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={sqlite_synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.execute("PRAGMA mmap_size=134217728")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")
