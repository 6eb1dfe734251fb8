"""The check anybody may make: valid, expired, withdrawn, replaced, unknown; and no more."""

from __future__ import annotations

import datetime
import re
from html import escape
from urllib.parse import quote

import pytest
import time_machine
from werkzeug.test import TestResponse

from lms.access.roles import Role
from lms.certificates.routes.checks import CHECKS
from lms.certificates.rules import grouped
from tests.factories import give_role, make_official
from tests.support.certified import certificates_of, complete, publish_page
from tests.support.client import Client

OF_THE_REQUEST = frozenset({"Set-Cookie", "X-Request-Id", "Content-Length"})
"""Headers that differ between any two requests, or with the length of what was typed."""


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


@pytest.fixture
def holder(session, course):
    person = make_official(session, name="Temengil Rengulbai")
    complete(session, person, course)
    return person


@pytest.fixture
def secretariat(session, sign_in):
    person = make_official(session, "RSO")
    give_role(session, person, Role.SECRETARIAT)
    return sign_in(person, second_factor=True)


def test_number_is_valid_to_anybody_in_whatever_way_it_is_typed(session, client, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    number = certificate.number
    misread = number.lower().replace("0", "o").replace("1", "l")
    for typed in (number, grouped(number), grouped(number).replace("-", " "), misread):
        page = client.get(f"/verify/{typed}")
        assert "This certificate is valid" in page.main
        assert "Temengil Rengulbai" in page.main
        assert "Palau" in page.main
        assert "Bureau of Immigration" not in page.main
        assert "official" not in page.main.lower().replace("regional support office", "")


def test_form_leads_to_the_address_of_the_number(session, client, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    answer = client.raw("GET", f"/verify?number={grouped(certificate.number).lower()}")
    assert answer.headers["Location"].endswith(f"/verify/{certificate.number}")


def test_json_says_the_same_and_no_more(session, client, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    answer = client.raw("GET", f"/verify/{certificate.number}.json")
    said = answer.json
    assert said["standing"] == "valid"
    assert said["name"] == "Temengil Rengulbai"
    assert "agency" not in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_holder_decides_what_a_check_shows(session, client, sign_in, holder) -> None:
    (certificate,) = certificates_of(session, holder)
    own = sign_in(holder)
    page = own.get(f"/certificates/mine/{certificate.id}")
    own.submit(page, "Save what a check shows", {"shown-fields": ["member"]})
    page = client.get(f"/verify/{certificate.number}")
    assert "Palau" in page.main
    assert "Temengil" not in page.main
    assert "Not shown" in page.main
    assert "Temengil" not in client.raw("GET", f"/verify/{certificate.number}.json").text


def test_language_of_a_name_that_is_not_shown_is_not_told(session, client, course) -> None:
    holder = make_official(
        session,
        name="Temengil Rengulbai",
        own_script_name="テメンギル",
        own_script_language="ja",
        limits_own_listing=True,
    )
    complete(session, holder, course)
    (certificate,) = certificates_of(session, holder)
    said = client.raw("GET", f"/verify/{certificate.number}.json").json
    assert set(said) == {
        "standing", "number", "kind", "title", "edition_number", "authority",
        "issued_on", "completed_on", "hours", "checked_at",
    }  # fmt: skip
    holder.limits_own_listing = False
    said = client.raw("GET", f"/verify/{certificate.number}.json").json
    assert said["own_script_language"] == "ja"


def test_unknown_held_and_malformed_numbers_are_the_same_bytes(session, app, course) -> None:
    """Each asked for by a visitor of its own, so that nothing but the number differs."""
    held = make_official(session, name="Letter \U00018b00")
    complete(session, held, course)
    (certificate,) = certificates_of(session, held)
    asked = (certificate.number, "0" * 20, "nonsense", "U" * 20, "7" * 19, "%01", "'--", "é" * 20)
    with time_machine.travel(datetime.datetime(2027, 3, 1, 9, tzinfo=datetime.UTC), tick=False):
        pages = [_whole(Client(app, session).raw("GET", f"/verify/{each}"), each) for each in asked]
        programs = [
            _whole(Client(app, session).raw("GET", f"/verify/{each}.json"), each) for each in asked
        ]
    assert len(set(pages)) == 1, "The page differs."
    assert len(set(programs)) == 1, "The JSON differs."


def test_held_and_unknown_numbers_cost_the_same_statements(
    session, client, course, statements
) -> None:
    held = make_official(session, name="Letter \U00018b00")
    complete(session, held, course)
    (certificate,) = certificates_of(session, held)
    work = []
    for number in (certificate.number, "0" * 20):
        with statements() as seen:
            client.raw("GET", f"/verify/{number}")
        work.append(seen)
    assert work[0] == work[1]


@pytest.mark.parametrize("switch", ["limits_own_listing", "limited_by_agency"])
def test_limited_listing_leaves_name_and_member_out_whatever_was_chosen(
    session, client, holder, switch
) -> None:
    (certificate,) = certificates_of(session, holder)
    certificate.shown_on_check = ["name", "member", "agency"]
    setattr(holder, switch, True)
    session.flush()
    said = client.raw("GET", f"/verify/{certificate.number}").text
    for word in ("Temengil", "Palau", "Bureau of Immigration"):
        assert word not in said
    assert "This certificate is valid" in said


def test_unknown_numbers_are_answered_alike_whatever_makes_them_unknown(
    session, client, course
) -> None:
    held = make_official(session, name="Letter \U00018b00")
    complete(session, held, course)
    (certificate,) = certificates_of(session, held)
    answers = [
        client.raw("GET", f"/verify/{typed}")
        for typed in (certificate.number, "0" * 20, "nonsense", "x" * 4000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({_main(answer.text) for answer in answers}) == 1
    json = [client.raw("GET", f"/verify/{typed}.json").json for typed in (certificate.number, "0")]
    assert [each["standing"] for each in json] == ["unknown", "unknown"]
    assert {frozenset(each) for each in json} == {frozenset({"standing", "checked_at"})}


def test_expired_certificate_says_until_when_it_was_valid(session, client, tmp_path) -> None:
    course = publish_page(
        session,
        tmp_path,
        certificates=[{"kind": "completion", "hours": 1, "valid_months": 12}],
    )
    person = make_official(session)
    complete(session, person, course, now=datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.UTC))
    (certificate,) = certificates_of(session, person)
    session.commit()
    with time_machine.travel(datetime.datetime(2027, 3, 1, 23, tzinfo=datetime.UTC)):
        assert "is valid" in client.get(f"/verify/{certificate.number}").main
    with time_machine.travel(datetime.datetime(2027, 3, 2, 1, tzinfo=datetime.UTC)):
        page = client.get(f"/verify/{certificate.number}")
        assert "It was valid until 1 March 2027." in page.main


def test_withdrawn_certificate_says_when_and_never_why(
    session, client, secretariat, holder
) -> None:
    (certificate,) = certificates_of(session, holder)
    page = secretariat.get(f"/certificates/{certificate.id}")
    refused = secretariat.submit(page, "Withdraw the certificate", status=400)
    assert "Choose the reason that fits best" in refused.main
    page = secretariat.submit(
        page, "Withdraw the certificate", {"revocation": "assessment_set_aside"}
    )
    assert "The assessment was set aside" in page.main or "assessment" in page.html
    check = client.get(f"/verify/{certificate.number}")
    assert "This certificate was withdrawn" in check.main
    assert "assessment" not in check.html.lower()
    assert "Temengil" not in check.html
    assert client.raw("GET", f"/verify/{certificate.number}.json").json["standing"] == "revoked"


def test_replaced_certificate_links_to_the_one_that_counts(
    session, client, secretariat, holder
) -> None:
    (old,) = certificates_of(session, holder)
    holder.name = "Temengil Rengulbai-Kyota"
    page = secretariat.get(f"/certificates/{old.id}")
    page = secretariat.submit(page, "Replace it by the corrected one", {"reason": "name"})
    old, new = certificates_of(session, holder)
    assert new.replaces_id == old.id
    assert new.number != old.number
    check = client.get(f"/verify/{old.number}")
    assert "This certificate was replaced" in check.main
    assert "Temengil" not in check.html
    check = client.get(check.links(grouped(new.number))[0])
    assert "is valid" in check.main
    assert "Temengil Rengulbai-Kyota" in check.main


def test_one_address_cannot_try_numbers_by_the_thousand(session, client, holder) -> None:
    for _ in range(CHECKS.most):
        assert client.raw("GET", "/verify/00000000000000000000.json").status_code == 404
    assert client.raw("GET", "/verify/00000000000000000000").status_code == 429
    (certificate,) = certificates_of(session, holder)
    assert client.raw("GET", f"/verify/{certificate.number}").status_code == 429


def _whole(answer: TestResponse, typed: str) -> tuple[int, str, str]:
    """Status, headers and body; what was typed stands in links back to this very address."""
    headers = {name: said for name, said in answer.headers if name not in OF_THE_REQUEST}
    body = answer.text
    for spelt in (quote(typed), quote(quote(typed)), escape(typed), typed):
        body = body.replace(spelt, "TYPED")
    body = re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", body)
    return answer.status_code, str(headers), body


def _main(html: str) -> str:
    """The page itself without the moment; the frame has links that lead back to the address."""
    page = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<time .*?</time>", "", page)
