"""From the last page to a certificate that anybody can check, in a real browser at 360 px.

The official of Palau finishes, downloads, shares; a stranger follows the square code; the
focal point of Palau sees it and the one of Fiji nothing; the secretariat counts, corrects and
withdraws; the alumni are joined and left. The way from the last page to the report, and what is
decided after, is gone on both databases. Axe on every page, on SQLite: what stands on a page is
asked on both; how it is built and laid out is the templates' alone, which are given the same
values by either database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from config import Settings
from lms.certificates.models import Certificate
from lms.certificates.rules import CorrectionReason, grouped
from lms.certificates.services.holding import ask_for_correction
from lms.core import clock
from lms.core.database import Session
from lms.people.models import Person
from tests.access.two_members import walk
from tests.factories import (
    actor_of,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support import browser, pdf
from tests.support.certified import (
    certificates_of,
    complete,
    enrol,
    make_documents,
    publish_page,
)
from tests.support.client import Client
from tests.support.square_code import read_square_code

once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For ways on which the databases differ in nothing."""

OpenAs = Callable[[Person], Page]
Look = Callable[[Page, str], None]
FIRST_NAME, LAST_NAME = "Temengil", "Rengulbai"
NAME = f"{FIRST_NAME} Ngirmang {LAST_NAME}"
OWN_SCRIPT = "テメンギル・レングルバイ"
EMAIL = "temengil@plw.example"
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""


@pytest.fixture
def course(session: Session, tmp_path: Path):
    return publish_page(
        session, tmp_path, certificates=[{"kind": "completion", "hours": 5, "valid_months": 36}]
    )


@pytest.fixture
def official(session: Session) -> Person:
    agency = make_agency(session, "PLW", "Bureau of Immigration and Labor Monitoring")
    return make_official(
        session,
        "PLW",
        name=NAME,
        email=EMAIL,
        own_script_name=OWN_SCRIPT,
        own_script_language="ja",
        agency=agency,
    )


@pytest.fixture
def look(database_url: str) -> Look:
    """Looks at a page as it stands, on one of the databases."""
    return judge if database_url.startswith("sqlite") else leave


def leave(_page: Page, _name: str) -> None:
    """The other database has been looked at."""


def judge(page: Page, name: str) -> None:
    """Axe finds nothing, nothing is wider than the phone; keep pictures if asked."""
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)


def newest(session: Session, person: Person) -> Certificate:
    """The latest certificate of a person; holds no transaction, which would lock SQLite."""
    found = certificates_of(session, person)[-1]
    session.commit()
    return found


def unfold(page: Page, words: str) -> None:
    """Open what folds out."""
    browser.click(page.locator("summary", has_text=words).first)


def test_certificate_is_valid_to_a_stranger_and_seen_by_the_own_focal_point_alone(
    app: Flask,
    session: Session,
    settings: Settings,
    chromium: Browser,
    site: str,
    open_as: OpenAs,
    course,
    official: Person,
    look: Look,
) -> None:
    enrol(session, official, course)
    page = open_as(official)
    page.goto("/learning/small-course/asking")
    browser.click(page.get_by_role("button", name="Done"))
    expect(page.locator("main")).to_contain_text("You have completed this course")
    look(page, "course-complete")
    browser.click(page.get_by_role("link", name="A small course").last)
    expect(page.locator("main")).to_contain_text("Being prepared")
    look(page, "own-preparing")
    make_documents(session, settings)
    # The page looks again by itself.
    expect(page.get_by_role("link", name="Download the certificate")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the certificate").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    address = the_code_on(waiting.value.path().read_bytes())
    unfold(page, "Choose what it shows")
    look(page, "own-ready")
    browser.click(page.get_by_role("button", name="Share the page"))
    shared = page.get_by_label("Address of the page").input_value()
    look(page, "own-shared")
    page.goto("/certificates/mine")
    look(page, "mine")
    page.goto("/learning")
    look(page, "my-learning")
    certificate = newest(session, official)
    stranger = chromium.new_page(base_url=site, viewport={"width": browser.PHONE, "height": 800})
    assert address == f"{settings.public_address}/verify/{certificate.number}"
    stranger.goto(address.removeprefix(settings.public_address))
    expect(stranger.locator("main")).to_contain_text("This certificate is valid")
    stranger.goto("/verify")
    look(stranger, "verify-form")
    stranger.get_by_label("Number of the certificate").fill(grouped(certificate.number).lower())
    browser.click(stranger.get_by_role("button", name="Check"))
    expect(stranger.locator("main")).to_contain_text("This certificate is valid")
    expect(stranger.locator("main")).to_contain_text("Temengil Ngirmang Rengulbai")
    look(stranger, "verify-valid")
    stranger.goto(shared.removeprefix("http://localhost"))
    look(stranger, "shared")
    stranger.goto("/verify/0000-0000-0000-0000-0000")
    look(stranger, "verify-unknown")
    stranger.close()
    focal_point_opens_it(session, open_as, certificate, look)
    nobody_of_fiji_learns_of_it(app, session, open_as, certificate, look)
    report_counts_it(session, open_as, look)


def the_code_on(file: bytes) -> str:
    """The address in the square code of the document, which is whole and bears both names."""
    assert file.startswith(b"%PDF-")
    words = " ".join(pdf.text_of(file).split())
    assert NAME in words
    assert OWN_SCRIPT in words
    return read_square_code(pdf.picture_of(file, dots=150))


def focal_point_opens_it(
    session: Session, open_as: OpenAs, certificate: Certificate, look: Look
) -> None:
    page = open_as(make_focal_point(session, "PLW"))
    page.goto("/own")
    browser.click(page.get_by_role("link", name=NAME).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    look(page, "own-person-certified")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    assert NAME in pdf.text_of(waiting.value.path().read_bytes())
    page.goto(f"/verify/{certificate.number}")
    expect(page.locator("main")).to_contain_text("This certificate is valid")


def nobody_of_fiji_learns_of_it(
    app: Flask, session: Session, open_as: OpenAs, certificate: Certificate, look: Look
) -> None:
    """Neither by its addresses nor on any page or file one gets to, name and number searched."""
    session.add(make_official(session, "FJI", name="Ratu Sefanaia Vakatale"))
    focal_point = make_focal_point(session, "FJI", name="Adi Litia Ganilau")
    page = open_as(focal_point)
    for address in (
        f"/certificates/own/{certificate.id}/document.pdf",
        f"/certificates/mine/{certificate.id}",
        f"/own/{certificate.person_id}",
        f"/people/{certificate.person_id}",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
        assert NAME not in page.content()
    look(page, "not-found")
    page.goto(f"/own?words={FIRST_NAME}")
    expect(page.locator("main")).not_to_contain_text(EMAIL)
    look(page, "own-people-found-nobody")
    client = Client(app, session).sign_in(focal_point, second_factor=True)
    number = certificate.number
    searched = [FIRST_NAME, number, grouped(number)]
    starts = ["/start", "/own", "/reports", "/people", "/members/PLW", "/own/export.csv"]
    starts += ["/own/export.xlsx", "/people/export.csv", "/people/export.xlsx", "/reports/own.csv"]
    starts += ["/reports/own.xlsx?member=PLW", "/reports/own?by=course&member=PLW", "/notices"]
    starts += [f"/own?words={words}" for words in searched]
    starts += [f"/people?q={words}" for words in searched]
    pages = dict(walk(app, client, starts))
    assert any("Vakatale" in said for said in pages.values())
    never = (LAST_NAME, EMAIL, OWN_SCRIPT)
    for address, said in pages.items():
        met = [each for each in never if each in said]
        # What was searched for stands in the field where it was typed.
        met += [each for each in (number, grouped(number)) if each in said and each not in address]
        assert met == [], address


def report_counts_it(session: Session, open_as: OpenAs, look: Look) -> None:
    page = open_as(make_secretariat(session))
    page.goto("/reports/completion")
    heads = page.locator("table").last.locator("thead th").all_inner_texts()
    persons = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Palau"))
    cells = dict(zip(heads[1:], persons.first.get_by_role("cell").all_inner_texts(), strict=False))
    assert cells["Completed"].split()[0] == "1"
    assert cells["Certified"].split()[0] == "1"
    look(page, "report")


@once
def test_held_certificate_names_the_letter(session, open_as: OpenAs, course, look: Look) -> None:
    person = make_official(session, name="Rasheeda \U00018b00")
    complete(session, person, course)
    certificate = newest(session, person)
    page = open_as(person)
    page.goto(f"/certificates/mine/{certificate.id}")
    expect(page.locator("main")).to_contain_text("It waits for your name")
    look(page, "own-held")


def test_secretariat_corrects_and_withdraws_and_the_check_says_so(
    session: Session, settings: Settings, open_as: OpenAs, course, official: Person, look: Look
) -> None:
    complete(session, official, course)
    first = newest(session, official)
    other = make_official(session, "FJI", name="Ratu Sefanaia Vakatale")
    complete(session, other, course)
    make_documents(session, settings)
    ask_for_correction(
        session, actor_of(official), first.id, CorrectionReason.NAME, now=clock.now()
    )
    official.name = "Temengil Rengulbai"
    page = open_as(make_secretariat(session))
    page.goto("/certificates")
    unfold(page, "Do something with all")
    look(page, "certificates")
    browser.click(page.get_by_role("link", name="Look at it"))
    look(page, "requests")
    browser.click(page.get_by_role("link", name="Temengil"))
    unfold(page, "Write what it should say")
    unfold(page, "Say why")
    look(page, "certificate")
    page.get_by_label("The name is not right").check()
    browser.click(page.get_by_role("button", name="Replace it by the corrected one"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificate of Temengil Rengulbai")
    page.goto(f"/verify/{first.number}")
    expect(page.locator("main")).to_contain_text("This certificate was replaced")
    look(page, "verify-replaced")
    second = newest(session, official)
    page.goto(f"/certificates/{second.id}")
    unfold(page, "Say why")
    page.get_by_label("Issued in error").check()
    browser.click(page.get_by_role("button", name="Withdraw the certificate"))
    look(page, "certificate-withdrawn")
    page.goto(f"/verify/{second.number}")
    expect(page.locator("main")).to_contain_text("This certificate was withdrawn")
    look(page, "verify-withdrawn")
    page.goto("/certificates/signatory")
    look(page, "signatory")
    page.goto("/certificates")
    unfold(page, "Do something with all")
    browser.click(page.get_by_role("button", name="One ZIP and one print file"))
    make_documents(session, settings)
    page.reload()
    browser.click(page.get_by_role("link", name="See the result"))
    look(page, "bundle")
    page.goto("/alumni")
    look(page, "alumni-counts")


@once
def test_official_joins_the_alumni_and_leaves_them(
    session: Session, open_as: OpenAs, course, official: Person, look: Look
) -> None:
    complete(session, official, course)
    page = open_as(official)
    page.goto("/alumni/mine")
    look(page, "alumni-invited")
    page.get_by_label("My name").check()
    browser.click(page.get_by_role("button", name="Take part", exact=True))
    expect(page.locator("main")).to_contain_text("Taking part")
    look(page, "alumni-taking-part")
    browser.click(page.get_by_role("button", name="Withdraw from the alumni"))
    expect(page.locator("main")).to_contain_text("Withdrawn")
