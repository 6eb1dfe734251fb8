"""A server that is slow or silent is given up in bounded time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from lms.core.faults import Fault, fault_of
from lms.core.waiting import Patience, limit
from tests.support import postgresql


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine that waits half a second."""
    with postgresql.running() as cluster:
        engine = create_engine(cluster.url("postgres"))
        limit(engine, Patience(statement=0.4, idle_in_transaction=60))
        yield engine
        engine.dispose()


def test_statement_that_takes_too_long_is_ended_by_the_server(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("SELECT pg_sleep(30)"))
        connection.rollback()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert fault_of(caught.value) is Fault.BUSY


def test_silent_server_is_given_up_and_asked_anew_later(engine: Engine) -> None:
    with engine.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(server, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            with pytest.raises(OperationalError) as caught:
                connection.execute(text("SELECT 1"))
            assert time.monotonic() - begun < 5
        finally:
            os.kill(server, signal.SIGCONT)
    assert fault_of(caught.value) is Fault.LOST
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_connection_that_rested_must_give_a_sign_of_life_soon() -> None:
    with postgresql.running() as cluster:
        engine = create_engine(cluster.url("postgres"))
        limit(engine, Patience(60, idle_in_transaction=60, greeting=0.5, rest=0))
        with engine.connect() as connection:
            server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(server, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            with engine.connect() as connection:
                another = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            assert another != server
            assert time.monotonic() - begun < 10
        finally:
            os.kill(server, signal.SIGCONT)
            engine.dispose()


def test_connection_that_its_server_closed_is_not_used_even_when_it_hardly_rested() -> None:
    with postgresql.running() as cluster:
        engine = create_engine(cluster.url("postgres"))
        limit(engine, Patience(60, idle_in_transaction=60, rest=3600))
        with engine.connect() as connection:
            server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(server, signal.SIGTERM)
        _wait_for_end_of(server)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != server
        engine.dispose()


def _wait_for_end_of(process: int) -> None:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
