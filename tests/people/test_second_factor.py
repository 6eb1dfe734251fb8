"""The second factor: set up, given, each code once, printed codes, taken away."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyotp
import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask
from sqlalchemy import select

from config import Environment
from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.database import Session
from lms.core.sealing import SealBrokenError, derive_key, keyed_digest, seal, unseal
from lms.people.models import OneTimeCode, Person, SecondFactor
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.second_factor import ALPHABET, new_printed_code, printed_form, step_of
from tests.factories import (
    PASSWORD,
    make_account,
    make_focal_point,
    make_secretariat,
    password_hash,
)
from tests.support.client import Client
from tests.support.ways_in import accepted, mails, sign_in_with

ALL = (SIGN_IN, Reach.ALL_MEMBERS)


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    """A clock that stands until the test moves it."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def factor_of(session: Session, person: Person) -> SecondFactor:
    statement = scoped(SecondFactor, *ALL).where(SecondFactor.person_id == person.id)
    return session.execute(statement).scalar_one()


def secret_of(app: Flask, session: Session, person: Person) -> str:
    key = derive_key(app.config["BEKAL"].secret_key, "second factor")
    return unseal(key, factor_of(session, person).sealed_secret, owner=str(person.id))


def code_of(app: Flask, session: Session, person: Person) -> str:
    """What the person's app shows now."""
    return pyotp.TOTP(secret_of(app, session, person)).at(clock.now())


def set_up(app: Flask, session: Session, client: Client, person: Person) -> list[str]:
    """Go through the set-up; the printed codes."""
    page = client.submit(client.get("/second-factor/set-up"), "Begin")
    page = client.submit(page, "Put it in force", {"code": code_of(app, session, person)})
    assert page.h1 == "Your ten printed codes"
    return re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.main)


def sign_in_to_code(client: Client, person: Person) -> None:
    page = sign_in_with(client, person.email, PASSWORD)
    assert page.h1 == "Your second factor"


def test_set_up_shows_the_code_to_scan_and_the_letters_and_ten_codes_once(
    app: Flask, session: Session, sign_in: Callable[[Person], Client]
) -> None:
    person = make_account(session)
    client = sign_in(person)
    page = client.submit(client.get("/second-factor/set-up"), "Begin")
    letters = "".join(page.soup.select_one(".mono").get_text().split())  # type: ignore[union-attr]
    assert letters == secret_of(app, session, person)
    drawn = client.raw("GET", "/second-factor/qr.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.headers["Cache-Control"] == "no-store"
    page = client.submit(page, "Put it in force", {"code": code_of(app, session, person)})
    codes = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.main)
    assert len(set(codes)) == 10
    assert codes[0] not in client.get("/account/second-factor").html
    assert client.raw("GET", "/second-factor/qr.svg").status_code == 404
    assert len(mails(session, "second_factor_on")) == 1


def test_set_up_that_is_not_confirmed_is_not_in_force(
    session: Session, client: Client, sign_in: Callable[[Person], Client]
) -> None:
    person = accepted(session, make_account(session))
    signed_in = sign_in(person)
    page = signed_in.submit(signed_in.get("/second-factor/set-up"), "Begin")
    page = signed_in.submit(page, "Put it in force", {"code": "000000x"}, status=400)
    assert page.error("code").startswith("This code does not fit.")
    assert sign_in_with(client, person.email, PASSWORD).h1 == "Account"


def test_after_the_password_nothing_opens_until_the_code_is_given(
    app: Flask, session: Session, client: Client, moment: time_machine.Traveller
) -> None:
    person = accepted(session, make_account(session))
    first = Client(app, session).sign_in(person)
    set_up(app, session, first, person)
    moment.shift(60)
    sign_in_to_code(client, person)
    for path in (
        "/start",
        "/account",
        "/account/second-factor",
        "/second-factor/set-up",
        "/account/sessions",
        "/account/password",
    ):
        assert client.get(path, status=302).location.startswith("/second-factor?next=")
    answer = client.raw("GET", "/second-factor/qr.svg")
    assert answer.status_code == 302
    client.post("/second-factor/set-up/begin", follow=False, status=302)
    client.post(
        "/account/second-factor",
        {"password": PASSWORD, "do": "remove"},
        follow=False,
        status=302,
    )
    page = client.get("/second-factor?next=/account/sessions")
    page = client.submit(page, "Go on", {"code": code_of(app, session, person)})
    assert page.h1 == "Where you are signed in"


def test_giving_the_code_replaces_the_token_of_the_session(
    app: Flask, session: Session, client: Client, moment: time_machine.Traveller
) -> None:
    person = accepted(session, make_account(session))
    set_up(app, session, Client(app, session).sign_in(person), person)
    moment.shift(60)
    sign_in_to_code(client, person)
    with client.http.session_transaction() as cookie:
        before = cookie["_user_id"]
    page = client.get("/second-factor?next=/account")
    client.submit(page, "Go on", {"code": code_of(app, session, person)})
    with client.http.session_transaction() as cookie:
        assert cookie["_user_id"] != before
        cookie["_user_id"] = before
    assert client.get("/account", status=302).location.startswith("/sign-in")


def test_no_code_is_accepted_twice(
    app: Flask, session: Session, client: Client, moment: time_machine.Traveller
) -> None:
    person = accepted(session, make_account(session))
    set_up(app, session, Client(app, session).sign_in(person), person)
    used = code_of(app, session, person)
    sign_in_to_code(client, person)
    page = client.get("/second-factor?next=/account")
    page = client.submit(page, "Go on", {"code": used}, status=400)
    assert page.error("code").startswith("This code does not fit.")
    moment.shift(60)
    client.submit(page, "Go on", {"code": code_of(app, session, person)})
    again = Client(app, session)
    sign_in_to_code(again, person)
    page = again.get("/second-factor?next=/account")
    again.submit(page, "Go on", {"code": code_of(app, session, person)}, status=400)


def test_device_may_be_one_step_off_and_no_more(now: datetime.datetime) -> None:
    secret = pyotp.random_base32()
    maker, step = pyotp.TOTP(secret), datetime.timedelta(seconds=30)
    for drift in (-1, 0, 1):
        assert step_of(secret, maker.at(now + drift * step), now=now) is not None
    for drift in (-3, -2, 2, 3):
        assert step_of(secret, maker.at(now + drift * step), now=now) is None
    code = maker.at(now)
    assert step_of(secret, f"{code[:3]} {code[3:]}", now=now) is not None
    assert step_of(secret, "١٢٣٤٥٦", now=now) is None


def test_guessing_codes_is_throttled(
    app: Flask, session: Session, client: Client, moment: time_machine.Traveller
) -> None:
    person = accepted(session, make_account(session))
    set_up(app, session, Client(app, session).sign_in(person), person)
    moment.shift(60)
    sign_in_to_code(client, person)
    page = client.get("/second-factor?next=/account")
    for number in range(5):
        page = client.submit(page, "Go on", {"code": f"00000{number}"}, status=400)
    right = code_of(app, session, person)
    page = client.submit(page, "Go on", {"code": right}, status=429)
    assert "Try again in 15 min." in page.main


def test_printed_code_works_once_and_says_how_many_are_left(
    app: Flask, session: Session, moment: time_machine.Traveller
) -> None:
    person = accepted(session, make_account(session))
    codes = set_up(app, session, Client(app, session).sign_in(person), person)
    client, again = Client(app, session), Client(app, session)
    sign_in_to_code(client, person)
    page = client.get("/second-factor?next=/account")
    page = client.submit(page, "Go on", {"code": codes[3].lower().replace("-", " ")})
    assert "That printed code is used up. You have 9 left." in page.main
    sign_in_to_code(again, person)
    page = again.get("/second-factor?next=/account")
    again.submit(page, "Go on", {"code": codes[3]}, status=400)


def test_printed_code_of_another_person_opens_nothing(
    app: Flask, session: Session, moment: time_machine.Traveller
) -> None:
    person, other = (accepted(session, make_account(session)) for _ in range(2))
    codes = set_up(app, session, Client(app, session).sign_in(person), person)
    set_up(app, session, Client(app, session).sign_in(other), other)
    client = Client(app, session)
    sign_in_to_code(client, other)
    page = client.get("/second-factor?next=/account")
    client.submit(page, "Go on", {"code": codes[0]}, status=400)


def test_new_printed_codes_need_the_password_and_replace_the_old(
    app: Flask, session: Session, sign_in: Callable[[Person], Client]
) -> None:
    person = make_account(session)
    client = sign_in(person)
    old = set_up(app, session, client, person)
    page = client.get("/account/second-factor")
    page = client.submit(page, "Print new codes", {"password": "guess"}, status=400)
    assert page.error("password") == "This is not your present password."
    page = client.submit(page, "Print new codes", {"password": PASSWORD})
    assert page.h1 == "Your ten printed codes"
    assert old[0] not in page.main
    rows = session.execute(scoped(OneTimeCode, *ALL)).scalars().all()
    assert len(rows) == 10


def test_taking_it_away_needs_the_password_and_is_told_by_mail(
    app: Flask, session: Session, client: Client, sign_in: Callable[[Person], Client]
) -> None:
    person = accepted(session, make_account(session))
    signed_in = sign_in(person)
    set_up(app, session, signed_in, person)
    page = signed_in.get("/account/second-factor")
    page = signed_in.submit(page, "Remove the second factor", {"password": ""}, status=400)
    page = signed_in.submit(page, "Remove the second factor", {"password": PASSWORD})
    assert page.h1 == "Account"
    assert len(mails(session, "second_factor_off")) == 1
    assert session.execute(scoped(OneTimeCode, *ALL)).first() is None
    assert sign_in_with(client, person.email, PASSWORD).h1 == "Account"


def test_reset_of_the_password_leaves_the_second_factor_in_force(
    app: Flask, session: Session, client: Client, sign_in: Callable[[Person], Client]
) -> None:
    person = accepted(session, make_account(session))
    set_up(app, session, sign_in(person), person)
    person.password_hash = password_hash()
    sign_in_to_code(client, person)


def test_tables_hold_no_secret_and_no_code(
    app: Flask, session: Session, sign_in: Callable[[Person], Client]
) -> None:
    person = make_account(session)
    codes = set_up(app, session, sign_in(person), person)
    assert secret_of(app, session, person) not in factor_of(session, person).sealed_secret
    digests = set(session.execute(select(scoped(OneTimeCode, *ALL).subquery().c.digest)).scalars())
    key = derive_key(app.config["BEKAL"].secret_key, "second factor")
    assert keyed_digest(key, f"{person.id}:{printed_form(codes[0])}") in digests


def test_sealed_secret_opens_only_for_its_person_and_under_its_key() -> None:
    key = derive_key("a" * 32, "second factor")
    sealed = seal(key, "JBSWY3DPEHPK3PXP", owner="1")
    assert unseal(key, sealed, owner="1") == "JBSWY3DPEHPK3PXP"
    assert sealed != seal(key, "JBSWY3DPEHPK3PXP", owner="1")
    with pytest.raises(SealBrokenError):
        unseal(key, sealed, owner="2")
    with pytest.raises(SealBrokenError):
        unseal(derive_key("a" * 32, "another purpose"), sealed, owner="1")


@pytest.mark.parametrize("secret", ["short", "a" * 32, "ключ " * 40])
def test_a_derived_key_is_that_of_rfc_5869(secret: str) -> None:
    hkdf = HKDF(SHA256(), length=32, salt=None, info=b"bekal second factor")
    assert derive_key(secret, "second factor") == hkdf.derive(secret.encode())


def test_printed_codes_are_long_enough_and_forgive_misreading() -> None:
    codes = {printed_form(new_printed_code()) for _ in range(100)}
    assert len(codes) == 100
    assert all(code is not None and set(code) <= set(ALPHABET) for code in codes)
    assert printed_form("o1il-0000-zzzz") == "01110000ZZZZ"
    assert printed_form("123456") is None


def test_production_sends_everybody_who_reads_others_to_set_up_first(
    app: Flask,
    session: Session,
    sign_in: Callable[[Person], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    focal_point = make_focal_point(session, password_hash=password_hash())
    official = make_account(session)
    of_focal_point, of_official = sign_in(focal_point), sign_in(official)
    in_production = replace(app.config["BEKAL"], environment=Environment.PRODUCTION)
    monkeypatch.setitem(app.config, "BEKAL", in_production)
    assert of_official.get("/account").h1 == "Account"
    assert of_focal_point.get("/account", status=302).location == "/second-factor/set-up"
    page = of_focal_point.get("/account", follow=True)
    assert page.h1 == "Set up your second factor"
    set_up(app, session, of_focal_point, focal_point)
    assert of_focal_point.get("/account").h1 == "Account"


def test_secretariat_opens_the_way_for_who_lost_phone_and_codes(
    app: Flask, session: Session, client: Client, sign_in: Callable[..., Client]
) -> None:
    person = accepted(session, make_account(session))
    lost = sign_in(person)
    set_up(app, session, lost, person)
    secretariat = sign_in(make_secretariat(session))
    path = f"/people/{person.id}/second-factor"
    page = secretariat.get(path)
    assert "First be sure who asks" in page.main
    page = secretariat.submit(page, "Remove the second factor")
    assert "They are told by mail." in page.main
    assert lost.get("/account", status=302).location.startswith("/sign-in")
    assert sign_in_with(client, person.email, PASSWORD).h1 == "Account"
    assert len(mails(session, "second_factor_off")) == 1
    assert "There is nothing to remove." in secretariat.get(path).main


def test_nobody_but_the_secretariat_takes_away_a_second_factor_and_nobody_their_own(
    app: Flask, session: Session, sign_in: Callable[..., Client]
) -> None:
    person = make_account(session)
    focal_point, secretariat = make_focal_point(session), make_secretariat(session)
    path = f"/people/{person.id}/second-factor"
    for other in (focal_point, person):
        client = sign_in(other)
        client.get(path, status=403)
        client.post(path, status=403)
    own = sign_in(secretariat)
    own.post(f"/people/{secretariat.id}/second-factor", status=403)
    own.get("/people/999999/second-factor", status=404)
