"""Sessions: the list, ending them, and their ends by time."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.apart import Try
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.throttle import count_try, sweep
from lms.people.models import Person
from lms.people.models.sign_in import TokenPurpose
from lms.people.rules.browsers import browser_class, knows, mark_of, remember
from lms.people.rules.sign_in import PASSWORD_OF_ACCOUNT
from lms.people.services.tokens import issue_token, use_token
from tests.factories import PASSWORD, make_account
from tests.support.client import Client
from tests.support.ways_in import accepted, sign_in_with

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody with a password and the documents accepted."""
    return accepted(session, make_account(session))


@pytest.fixture
def browsers(app: Flask, session: Session, person: Person) -> tuple[Client, Client]:
    """The same person signed in on a computer and on a phone."""
    opened = []
    for agent in (FIREFOX, PHONE):
        client = Client(app, session)
        client.http.environ_base["HTTP_USER_AGENT"] = agent
        sign_in_with(client, person.email, PASSWORD)
        opened.append(client)
    return opened[0], opened[1]


def test_list_names_each_browser_and_this_one(browsers: tuple[Client, Client]) -> None:
    page = browsers[0].get("/account/sessions")
    assert "Firefox on Windows" in page.main
    assert "Chrome on Android" in page.main
    assert page.main.count("This browser") == 1


def test_ending_one_session_signs_out_that_browser_only(browsers: tuple[Client, Client]) -> None:
    computer, phone = browsers
    page = computer.get("/account/sessions")
    page = computer.submit(page, "Sign out Chrome on Android")
    assert "That browser is signed out." in page.main
    assert phone.get("/account", status=302).location.startswith("/sign-in")
    assert computer.get("/account").h1 == "Account"


def test_signing_out_everywhere_ends_all(browsers: tuple[Client, Client]) -> None:
    computer = browsers[0]
    page = computer.get("/account/sessions")
    page = computer.submit(page, "Sign out everywhere now")
    assert page.h1 == "Sign in"
    for client in browsers:
        assert client.get("/account", status=302).location.startswith("/sign-in")


def test_session_of_another_person_cannot_be_ended_and_is_not_found(
    browsers: tuple[Client, Client], sign_in: Callable[[Person], Client], session: Session
) -> None:
    page = browsers[0].get("/account/sessions")
    action, _data = page.form_of("Sign out Chrome on Android")
    other = sign_in(make_account(session))
    other.post(action, status=404)
    assert browsers[1].get("/account").h1 == "Account"


def test_session_ends_after_twelve_hours_without_use(client: Client, person: Person) -> None:
    sign_in_with(client, person.email, PASSWORD)
    with time_machine.travel(clock.now() + datetime.timedelta(hours=11)):
        client.get("/account")
    with time_machine.travel(clock.now() + datetime.timedelta(hours=22)):
        client.get("/account")
    with time_machine.travel(clock.now() + datetime.timedelta(hours=35)):
        assert client.get("/account", status=302).location.startswith("/sign-in")


def test_session_ends_after_fourteen_days_however_much_it_is_used(
    client: Client, person: Person
) -> None:
    sign_in_with(client, person.email, PASSWORD)
    began = clock.now()
    for half_days in range(1, 28):
        with time_machine.travel(began + datetime.timedelta(hours=11.9 * half_days)):
            client.get("/account")
    with time_machine.travel(began + datetime.timedelta(days=14, minutes=1)):
        assert client.get("/account", status=302).location.startswith("/sign-in")


def test_of_many_uses_of_one_link_at_once_exactly_one_succeeds(
    app: Flask, session: Session, person: Person, now: datetime.datetime
) -> None:
    token = issue_token(
        session, person.id, TokenPurpose.RESET, lasts=datetime.timedelta(hours=1), now=now
    )
    session.commit()
    with app.app_context():
        engine = db.engine
    used = []

    def use() -> None:
        with Session(engine) as own, own.begin():
            used.append(use_token(own, token, TokenPurpose.RESET, now=now))

    threads = [threading.Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used, key=str) == [person.id, *[None] * 11]


def test_link_for_one_purpose_is_good_for_no_other(
    session: Session, person: Person, now: datetime.datetime
) -> None:
    token = issue_token(
        session, person.id, TokenPurpose.INVITATION, lasts=datetime.timedelta(hours=1), now=now
    )
    assert use_token(session, token, TokenPurpose.RESET, now=now) is None


def test_old_tries_are_swept_away(app: Flask, session: Session, now: datetime.datetime) -> None:
    with app.app_context():
        engine = db.engine
    count_try(engine, [(PASSWORD_OF_ACCOUNT, "old")], now=now - datetime.timedelta(days=8))
    count_try(engine, [(PASSWORD_OF_ACCOUNT, "new")], now=now)
    sweep(session, now=now)
    assert len(session.execute(select(Try)).scalars().all()) == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Chrome on Android"),
        (FIREFOX + " Edg/126.0", "Edge on Windows"),
        ("curl/8.0", "A browser we do not know"),
        ("", "A browser we do not know"),
    ],
)
def test_browser_is_named_in_a_few_words(agent: str, words: str) -> None:
    assert browser_class(agent) == words


def test_browser_is_known_until_the_password_changes() -> None:
    key = b"k" * 32
    cookie = remember("", mark_of(key, 1, "hash"))
    assert knows(cookie, mark_of(key, 1, "hash"))
    assert not knows(cookie, mark_of(key, 1, "another hash"))
    assert not knows(cookie, mark_of(key, 2, "hash"))
    assert not knows("é." + "x" * 5000, mark_of(key, 1, "hash"))
    for number in range(10):
        cookie = remember(cookie, mark_of(key, number, "hash"))
    assert cookie.count(".") == 4
