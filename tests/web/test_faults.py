"""When something below us is wrong: a calm page, nothing typed lost, no statement behind it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator

import psycopg.errors
import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.core.database import Session
from lms.core.extensions import db
from lms.core.faults import Fault, fault_of
from tests.factories import make_official
from tests.support.client import Client
from tests.support.pages import Page

OWN = {"Origin": "http://localhost"}


@pytest.fixture
def lost(app: Flask) -> Iterator[list[str]]:
    """Every statement is answered as a server answers that is being stopped; what was tried."""
    tried: list[str] = []

    def refuse(_c: Connection, _cur: object, sql: str, _p: object, _x: object, _m: bool) -> None:
        tried.append(sql)
        raise OperationalError(sql, None, psycopg.errors.AdminShutdown("a secret address"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    yield tried
    event.remove(engine, "before_cursor_execute", refuse)


def test_lost_database_is_told_in_words(client: Client, lost: list[str]) -> None:
    page = client.get("/", status=503)
    assert page.h1 == "We cannot answer just now"
    assert "Nothing was saved by this step." in page.main
    assert page.response.headers["Retry-After"] == "30"
    assert "secret" not in page.html


def test_page_of_a_lost_database_asks_it_for_nothing(
    sign_in: Callable[..., Client], session: Session, request: pytest.FixtureRequest
) -> None:
    client = sign_in(make_official(session))
    session.commit()
    lost = request.getfixturevalue("lost")
    client.http.get("/start")
    assert len(lost) == 1, "Who asks is the one question before the page."


def test_form_sent_to_a_lost_database_can_be_sent_again(
    sign_in: Callable[..., Client], session: Session, request: pytest.FixtureRequest
) -> None:
    client = sign_in(make_official(session))
    token = client.csrf_token()
    typed = {"csrf_token": token, "subject": "A sentence that took me long", "password": "mine"}
    request.getfixturevalue("lost")
    answer = client.http.post("/notices/choices", data=typed, headers=OWN)
    page = Page("/notices/choices", answer)
    assert answer.status_code == 503
    action, fields = page.form_of("Send it once more")
    assert action == "/notices/choices"
    assert fields["subject"] == typed["subject"]
    assert "A sentence that took me long" in page.main
    assert "password" not in fields
    stranger = client.http.post("/notices/choices", data=typed, headers={"Origin": "https://e.x"})
    assert "took me long" not in stranger.text


def test_commit_that_fails_is_told_in_words_too(
    app: Flask, sign_in: Callable[..., Client], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_session: Session) -> None:
        raise OperationalError("COMMIT", None, psycopg.errors.AdminShutdown())

    client = sign_in(make_official(session))
    token = client.csrf_token()
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("lms.core.extensions.RequestSession.commit", lost)
    answer = client.http.post("/notices/read", data={"csrf_token": token}, headers=OWN)
    assert answer.status_code == 503
    assert "Nothing was saved by this step." in answer.text


def test_health_says_that_the_database_does_not_answer(client: Client, lost: list[str]) -> None:
    answer = client.http.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "database does not answer"})


def _sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("of SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Fault.BUSY),
        (_sqlite(sqlite3.SQLITE_FULL), Fault.FULL),
        (_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), Fault.READ_ONLY),
        (_sqlite(sqlite3.SQLITE_IOERR_FSYNC), Fault.LOST),
        (_sqlite(sqlite3.SQLITE_ERROR), None),
        (psycopg.errors.DiskFull(), Fault.FULL),
        (psycopg.errors.ReadOnlySqlTransaction(), Fault.READ_ONLY),
        (psycopg.errors.QueryCanceled(), Fault.BUSY),
        (psycopg.errors.TooManyConnections(), Fault.LOST),
        (psycopg.OperationalError("the connection is lost"), Fault.LOST),
        (psycopg.errors.UndefinedTable(), None),
        (OSError(errno.ENOSPC, "No space left on device"), Fault.FULL),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (ValueError(), None),
    ],
)
def test_what_is_below_us_is_told_from_mistakes_of_ours(
    error: BaseException, fault: Fault | None
) -> None:
    assert fault_of(error) is fault


def test_error_of_the_driver_is_known_inside_sqlalchemys(session: Session) -> None:
    with pytest.raises((OperationalError, ProgrammingError)) as caught:
        session.execute(text("SELECT * FROM no_such_table"))
    assert fault_of(caught.value) is None
