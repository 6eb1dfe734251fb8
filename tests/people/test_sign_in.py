"""Signing in: the same answer to everybody, throttles, where one is sent, what is told by mail."""

from __future__ import annotations

import datetime
import statistics
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator

import pytest
import time_machine
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from flask import Flask
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.throttle import TooManyTriesError, count_try
from lms.people.models import Person, SignInSession
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.persons import PersonState
from lms.people.rules.sign_in import PASSWORD_OF_ACCOUNT, PASSWORD_OF_ADDRESS, network_of, own_path
from lms.people.services import passwords
from tests.factories import PASSWORD, make_account, make_official
from tests.support.client import Client
from tests.support.ways_in import accepted, mails, sign_in_with

WRONG = "E-mail address and password do not belong together. Check both."


def sessions_of(session: Session, person: Person) -> list[SignInSession]:
    statement = scoped(SignInSession, SIGN_IN, Reach.ALL_MEMBERS).where(
        SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    )
    return list(session.execute(statement).scalars())


def test_official_signs_in_with_address_and_password(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session, email="ngirmang@plw.example"))
    page = sign_in_with(client, "ngirmang@plw.example", PASSWORD)
    assert page.h1 == "Account"
    assert len(sessions_of(session, person)) == 1


def test_capitals_and_spaces_around_an_address_do_not_matter(
    client: Client, session: Session
) -> None:
    accepted(session, make_account(session, email="ngirmang@plw.example"))
    assert sign_in_with(client, "  Ngirmang@PLW.example ", PASSWORD).h1 == "Account"


def test_password_typed_in_another_normal_form_is_the_same_password() -> None:
    composed = unicodedata.normalize("NFC", "mười hai con ngựa")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert passwords.verify(passwords.hash_password(composed), decomposed).is_right


@pytest.mark.parametrize(
    "state", [state for state in PersonState if state is not PersonState.ACTIVE]
)
def test_states_other_than_active_answer_as_a_wrong_password_does(
    client: Client, session: Session, state: PersonState
) -> None:
    make_account(session, email="someone@plw.example", state=state)
    page = sign_in_with(client, "someone@plw.example", PASSWORD, status=400)
    unknown = sign_in_with(client, "nobody@plw.example", PASSWORD, status=400)
    assert WRONG in page.main
    assert page.main == unknown.main


def test_wrong_password_and_unknown_account_answer_byte_for_byte_alike(
    client: Client, session: Session
) -> None:
    make_account(session, email="someone@plw.example")
    make_official(session, email="unset@plw.example")
    with time_machine.travel(clock.now(), tick=False):  # CSRF tokens carry the second
        pages = [
            sign_in_with(client, email, "not this one at all", status=400).html
            for email in ("someone@plw.example", "nobody0@plw.example", "unset@plw.example")
        ]
    assert (
        pages[0].replace("someone@", "nobody0@")
        == pages[1]
        == pages[2].replace("unset@", "nobody0@")
    )


@pytest.fixture
def as_in_production() -> Iterator[None]:
    """Passwords hashed as by every process but one of tests, which takes the cheapest way."""
    passwords.hash_with(RFC_9106_LOW_MEMORY)
    yield
    passwords.hash_with(CHEAPEST)


@pytest.mark.usefixtures("as_in_production")
def test_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    known = passwords.hash_password("the one that is right")

    def seconds(password_hash: str | None) -> float:
        began = time.thread_time()
        passwords.verify(password_hash, "not this one at all")
        return time.thread_time() - began

    for_known = statistics.median(seconds(known) for _ in range(3))
    for_unknown = statistics.median(seconds(None) for _ in range(3))
    assert for_unknown == pytest.approx(for_known, rel=0.5)
    assert for_unknown > 0.001


def test_password_is_hashed_with_the_second_option_of_rfc_9106() -> None:
    """Asked of a process that has loaded all of the product and nothing of its tests."""
    code = (
        "import lms.web.app; from lms.people.services.passwords import hash_password;"
        "print(hash_password('anything at all'))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.usefixtures("as_in_production")
def test_hash_with_older_parameters_is_renewed_at_sign_in(client: Client, session: Session) -> None:
    weaker = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    known = make_official(session, password_hash=weaker.hash(PASSWORD))
    person = accepted(session, known)
    sign_in_with(client, person.email, PASSWORD)
    session.refresh(person)
    assert person.password_hash is not None
    assert person.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_no_write_transaction_is_open_while_a_password_is_hashed(
    app: Flask, client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = accepted(session, make_account(session))
    real, seen = passwords.HASHER.verify, []

    class Watching:
        """The hasher, which notes whether the request holds a transaction."""

        def verify(self, *args: str) -> bool:
            seen.append(db.session().in_transaction())
            return bool(real(*args))

        check_needs_rehash = passwords.HASHER.check_needs_rehash

    page = client.get("/sign-in?next=/account")
    monkeypatch.setattr(passwords, "HASHER", Watching())
    client.submit(page, "Sign in", {"email": person.email, "password": PASSWORD})
    assert seen == [False]


def test_sixth_try_within_fifteen_minutes_is_refused_and_says_when(
    client: Client, session: Session
) -> None:
    person = accepted(session, make_account(session))
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(5):
            sign_in_with(client, person.email, "not this one at all", status=400)
            traveller.shift(60)
        page = sign_in_with(client, person.email, PASSWORD, status=429)
        assert "There were too many tries. Try again in 10 min." in page.main
        traveller.shift(10 * 60 - 1)
        sign_in_with(client, person.email, PASSWORD, status=429)
        traveller.shift(1)
        assert sign_in_with(client, person.email, PASSWORD).h1 == "Account"


def test_throttle_answers_alike_for_unknown_accounts(client: Client) -> None:
    for _ in range(5):
        sign_in_with(client, "nobody@plw.example", "not this one at all", status=400)
    sign_in_with(client, "nobody@plw.example", PASSWORD, status=429)


def test_right_password_clears_the_count(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    for _ in range(2):
        for _ in range(4):
            sign_in_with(client, person.email, "not this one at all", status=400)
        page = sign_in_with(client, person.email, PASSWORD)
        client.submit(page, "Sign out")


def test_stranger_cannot_keep_the_owner_out_of_a_browser_known(
    app: Flask, client: Client, session: Session
) -> None:
    person = accepted(session, make_account(session))
    client.submit(sign_in_with(client, person.email, PASSWORD), "Sign out")
    stranger = Client(app, session)
    for _ in range(5):
        sign_in_with(stranger, person.email, "not this one at all", status=400)
    sign_in_with(stranger, person.email, PASSWORD, status=429)
    assert sign_in_with(client, person.email, PASSWORD).h1 == "Account"


def test_one_address_may_fail_thirty_times_over_all_accounts(
    app: Flask, session: Session, now: datetime.datetime
) -> None:
    with app.app_context():
        engine = db.engine
    for number in range(30):
        limits = [(PASSWORD_OF_ACCOUNT, str(number)), (PASSWORD_OF_ADDRESS, "192.0.2.1")]
        count_try(engine, limits, now=now)
    with pytest.raises(TooManyTriesError):
        count_try(engine, [(PASSWORD_OF_ADDRESS, "192.0.2.1")], now=now)
    count_try(engine, [(PASSWORD_OF_ADDRESS, "192.0.2.2")], now=now)


def test_of_many_tries_in_parallel_no_more_than_the_limit_pass(
    app: Flask, now: datetime.datetime
) -> None:
    with app.app_context():
        engine = db.engine
    passed = []

    def attempt() -> None:
        try:
            count_try(engine, [(PASSWORD_OF_ACCOUNT, "someone")], now=now)
            passed.append(1)
        except TooManyTriesError:
            pass

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) <= 5


def test_addresses_of_one_ipv6_network_count_together() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of(None) == "unknown"


OPEN_REDIRECTS = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "evil.example",
    "data:text/html,x",
    "/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("wish", OPEN_REDIRECTS)
def test_open_redirect_is_refused(wish: str) -> None:
    assert own_path(wish) == "/start"


@pytest.mark.parametrize("wish", ["/people", "/people?page=2&words=a%20b", "/courses/x#part"])
def test_own_paths_are_kept(wish: str) -> None:
    assert own_path(wish) == wish


@pytest.mark.parametrize(
    "wish", ["//evil.example", "/%5Cevil.example", "https:evil.example", "/%09/evil.example"]
)
def test_open_redirect_after_sign_in_leads_to_the_start_page(
    client: Client, session: Session, wish: str
) -> None:
    person = accepted(session, make_account(session))
    page = sign_in_with(client, person.email, PASSWORD, next_path=wish, follow=False)
    assert page.location == "/start"


def test_after_sign_in_the_page_wanted_is_shown(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    page = client.get("/account/sessions", follow=True)
    assert page.h1 == "Sign in"
    page = client.submit(page, "Sign in", {"email": person.email, "password": PASSWORD})
    assert page.h1 == "Where you are signed in"


def test_signed_in_person_who_opens_the_sign_in_page_goes_on(
    sign_in: object, session: Session
) -> None:
    client = sign_in(make_account(session))  # type: ignore[operator]
    assert client.get("/sign-in?next=/account", status=303).location == "/account"
    assert client.get("/sign-in?next=//evil.example", status=303).location == "/start"


def test_session_fixation_sign_in_replaces_all_that_the_cookie_held(
    client: Client, session: Session
) -> None:
    person = accepted(session, make_account(session))
    with client.http.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
    client.get("/sign-in")
    with client.http.session_transaction() as cookie:
        before = dict(cookie)
    sign_in_with(client, person.email, PASSWORD)
    with client.http.session_transaction() as cookie:
        after = dict(cookie)
    assert "planted" not in after
    assert after["csrf_token"] != before["csrf_token"]
    assert len(after["_user_id"]) >= 43  # 256 random bits


def test_database_holds_no_session_token(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    sign_in_with(client, person.email, PASSWORD)
    with client.http.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert token not in {each.token_digest for each in sessions_of(session, person)}


def test_login_csrf_sign_in_without_a_token_is_refused(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    answer = client.raw("POST", "/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert sessions_of(session, person) == []


def test_new_browser_is_told_by_mail_but_not_the_first_and_not_a_known_one(
    app: Flask, client: Client, session: Session
) -> None:
    person = accepted(session, make_account(session))
    client.submit(sign_in_with(client, person.email, PASSWORD), "Sign out")
    client.submit(sign_in_with(client, person.email, PASSWORD), "Sign out")
    assert mails(session, "new_browser") == []
    other = Client(app, session)
    other.http.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"
    sign_in_with(other, person.email, PASSWORD)
    told = mails(session, "new_browser")
    assert [mail.person_id for mail in told] == [person.id]
    assert told[0].facts["browser"] == "Firefox on Linux"


def test_sign_in_is_written_into_the_audit(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    client.submit(sign_in_with(client, person.email, PASSWORD), "Sign out")
    verbs = session.execute(
        select(AuditEntry.verb)
        .where(AuditEntry.subject_person_id == person.id)
        .order_by(AuditEntry.id)
    ).scalars()
    assert list(verbs) == ["session.begin", "session.end"]


def test_signing_out_is_post_only_and_ends_the_session(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    page = sign_in_with(client, person.email, PASSWORD)
    client.get("/sign-out", status=405)
    with client.http.session_transaction() as cookie:
        stolen = dict(cookie)
    client.submit(page, "Sign out")
    assert sessions_of(session, person) == []
    with client.http.session_transaction() as cookie:
        cookie.update(stolen)
    assert client.get("/account", status=302).location.startswith("/sign-in")


def test_overlong_address_and_password_are_refused_in_words(client: Client) -> None:
    page = sign_in_with(client, "a" * 400 + "@plw.example", "b" * 5000, status=400)
    assert page.error("email") == "This address is longer than any can be."
    assert page.error("password") == "A password here has at most 200 characters."


def test_address_that_would_slow_down_a_careless_pattern_is_answered_at_once(
    client: Client,
) -> None:
    began = time.perf_counter()
    sign_in_with(client, "a." * 120 + "@", "x" * 200, status=400)
    assert time.perf_counter() - began < 3


def test_fields_that_are_not_in_the_form_change_nothing(client: Client, session: Session) -> None:
    person = accepted(session, make_account(session))
    page = client.get("/sign-in?next=/account")
    extra = {"state": "active", "role": "administrator", "member_code": "FJI", "person_id": "1"}
    client.submit(page, "Sign in", {"email": person.email, "password": PASSWORD, **extra})
    session.refresh(person)
    assert (person.member_code, person.state) == ("PLW", PersonState.ACTIVE)
