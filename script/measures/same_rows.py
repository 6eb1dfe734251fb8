"""Two databases compared row by row, by another way than backups go: the tables of the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from lms.core.database import Base
from lms.web import rooms

AT_ONCE = 500


@dataclass
class Comparison:
    """Rows looked at, and the first few that differ, as words."""

    rows: int = 0
    different: int = 0
    said: list[str] = field(default_factory=list)


def compare(one: Connection, other: Connection) -> Comparison:
    """Compare every row of every table, in the order of their keys."""
    rooms.import_models()
    found = Comparison()
    for table in Base.metadata.sorted_tables:
        for here, there in zip_longest(_rows(one, table), _rows(other, table)):
            found.rows += 1
            if here is None or there is None or tuple(here) != tuple(there):
                found.different += 1
                if len(found.said) < 10:
                    found.said.append(f"{table.name}: {here} / {there}"[:400])
    return found


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """In key order; small tables with a key of words are put in order here, as no two engines
    order words alike."""
    key = list(table.primary_key.columns)
    statement = select(table).order_by(*key)
    found = connection.execute(statement, execution_options={"yield_per": AT_ONCE})
    if any(column.type.python_type is str for column in key):
        places = [list(table.columns).index(column) for column in key]
        yield from sorted(found, key=lambda row: [row[place] for place in places])
    else:
        yield from found
