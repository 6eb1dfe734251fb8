"""A form sent after the session ended is not lost, and strangers cannot use that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from lms.core.database import Session
from lms.core.kept import LARGEST, keep, pack, unpack
from lms.people.models import Person
from lms.people.services.sessions import end_all_sessions
from tests.factories import PASSWORD, make_account
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.ways_in import accepted, sign_in_with

OWN = {"Origin": "http://localhost"}
CHOICES = "/notices/choices"


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody with a password and the documents accepted."""
    return accepted(session, make_account(session))


def typed(client: Client) -> dict[str, Any]:
    """A form filled in: every choice of notices set to "never"."""
    page = client.get(CHOICES)
    form = page.soup.find("form", attrs={"action": CHOICES}) or page.soup.select_one("main form")
    assert form is not None
    names = {str(each["name"]) for each in form.select("input[type=radio], select")}
    token = page.value("csrf_token")
    return {"csrf_token": token, **dict.fromkeys(names, "never")}


def send(client: Client, path: str, data: dict[str, Any], **headers: str) -> Page:
    """Post as a browser does from a page of ours, unless told otherwise."""
    answer = client.raw("POST", path, data=data, headers=headers or OWN)
    return Page(path, answer)


def test_form_sent_after_the_session_ended_arrives_after_sign_in(
    app: Flask, client: Client, session: Session, person: Person, now: Any
) -> None:
    sign_in_with(client, person.email, PASSWORD)
    data = typed(client)
    end_all_sessions(session, person.id, now=now)
    page = send(client, CHOICES, data)
    assert page.status == 401
    assert page.h1 == "Sign in to send what you typed"
    page = client.submit(page, "Sign in", {"email": person.email, "password": PASSWORD})
    assert page.h1 == "Send what you typed"
    page = client.submit(page, "Send it now")
    chosen = client.get(CHOICES).soup.select("main [checked], main option[selected]")
    assert {str(each["value"]) for each in chosen} == {"never"}


def test_form_sent_after_the_cookie_was_gone_arrives_too(
    app: Flask, client: Client, session: Session, person: Person
) -> None:
    sign_in_with(client, person.email, PASSWORD)
    data = typed(client)
    fresh = Client(app, session)
    page = send(fresh, CHOICES, data)
    assert page.h1 == "Sign in to send what you typed"
    page = fresh.submit(
        page, "Sign in", {"email": person.email, "password": "wrong one"}, status=400
    )
    assert page.h1 == "Sign in to send what you typed", "It stays through a wrong password."
    page = fresh.submit(page, "Sign in", {"email": person.email, "password": PASSWORD})
    assert page.h1 == "Send what you typed"


def test_form_with_the_token_of_an_older_session_is_shown_once_more(
    app: Flask, client: Client, session: Session, person: Person
) -> None:
    sign_in_with(client, person.email, PASSWORD)
    data = typed(client)
    client.submit(client.get("/account"), "Sign out")
    sign_in_with(client, person.email, PASSWORD)
    page = send(client, CHOICES, data)
    assert page.h1 == "Send what you typed"
    fresh = page.value("csrf_token")
    assert fresh != data["csrf_token"]
    client.submit(page, "Send it now")


def test_kept_form_passes_through_the_documents(
    app: Flask, client: Client, session: Session
) -> None:
    person = make_account(session)
    signed_in = Client(app, session).sign_in(person)
    data = typed(signed_in)
    with app.app_context():
        other = make_account(session, email="other@plw.example")
    page = send(client, CHOICES, data)
    page = client.submit(page, "Sign in", {"email": other.email, "password": PASSWORD})
    assert page.h1 == "Privacy notice and terms of use"
    page = client.submit(page, "Go on", {"privacy": "y", "terms": "y"})
    assert page.h1 == "Send what you typed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "http://localhost/notices/choices"},
    ],
)
def test_form_of_a_stranger_is_never_kept(
    client: Client, session: Session, headers: dict[str, str]
) -> None:
    page = send(client, CHOICES, {"words": "sent by a stranger"}, **headers)
    assert page.status == 400
    assert "stranger" not in page.html


def test_kept_form_that_we_did_not_sign_is_ignored(
    client: Client, session: Session, person: Person
) -> None:
    form = keep(CHOICES, [("words", "forged")], has_files=False)
    assert form is not None
    page = client.get("/sign-in?next=/account")
    forged = pack("another key that is long enough", form)
    page = client.submit(
        page, "Sign in", {"email": person.email, "password": PASSWORD, "kept": forged}
    )
    assert page.h1 == "Account"


def test_passwords_codes_and_files_are_never_kept() -> None:
    fields = [("old_password", "a"), ("code", "1"), ("csrf_token", "t"), ("post", "Officer")]
    form = keep("/x", fields, has_files=False)
    assert form is not None
    assert form.fields == (("post", "Officer"),)
    assert form.left_out
    only_files = keep("/x", [("post", "Officer")], has_files=True)
    assert only_files is not None
    assert only_files.left_out


def test_form_that_is_too_large_is_not_kept() -> None:
    assert keep("/x", [("words", "a" * LARGEST)], has_files=False) is None
    form = keep("/x", [("words", "ក " * 40_000)], has_files=False)
    assert form is not None
    assert unpack("k" * 32, pack("k" * 32, form)) == form


def test_what_was_typed_is_shown_as_text_and_not_as_markup(
    app: Flask, client: Client, session: Session, person: Person
) -> None:
    sign_in_with(client, person.email, PASSWORD)
    data = typed(client) | {"words": "<script>alert(1)</script> and more", "csrf_token": "old"}
    page = send(client, CHOICES, data)
    assert "<script>alert(1)" not in page.html
    assert "<script>alert(1)</script> and more" in BeautifulSoup(page.html, "html.parser").text


def test_anonymous_button_press_says_what_happened(client: Client) -> None:
    page = Page("/x", client.raw("POST", "/account/sessions/end-all", headers=OWN))
    assert page.status == 303
    assert "You were signed out." in client.get("/sign-in").main


def test_sign_in_page_that_was_open_too_long_is_shown_again(client: Client) -> None:
    page = send(client, "/sign-in", {"email": "a@b.example", "password": "x", "csrf_token": "old"})
    assert page.status == 303
    assert page.location == "/sign-in"


def test_every_signed_in_view_keeps_a_form(
    app: Flask, sign_in: Callable[[Person], Client], session: Session
) -> None:
    anonymous = Client(app, session)
    for path in ("/notices/choices", "/account/password?x=1"):
        page = send(anonymous, path, {"words": "a sentence that took long"})
        assert page.h1 == "Sign in to send what you typed"
