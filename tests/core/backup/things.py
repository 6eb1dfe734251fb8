"""Databases with rows and values that are hard to keep."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Engine,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
    null,
    select,
)

from lms.core.database import Id, Json, UtcDateTime, prepare_engine
from tests.support import postgresql

ENGINES = ("sqlite", "postgresql")

METADATA = MetaData()
VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32)))
CODE = Table("code", METADATA, Column("name", String(40), primary_key=True))
THING = Table(
    "thing",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("follows_id", ForeignKey("thing.id")),
    Column("code", ForeignKey("code.name")),
    Column("text", Text),
    Column("short", String(8)),
    Column("number", BigInteger),
    Column("small", Integer),
    Column("real", Float(53)),
    Column("is_so", Boolean),
    Column("at", UtcDateTime),
    Column("day", Date),
    Column("raw", LargeBinary),
    Column("document", Json),
)

WORDS = (
    "",
    " NULL ",
    "\\N",
    "tab\tnew\nline\r\\ \"quotes\" 'too' \x01\x7f\u2028",
    "ខ្មែរ မြန်မာ 日本語 العربية 🛶 é é \U0010ffff",
)
NAMES = ("b", "A", "a", "ä", "_", "Z", "ខ")
"""Keys that every collation orders otherwise."""
ZONE = datetime.timezone(datetime.timedelta(hours=9, minutes=30))
MOMENTS = (
    datetime.datetime(2026, 11, 22, 8, 30, 0, 1, tzinfo=ZONE),
    datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC),
)
DOCUMENTS: tuple[Any, ...] = (
    {"z": [1, 5.0, -0.0, 0.1, 1e22, 1e-7, 10**30], "a": {"ñ": None, "": True}, "n": "\u2028\\u"},
    [],
    {},
    null(),
    ["\\u0000", "\n", "🛶"],
)


def things() -> list[dict[str, Any]]:
    """Rows with what is hard to keep; the first refers to the last."""
    found = []
    for number, (text, document) in enumerate(zip(WORDS, DOCUMENTS, strict=True)):
        found.append(
            {
                "id": 10 * number + 3,
                "follows_id": 43 if number == 0 else None,
                "code": NAMES[number],
                "text": text,
                "short": "ñ" * 8,
                "number": (2**63 - 1, -(2**63), 0, None, 1)[number],
                "small": (2**31 - 1, -(2**31), 0, None, 1)[number],
                "real": (0.1, -1e-300, 1.7976931348623157e308, None, 5.0)[number],
                "is_so": (True, False, None)[number % 3],
                "at": (*MOMENTS, None, None)[number],
                "day": (datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None)[number % 3],
                "raw": (bytes(range(256)), b"", None)[number % 3],
                "document": document,
            }
        )
    return found


@contextmanager
def database(kind: str, folder: Path, name: str) -> Iterator[Engine]:
    """An empty database with the tables of this module."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / name}.db"
        if kind == "postgresql":
            cluster = stack.enter_context(postgresql.running())
            # Other workers of this run share the cluster, and may run the next test of this room.
            own_name = f"backup_{name}_{os.getpid()}"
            url = cluster.create_database(own_name)
            stack.callback(cluster.drop_database, own_name)
        engine = create_engine(url)
        stack.callback(engine.dispose)
        prepare_engine(engine, sqlite_synchronous="OFF")
        METADATA.create_all(engine)
        VERSIONS.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(insert(VERSIONS), {"version_num": "0001"})
        yield engine


def fill(engine: Engine) -> None:
    """Put all of them into an empty database."""
    with engine.begin() as connection:
        connection.execute(insert(CODE), [{"name": name} for name in NAMES])
        for row in reversed(things()):
            connection.execute(insert(THING), row)


def kept(engine: Engine) -> list[Any]:
    """All rows, as SQLAlchemy's own types read them: another way than the backup's."""
    with engine.connect() as connection:
        found = connection.execute(select(THING).order_by(THING.c.id)).all()
        names = connection.execute(select(CODE.c.name)).scalars().all()
        nulls = connection.execute(select(THING.c.id).where(THING.c.document.is_(null()))).all()
    return [*map(tuple, found), sorted(names), nulls]
