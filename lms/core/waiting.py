"""How long this process waits for a PostgreSQL server before it takes it for lost.

A server may be slow, stopped or out of reach without ever saying so. Each statement has three
bounds: the server's own on the statement, ours on its silence, and the system's on a connection
nobody answers on. SQLite has no server; its wait for the write lock is in `core.database`.
"""

from __future__ import annotations

import math
import select
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import PQGen
    from sqlalchemy.pool import ConnectionPoolEntry

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
    are counted for the first. One that rested for less than `rest` is taken to be alive unless
    its server has closed it.
    """

    statement: float
    idle_in_transaction: float
    greeting: float = 5
    rest: float = 1

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
    _greet_the_rested(engine, patience)
    # The driver is 12 MB, which a process that works on a file need not hold.
    import psycopg  # noqa: PLC0415 - on PostgreSQL alone

    class Bounded(psycopg.Connection[Any]):
        """A connection that gives up on a silent server."""

        longest = patience.silence

        def wait(
            self, gen: PQGen[Found], interval: float = 0.1, timeout: float | None = None
        ) -> Found:
            try:
                return super().wait(gen, interval, timeout or self.longest)
            except psycopg.OperationalError as error:
                if error.sqlstate is None:  # not the server's words: it is silent, or gone
                    self.close()
                raise

        def gives_sign_of_life(self) -> bool:
            """Whether the server answers within the time for a greeting."""
            self.longest = patience.greeting
            try:
                self.autocommit = True
                self.execute("SELECT 1")
                self.autocommit = False
            except psycopg.Error:
                return False
            finally:
                self.longest = patience.silence
            return True

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Bounded:
        connection = Bounded.connect(
            *given, **{"connect_timeout": math.ceil(patience.greeting)} | _KEEPALIVE | named
        )
        connection.autocommit = True
        connection.longest = patience.greeting
        for setting, seconds in (
            ("statement_timeout", patience.statement),
            ("idle_in_transaction_session_timeout", patience.idle_in_transaction),
        ):
            connection.execute(
                "SELECT set_config(%s, %s, false)", (setting, f"{seconds * 1000:.0f}")
            )
        connection.autocommit = False
        connection.longest = patience.silence
        return connection


def _greet_the_rested(engine: Engine, patience: Patience) -> None:
    """Ask a connection that rested for a sign of life, and open another where none comes.

    SQLAlchemy's own way, `pool_pre_ping`, asks at every checkout: a trip to the server for each
    page, of which a page has five to ten.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def greet(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.pop("rests_since", None)
        if since is None:
            return
        has_rested = time.monotonic() - since > patience.rest
        if (has_rested or _has_something_to_say(connection)) and not (
            connection.gives_sign_of_life()
        ):
            raise InvalidatePoolError


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    """Whether bytes or an end have come that nobody asked for: a server that goes says so."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
