"""Changing one's address: by a link to the new one, told to the old one, and no oracle."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import func, select

from lms.access.reaches import Reach, scoped, vouched
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Person, PersonToken
from lms.people.services.addresses import ask_address_change, confirm_address_change
from lms.people.services.passwords import hash_password
from tests.factories import PASSWORD, actor_of, make_official

SYSTEM = Actor.system("test")
HASH = hash_password(PASSWORD)


def _reload(session: Session, person: Person) -> Person:
    session.expire_all()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    return session.execute(statement).scalar_one()


def _mails(session: Session) -> list[OutboxMessage]:
    return list(session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars())


def _ask(client, email: str, *, status: int | None = None, password: str = PASSWORD):
    page = client.get("/profile/address")
    fields = {"email": email, "password": password}
    return client.submit(page, "Send the link", fields, status=status)


def test_address_changes_by_the_link_and_the_old_one_is_told(session, sign_in) -> None:
    person = make_official(session, email="old@plw.example", password_hash=HASH)
    client = sign_in(person)
    done = _ask(client, "new@plw.example")
    assert "We have written to new@plw.example." in done.main
    assert _reload(session, person).email == "old@plw.example"
    link, told = _mails(session)
    assert (link.address, told.address) == ("new@plw.example", "old@plw.example")
    page = client.get(link.facts["path"])
    assert _reload(session, person).email == "old@plw.example"
    done = client.submit(page, "Use this address")
    assert "Your address is now new@plw.example." in done.main
    found = _reload(session, person)
    assert (found.email, found.folded_email) == ("new@plw.example", "new@plw.example")
    assert "new@plw.example" in found.search_text
    assert _mails(session)[-1].address == "old@plw.example"
    client.get(link.facts["path"], status=404)
    client.post(link.facts["path"], status=404)


def test_taken_address_is_answered_as_a_free_one(session, sign_in, statements) -> None:
    make_official(session, "FJI", email="taken@gov.example", password_hash=HASH)
    seen = {}
    for number, email in enumerate(("fresh@gov.example", "taken@gov.example")):
        person = make_official(session, email=f"own{number}@plw.example", password_hash=HASH)
        client = sign_in(person)
        client.get("/profile/address")
        with statements() as ran:
            done = _ask(client, email)
        words = done.main.replace(email, "@").replace(person.name, "").replace(person.email, "")
        mails = [mail.person_id for mail in _mails(session)].count(person.id)
        tokens = session.execute(
            vouched(select(func.count()).where(PersonToken.person_id == person.id), PersonToken)
        ).scalar_one()
        seen[email] = (words, mails, tokens, len(ran))
    assert seen["fresh@gov.example"] == seen["taken@gov.example"]
    paths = [mail.facts.get("path") for mail in _mails(session) if mail.address.startswith("taken")]
    assert paths == [""]


def test_sixth_request_within_a_day_sends_no_mail(session, sign_in) -> None:
    client = sign_in(make_official(session, password_hash=HASH))
    for number in range(5):
        _ask(client, f"victim{number}@elsewhere.example")
    refused = _ask(client, "victim5@elsewhere.example", status=429)
    assert "There were too many tries." in refused.main
    assert [mail for mail in _mails(session) if "victim5" in mail.address] == []


def test_link_of_somebody_else_or_too_old_opens_nothing(session, sign_in) -> None:
    person = make_official(session, email="old@plw.example", password_hash=HASH)
    _ask(sign_in(person), "new@plw.example")
    path = _mails(session)[0].facts["path"]
    sign_in(make_official(session)).get(path, status=404)
    sign_in(make_official(session)).post(path, status=404)
    token = path.rpartition("/")[2]
    with pytest.raises(NotFoundError):
        confirm_address_change(
            session, actor_of(person), token, now=clock.now() + datetime.timedelta(hours=25)
        )
    session.rollback()
    assert _reload(session, person).email == "old@plw.example"


def test_second_request_ends_the_first_link(session) -> None:
    person = make_official(session, email="old@plw.example")
    now = clock.now()
    ask_address_change(session, actor_of(person), "one@plw.example", now=now)
    first = _mails(session)[0].facts["path"].rpartition("/")[2]
    ask_address_change(session, actor_of(person), "two@plw.example", now=now)
    with pytest.raises(NotFoundError):
        confirm_address_change(session, actor_of(person), first, now=now)


def test_address_taken_meanwhile_is_not_set(session) -> None:
    person = make_official(session, email="old@plw.example")
    now = clock.now()
    ask_address_change(session, actor_of(person), "new@plw.example", now=now)
    token = _mails(session)[0].facts["path"].rpartition("/")[2]
    make_official(session, "FJI", email="new@plw.example")
    with pytest.raises(NotFoundError):
        confirm_address_change(session, actor_of(person), token, now=now)


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("new@plw.example", "not my password", "password"),
        ("OLD@plw.example", PASSWORD, "email"),
        ("nowhere", PASSWORD, "email"),
        ("", PASSWORD, "email"),
    ],
)
def test_what_cannot_be_done_is_said_beside_the_field(
    session, sign_in, email, password, field
) -> None:
    client = sign_in(make_official(session, email="old@plw.example", password_hash=HASH))
    refused = _ask(client, email, password=password, status=400)
    assert refused.error(field)
    assert refused.value("email") == email
    assert _mails(session) == []
