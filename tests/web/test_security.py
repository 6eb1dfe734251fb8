"""Headers, cookies, hosts, proxies and sizes: what every answer has, and what is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from sqlalchemy import select

from config import Environment, Settings
from lms.core.apart import Try
from lms.core.database import Session
from lms.people.models import Person
from lms.people.rules.sign_in import PASSWORD_OF_ADDRESS
from lms.web.app import create_app
from tests.factories import PASSWORD, make_account
from tests.support.client import Client
from tests.support.ways_in import accepted, sign_in_with


def made(settings: Settings, tmp_path: Path, **changes: object) -> Flask:
    """Another application with these settings, on a database of its own that stays empty."""
    return create_app(
        replace(
            settings,
            database_url=f"sqlite:///{tmp_path / 'empty.db'}",
            data_folder=tmp_path,
            **changes,  # type: ignore[arg-type]
        )
    )


@pytest.fixture
def production(settings: Settings, tmp_path: Path) -> Flask:
    """The application as production makes it, behind one proxy."""
    return made(
        settings,
        tmp_path,
        environment=Environment.PRODUCTION,
        public_address="https://learn.example.org",
        trusted_proxies=1,
    )


PUBLIC = ["/", "/sign-in", "/forgotten-password", "/register", "/registered", "/privacy"]
PRIVATE = ["/account", "/account/sessions", "/account/password", "/notices"]


@pytest.mark.parametrize("path", PUBLIC)
def test_cache_headers_of_public_pages_keep_answers_apart(client: Client, path: str) -> None:
    headers = client.get(path).response.headers
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]


@pytest.mark.parametrize("path", PRIVATE)
def test_cache_headers_of_private_pages_forbid_keeping(
    sign_in: Callable[[Person], Client], session: Session, path: str
) -> None:
    client = sign_in(make_account(session))
    headers = client.get(path).response.headers
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]


def test_redirects_and_refusals_are_not_cached_either(client: Client) -> None:
    for answer in (
        client.raw("GET", "/account"),
        client.raw("POST", "/sign-in"),
        client.raw("GET", "/nothing-here"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PUBLIC, "/nothing-here", "/account"])
def test_every_answer_forbids_framing_inline_code_and_guessing_of_types(
    client: Client, path: str
) -> None:
    headers = client.raw("GET", path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_link_of_a_mail_does_not_leak_by_referrer(client: Client) -> None:
    answer = client.raw("GET", f"/reset/{'x' * 43}")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_cookie_flags_in_development(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    page = client.get("/sign-in")
    action, data = page.form_of("Sign in")
    answer = client.raw("POST", action, data={**data, "email": person.email, "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_cookie_flags_in_production_bind_it_to_the_host_and_https(production: Flask) -> None:
    answer = production.test_client().get("/sign-in", base_url="https://learn.example.org")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-bekal=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_cookie_of_a_signed_in_person_ends_after_twelve_hours_without_use(
    client: Client, session: Session
) -> None:
    person = accepted(session, make_account(session))
    sign_in_with(client, person.email, PASSWORD)
    answer = client.raw("GET", "/account")
    [cookie] = answer.headers.getlist("Set-Cookie")
    expires = re.search(r"Expires=([^;]+)", cookie)
    assert expires is not None, "The cookie is renewed with every page."


@pytest.mark.parametrize("host", ["evil.example", "learn.example.org.evil.example", "localhost"])
def test_host_header_that_is_not_ours_is_refused(production: Flask, host: str) -> None:
    answer = production.test_client().get("/sign-in", base_url=f"https://{host}")
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True)


def test_host_header_in_another_port_or_case_is_ours(production: Flask) -> None:
    for host in ("learn.example.org", "LEARN.example.org", "learn.example.org:443"):
        answer = production.test_client().get("/sign-in", base_url=f"https://{host}")
        assert answer.status_code == 200


def seen_address(app: Flask, forwarded: str) -> str | None:
    """The address a request seems to come from."""
    with app.test_client() as client:
        client.get(
            "/sign-in",
            base_url=app.config["BEKAL"].public_address,
            headers={"X-Forwarded-For": forwarded},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        )
        return request.remote_addr


def test_forwarded_for_is_believed_only_as_far_as_trusted_proxies(
    settings: Settings, tmp_path: Path, production: Flask
) -> None:
    (tmp_path / "none").mkdir()
    assert seen_address(made(settings, tmp_path / "none"), "192.0.2.66") == "10.0.0.9"
    assert seen_address(production, "192.0.2.7") == "192.0.2.7"
    assert seen_address(production, "192.0.2.66, 192.0.2.7") == "192.0.2.7"


def test_forged_forwarded_for_does_not_evade_the_throttle(client: Client, session: Session) -> None:
    for number in range(3):
        page = client.get("/sign-in")
        action, data = page.form_of("Sign in")
        client.raw(
            "POST",
            action,
            data={**data, "email": f"n{number}@plw.example", "password": "x" * 12},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )
    keys = list(session.execute(select(Try.key)).scalars())
    assert max(keys.count(key) for key in set(keys)) == 3, PASSWORD_OF_ADDRESS.name


def test_ten_thousand_form_parts_are_refused_at_once(client: Client) -> None:
    boundary = "x" * 20
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    body = part * 10_000 + f"--{boundary}--\r\n"
    began = time.perf_counter()
    answer = client.raw(
        "POST",
        "/sign-in",
        data=body.encode(),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code in {400, 413}
    assert time.perf_counter() - began < 5


def test_field_larger_than_a_form_may_hold_is_refused(client: Client) -> None:
    answer = client.raw("POST", "/sign-in", data={"email": "a" * (3 * 1024 * 1024)})
    assert answer.status_code in {400, 413}


def test_body_larger_than_any_request_is_refused(app: Flask, client: Client) -> None:
    answer = client.raw(
        "POST",
        "/sign-in",
        data=b"",
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)},
    )
    assert answer.status_code == 413


def test_no_answer_names_the_server_or_its_versions(client: Client) -> None:
    headers = client.raw("GET", "/sign-in").headers
    assert "X-Powered-By" not in headers
    assert "Flask" not in str(headers)


def test_error_page_shows_no_inner_workings(client: Client) -> None:
    page = client.get("/nothing-here<script>", status=404)
    assert "Traceback" not in page.html
    assert "nothing-here" not in page.main


def test_sign_in_pages_set_no_cookie_but_our_own(client: Client) -> None:
    answer = client.raw("GET", "/sign-in")
    names = {cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    assert names == {"bekal"}


def test_request_refused_for_its_token_has_an_id_to_ask_for(client: Client) -> None:
    answer = client.raw("POST", "/sign-in", data={"email": "a@b.example"})
    assert answer.status_code == 400
    assert len(answer.headers["X-Request-Id"]) == 16
