"""The statement guard: no statement reads or changes an owned table nobody vouched for.

It reads the SQL that is about to run, so it holds for ORM and Core statements, joins,
subqueries, eager and lazy loads alike. What passes: tables that the statement, or a
select inside it, vouches for (`reaches.scoped`); inserts; the unit of work's own updates
of rows that were loaded; the refresh of a row that is already loaded.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors

from lms.access.reaches import VOUCHED, Owned
from lms.core.database import Base, is_flushing


class UnvouchedTableError(Exception):
    """A statement touches a table about people without a reach: a mistake of the programmer."""


def owned_tables() -> frozenset[str]:
    """The names of all owned tables."""
    return frozenset(
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Owned)
    )


def install(session_class: type[Session], engine: Engine) -> None:
    """Put the guard up. Call once for each engine, when all models are imported."""
    find_tables = _finder(owned_tables())

    @event.listens_for(session_class, "do_orm_execute")
    def allow_refresh(state: ORMExecuteState) -> None:
        if state.is_column_load and state.bind_mapper is not None:
            own = str(state.bind_mapper.class_.__tablename__)
            already = state.execution_options.get(VOUCHED, frozenset())
            state.update_execution_options(**{VOUCHED: already | {own}})

    @event.listens_for(engine, "before_cursor_execute")
    def check(
        _connection: Connection,
        _cursor: Any,
        sql: str,
        _parameters: Any,
        context: Any,
        _executemany: bool,
    ) -> None:
        touched = find_tables(sql)
        if not touched:
            return
        if is_flushing() and (context.isupdate or context.isdelete):
            return
        missing = touched - context.execution_options.get(VOUCHED, frozenset())
        if missing and context.compiled is not None:
            missing -= _vouched_inside(context.compiled)
        if missing:
            names = ", ".join(sorted(missing))
            raise UnvouchedTableError(
                f"Nobody vouched for {names}. Read through lms.access.reaches.scoped or within."
            )


def _finder(owned: frozenset[str]) -> Any:
    """A cached function from SQL to the owned tables it reads or changes."""
    names = "|".join(sorted(map(re.escape, owned), key=len, reverse=True))
    pattern = re.compile(
        rf'(?:\bFROM|\bJOIN|\bUPDATE|,|\()\s*"?({names})"?(?![\w."])', re.IGNORECASE
    )

    @lru_cache(maxsize=4096)
    def find(sql: str) -> frozenset[str]:
        return frozenset(name.lower() for name in pattern.findall(sql)) if owned else frozenset()

    return find


def _vouched_inside(compiled: Any) -> frozenset[str]:
    """What the selects inside a statement vouch for, such as a scoped subquery."""
    vouched: set[str] = set()
    statement = compiled.statement
    for root in (statement, getattr(compiled.compile_state, "statement", None)):
        if root is None:
            continue
        for element in visitors.iterate(root):
            options = getattr(element, "_execution_options", None)
            if options:
                vouched |= options.get(VOUCHED, frozenset())
    return frozenset(vouched)
