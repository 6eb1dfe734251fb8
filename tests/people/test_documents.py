"""Privacy notice and terms: asked for before anything else, by version, and never forced."""

from __future__ import annotations

import datetime

from flask import Flask

from lms.access.reaches import Reach, scoped
from lms.core.database import Session
from lms.people.models import Acceptance
from lms.people.queries.sign_in import SIGN_IN
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_documents
from tests.factories import PASSWORD, make_account
from tests.support.client import Client
from tests.support.ways_in import sign_in_with

HEADING = "Privacy notice and terms of use"


def test_first_sign_in_asks_for_both_and_then_goes_where_one_wanted(
    client: Client, session: Session
) -> None:
    person = make_account(session)
    page = sign_in_with(client, person.email, PASSWORD, next_path="/account/sessions")
    assert page.h1 == HEADING
    assert "Focal points of other members see nothing about you." in page.main
    page = client.submit(page, "Go on", {"privacy": "y"}, status=400)
    assert page.error("terms") == "Read the terms of use, then tick this."
    page = client.submit(page, "Go on", {"privacy": "y", "terms": "y"})
    assert page.h1 == "Where you are signed in"
    rows = session.execute(scoped(Acceptance, SIGN_IN, Reach.ALL_MEMBERS)).scalars()
    assert {(row.document, row.version, row.language) for row in rows} == {
        (document, version, "en") for document, version in IN_FORCE
    }


def test_no_box_is_ticked_beforehand(client: Client, session: Session) -> None:
    page = sign_in_with(client, make_account(session).email, PASSWORD)
    assert page.soup.select("input[checked]") == []


def test_who_does_not_agree_signs_out_and_may_come_back(client: Client, session: Session) -> None:
    person = make_account(session)
    page = sign_in_with(client, person.email, PASSWORD)
    page = client.submit(page, "Do not agree, and sign out")
    assert page.h1 == "Sign in"
    assert sign_in_with(client, person.email, PASSWORD).h1 == HEADING


def test_new_version_is_asked_for_once_more(
    app: Flask, client: Client, session: Session, now: datetime.datetime
) -> None:
    person = make_account(session)
    old = [(document, "2020-01") for document, _version in IN_FORCE]
    accept_documents(session, person.id, old, language="en", now=now)
    page = sign_in_with(client, person.email, PASSWORD)
    assert page.h1 == HEADING
    assert "Both have changed since you agreed." in page.main


def test_accepting_twice_leaves_one_row(app: Flask, client: Client, session: Session) -> None:
    person = make_account(session)
    page = sign_in_with(client, person.email, PASSWORD)
    other = Client(app, session)
    again = sign_in_with(other, person.email, PASSWORD)
    client.submit(page, "Go on", {"privacy": "y", "terms": "y"})
    other.submit(again, "Go on", {"privacy": "y", "terms": "y"})
    rows = session.execute(scoped(Acceptance, SIGN_IN, Reach.ALL_MEMBERS)).scalars().all()
    assert len(rows) == len(IN_FORCE)
