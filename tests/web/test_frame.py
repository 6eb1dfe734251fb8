"""The frame of every page: language, direction, theme, headers, errors, assets."""

from __future__ import annotations

import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import select, text

from lms.core import clock, request
from lms.core.apart import Try
from lms.core.database import insert_once
from lms.web import errors
from lms.web.transaction import WriteOnReadError
from tests.factories import make_official


def test_private_pages_are_not_kept_by_anybody(sign_in, session) -> None:
    response = sign_in(make_official(session)).raw("GET", "/start")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


def test_content_policy_allows_nothing_inline(client) -> None:
    policy = client.raw("GET", "/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_only_the_front_page_is_for_search_engines(client) -> None:
    assert "X-Robots-Tag" not in client.raw("GET", "/").headers
    assert client.raw("GET", "/help").headers["X-Robots-Tag"] == "noindex"


def test_assets_are_kept_for_ever_and_found_by_digest(app: Flask, client) -> None:
    page = client.get("/")
    sheet = page.soup.find("link", rel="stylesheet")["href"]
    response = client.raw("GET", sheet, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert client.raw("GET", sheet.replace("bekal.css", "nothing.css")).status_code == 404


def test_theme_chosen_in_the_footer_is_kept(client) -> None:
    assert client.get("/?theme=dark").soup.html["data-theme"] == "dark"
    assert client.get("/help").soup.html["data-theme"] == "dark"
    assert not client.get("/?theme=device").soup.html.has_attr("data-theme")
    assert not client.get("/?theme=<script>").soup.html.has_attr("data-theme")


def test_language_asked_for_is_kept_and_an_unknown_one_ignored(client) -> None:
    assert client.get("/?language=xx").soup.html["lang"] == "en"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil"])
def test_forged_host_is_refused(client, host: str) -> None:
    assert client.raw("GET", "/", headers={"Host": host}).status_code == 400


def test_missing_page_says_what_to_do(client) -> None:
    page = client.get("/no-such-page", status=404)
    assert page.h1 == "There is no such page"


def test_unexpected_error_says_nothing_was_saved_and_gives_a_code(
    app: Flask, client, monkeypatch
) -> None:
    def fall() -> str:
        raise RuntimeError("a secret of the house")

    monkeypatch.setitem(app.view_functions, "web.help_page", _like(app, "web.help_page", fall))
    page = client.get("/help", status=500)
    assert "Nothing was saved" in page.main
    assert "secret" not in page.html
    assert page.response.headers["X-Request-Id"] in page.main


def test_view_that_writes_while_answering_get_fails_and_keeps_nothing(
    app: Flask, client, session, monkeypatch
) -> None:
    refused = []

    def write() -> str:
        request.session().add(Try(key="written by a GET", tried_at=clock.now()))
        try:
            request.session().flush()
        except WriteOnReadError as error:
            refused.append(error)
            raise
        return "written"

    monkeypatch.setitem(app.view_functions, "web.help_page", _like(app, "web.help_page", write))
    client.get("/help", status=500)
    assert len(refused) == 1
    assert session.execute(select(Try)).first() is None


def test_view_that_writes_past_the_unit_of_work_while_answering_get_fails_and_keeps_nothing(
    app: Flask, client, session, monkeypatch
) -> None:
    def write() -> str:
        values = {"key": "written by a GET", "tried_at": clock.now()}
        insert_once(request.session(), Try, values, unique=[])
        return "written"

    monkeypatch.setitem(app.view_functions, "web.help_page", _like(app, "web.help_page", write))
    client.get("/help", status=500)
    assert session.execute(select(Try)).first() is None


def test_page_is_read_on_postgresql_without_a_transaction(app: Flask, client, monkeypatch) -> None:
    open_ones = {}

    def look() -> str:
        connection = request.session().connection()
        connection.execute(text("SELECT 1"))
        driver = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            open_ones["sqlite"] = driver.in_transaction
        else:
            status = driver.info.transaction_status
            open_ones["postgresql"] = status is not TransactionStatus.IDLE
        return "read"

    monkeypatch.setitem(app.view_functions, "web.help_page", _like(app, "web.help_page", look))
    client.raw("GET", "/help")
    assert open_ones in ({"sqlite": True}, {"postgresql": False})


def test_every_kind_of_refusal_has_a_page() -> None:
    for _kind, status in errors.STATUS_OF:
        assert status in errors.PAGES


def test_health_is_answered_without_sign_in(client) -> None:
    assert client.raw("GET", "/healthz").json == {"status": "ok"}


def test_changing_request_without_token_is_refused(client, sign_in, session) -> None:
    signed_in = sign_in(make_official(session))
    assert signed_in.raw("POST", "/notices/read").status_code == 400


def _like(app: Flask, endpoint: str, view):
    """The view with the policy of the one it stands in for."""
    view.bekal_policy = app.view_functions[endpoint].bekal_policy
    return view
