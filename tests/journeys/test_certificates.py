"""From the last page to a certificate that anybody can check, in a real browser at 360 px.

The official of Palau finishes, downloads, shares; a stranger checks the number; the
secretariat corrects and withdraws; the alumni are joined and left. Axe on every page.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from config import Settings
from lms.certificates.models import Certificate
from lms.certificates.rules import CorrectionReason, grouped
from lms.certificates.services.holding import ask_for_correction
from lms.core import clock
from lms.core.database import Session
from lms.people.models import Person
from tests.factories import actor_of, make_agency, make_official, make_secretariat
from tests.support import browser
from tests.support.certified import (
    certificates_of,
    complete,
    enrol,
    make_documents,
    publish_page,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
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
        name="Temengil Ngirmang Rengulbai",
        own_script_name="テメンギル・レングルバイ",
        own_script_language="ja",
        agency=agency,
    )


def look(page: Page, name: str) -> None:
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
    page.locator("summary", has_text=words).first.click()


def test_official_finishes_and_a_stranger_finds_the_certificate_valid(
    session: Session,
    settings: Settings,
    chromium: Browser,
    site: str,
    open_as: OpenAs,
    course,
    official: Person,
) -> None:
    enrol(session, official, course)
    page = open_as(official)
    page.goto("/learning/small-course/asking")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("main")).to_contain_text("You have completed this course")
    look(page, "course-complete")
    page.get_by_role("link", name="A small course").last.click()
    expect(page.locator("main")).to_contain_text("Being prepared")
    look(page, "own-preparing")
    make_documents(session, settings)
    # The page looks again by itself.
    expect(page.get_by_role("link", name="Download the certificate")).to_be_visible(timeout=15_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the certificate").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    unfold(page, "Choose what it shows")
    look(page, "own-ready")
    page.get_by_role("button", name="Share the page").click()
    shared = page.get_by_label("Address of the page").input_value()
    look(page, "own-shared")
    page.goto("/certificates/mine")
    look(page, "mine")
    page.goto("/learning")
    look(page, "my-learning")
    certificate = newest(session, official)
    stranger = chromium.new_page(base_url=site, viewport={"width": browser.PHONE, "height": 800})
    stranger.goto("/verify")
    look(stranger, "verify-form")
    stranger.get_by_label("Number of the certificate").fill(grouped(certificate.number).lower())
    stranger.get_by_role("button", name="Check").click()
    expect(stranger.locator("main")).to_contain_text("This certificate is valid")
    expect(stranger.locator("main")).to_contain_text("Temengil Ngirmang Rengulbai")
    look(stranger, "verify-valid")
    stranger.goto(shared.removeprefix("http://localhost"))
    look(stranger, "shared")
    stranger.goto("/verify/0000-0000-0000-0000-0000")
    look(stranger, "verify-unknown")
    stranger.close()


def test_held_certificate_names_the_letter(session, open_as: OpenAs, course) -> None:
    person = make_official(session, name="Rasheeda \U00018b00")
    complete(session, person, course)
    certificate = newest(session, person)
    page = open_as(person)
    page.goto(f"/certificates/mine/{certificate.id}")
    expect(page.locator("main")).to_contain_text("It waits for your name")
    look(page, "own-held")


def test_secretariat_corrects_and_withdraws_and_the_check_says_so(
    session: Session, settings: Settings, open_as: OpenAs, course, official: Person
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
    page.get_by_role("link", name="Look at it").click()
    look(page, "requests")
    page.get_by_role("link", name="Temengil").click()
    unfold(page, "Write what it should say")
    unfold(page, "Say why")
    look(page, "certificate")
    page.get_by_label("The name is not right").check()
    page.get_by_role("button", name="Replace it by the corrected one").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificate of Temengil Rengulbai")
    page.goto(f"/verify/{first.number}")
    expect(page.locator("main")).to_contain_text("This certificate was replaced")
    look(page, "verify-replaced")
    second = newest(session, official)
    page.goto(f"/certificates/{second.id}")
    unfold(page, "Say why")
    page.get_by_label("Issued in error").check()
    page.get_by_role("button", name="Withdraw the certificate").click()
    look(page, "certificate-withdrawn")
    page.goto(f"/verify/{second.number}")
    expect(page.locator("main")).to_contain_text("This certificate was withdrawn")
    look(page, "verify-withdrawn")
    page.goto("/certificates/signatory")
    look(page, "signatory")
    page.goto("/certificates")
    unfold(page, "Do something with all")
    page.get_by_role("button", name="One ZIP and one print file").click()
    make_documents(session, settings)
    page.reload()
    page.get_by_role("link", name="See the result").click()
    look(page, "bundle")
    page.goto("/alumni")
    look(page, "alumni-counts")


def test_official_joins_the_alumni_and_leaves_them(
    session: Session, open_as: OpenAs, course, official: Person
) -> None:
    complete(session, official, course)
    page = open_as(official)
    page.goto("/alumni/mine")
    look(page, "alumni-invited")
    page.get_by_label("My name").check()
    page.get_by_role("button", name="Take part", exact=True).click()
    expect(page.locator("main")).to_contain_text("Taking part")
    look(page, "alumni-taking-part")
    page.get_by_role("button", name="Withdraw from the alumni").click()
    expect(page.locator("main")).to_contain_text("Withdrawn")
