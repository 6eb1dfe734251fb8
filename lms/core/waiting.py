"""How long this process waits for a PostgreSQL server before it takes it for lost.

A server may be slow, stopped or out of reach without ever saying so. Each statement has three
bounds: the server's own on the statement, ours on its silence, and the system's on a connection
nobody answers on. SQLite has no server; its wait for the write lock is in `core.database`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from psycopg.abc import PQGen

Found = TypeVar("Found")

_KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for one statement, and for a transaction in which nothing is asked.

    The second frees the locks of a process that was frozen in the middle. `greeting` is for a new
    connection to stand, and for one that rested in the pool to give a sign of life: whole seconds
    are counted for the first.
    """

    statement: float
    idle_in_transaction: float
    greeting: float = 5

    @property
    def silence(self) -> float:
        """Seconds without a word after which the server is lost: it had its chance to cancel."""
        return self.statement * 1.25


WEB = Patience(statement=16, idle_in_transaction=60)
WORKER = Patience(statement=600, idle_in_transaction=300)


def limit(engine: Engine, patience: Patience) -> None:
    """Bound every wait for the server. Call once, before the engine's first connection.

    What takes longer raises OperationalError; of a silent server the connection is dropped.
    """
    if engine.dialect.name != "postgresql":
        return
    # The driver is 12 MB, which a process that works on a file need not hold.
    import psycopg  # noqa: PLC0415 - on PostgreSQL alone

    class Bounded(psycopg.Connection[Any]):
        """A connection that gives up on a silent server."""

        def wait(
            self, gen: PQGen[Found], interval: float = 0.1, timeout: float | None = None
        ) -> Found:
            # Outside a transaction nothing is asked but for signs of life (`pool_pre_ping`).
            longest = patience.greeting if self.autocommit else patience.silence
            try:
                return super().wait(gen, interval, timeout or longest)
            except psycopg.OperationalError as error:
                if error.sqlstate is None:  # not the server's words: it is silent, or gone
                    self.close()
                raise

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Bounded:
        connection = Bounded.connect(
            *given, **{"connect_timeout": math.ceil(patience.greeting)} | _KEEPALIVE | named
        )
        connection.autocommit = True
        for setting, seconds in (
            ("statement_timeout", patience.statement),
            ("idle_in_transaction_session_timeout", patience.idle_in_transaction),
        ):
            connection.execute(
                "SELECT set_config(%s, %s, false)", (setting, f"{seconds * 1000:.0f}")
            )
        connection.autocommit = False
        return connection
