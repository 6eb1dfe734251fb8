"""The mails of decisions and addresses, in the words a person reads."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.core import clock
from lms.core.outbox.models import OutboxMessage
from lms.people.rules.persons import TRANSITIONS, Verb
from lms.web.mails import renderer

DECLINE = next(each for each in TRANSITIONS if each.verb is Verb.DECLINE)


def _rendered(app: Flask, template: str, **facts: str):
    now = clock.now()
    message = OutboxMessage(
        template=f"people/mail/{template}", language="en", address="a@plw.example",
        person_id=None, facts=facts, created_at=now, next_attempt_at=now, message_id="x",
    )  # fmt: skip
    return renderer(app)(message)


@pytest.mark.parametrize("reason", DECLINE.reasons)
def test_declining_says_in_calm_words_what_to_do_next(app, reason) -> None:
    mail = _rendered(app, "declined", member="Palau", reason=reason.value)
    assert mail.subject == "Your registration with Bekal"
    assert "Palau could not accept your registration." in mail.text
    assert "!" not in mail.text
    assert len([line for line in mail.text.splitlines() if line.strip()]) >= 5


def test_each_reason_has_words_of_its_own_or_the_common_ones(app) -> None:
    texts = [
        _rendered(app, "declined", member="Palau", reason=reason.value).text
        for reason in DECLINE.reasons
    ]
    assert len(set(texts)) == len(DECLINE.reasons)


def test_accepted_person_is_led_to_the_sign_in(app) -> None:
    mail = _rendered(app, "accepted", member="Palau", path="/sign-in")
    assert "http://localhost/sign-in" in mail.text


def test_mails_about_a_new_address_carry_the_link_only_to_the_one_who_asked(app) -> None:
    path = "/profile/address/token"
    assert f"http://localhost{path}" in _rendered(app, "address_new", path=path).text
    assert "token" not in _rendered(app, "address_held", path="").text
    for template in ("address_asked", "address_changed"):
        assert "If that was not you" in _rendered(app, template).text
