"""The ways in, walked in a real browser at 360 px: axe on every page, nothing too wide.

On one database: what differs between the two is proved by the tests of the room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from lms.core import clock
from lms.core.database import Session
from lms.people.rules.persons import PersonState
from lms.people.services.invitations import send_invitation
from tests.factories import (
    PASSWORD,
    focal_point_actor,
    make_account,
    make_agency,
    make_focal_point,
    make_official,
)
from tests.support import browser
from tests.support.ways_in import accepted, link, run_jobs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW = "seven quiet lanterns on the pier"
EXPECTED = ("400", "401", "404")
"""Answers that Chromium notes in the console and that are meant: forms refused, dead links."""

LinkOf = Callable[[str], str]


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A page of a phone, nobody signed in; at the end nothing went wrong."""
    context = chromium.new_context(base_url=site, viewport={"width": browser.PHONE, "height": 800})
    opened = context.new_page()
    heard = browser.complaints(opened)
    yield opened
    context.close()
    assert [each for each in heard if not any(code in each for code in EXPECTED)] == []


@pytest.fixture
def link_of(app: Flask, session: Session) -> LinkOf:
    """Runs the jobs that wait, and gives the path in the newest mail of a template."""

    def found(template: str) -> str:
        run_jobs(app, session)
        path = link(session, template)
        session.commit()
        return path

    return found


def check(page: Page, heading: str) -> None:
    """The page that stands there has this heading, no barrier, and fits a phone."""
    expect(page.locator("h1")).to_have_text(heading)
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0


def sign_in(page: Page, email: str, password: str) -> None:
    page.fill("#email", email)
    page.fill("#password", password)
    browser.press(page, "Sign in")


def test_invited_person_comes_in_and_sets_up_a_second_factor(
    page: Page, session: Session, link_of: LinkOf
) -> None:
    actor = focal_point_actor(make_focal_point(session, "PLW", name="Remoket Ongrung"))
    invited = make_official(session, "PLW", name="Ngirmang", state=PersonState.INVITED)
    send_invitation(session, actor, invited, now=clock.now())
    email = invited.email
    page.goto(link_of("invitation"))
    check(page, "Your invitation")
    browser.press(page, "Open my account")
    check(page, "Your invitation")
    expect(page.locator(".summary")).to_be_focused()
    page.fill("#password", NEW)
    page.check("#privacy")
    page.check("#terms")
    browser.press(page, "Open my account")
    expect(page.locator("h1")).to_have_text("Start")
    for path, heading in (
        ("/account", "Account"),
        ("/account/sessions", "Where you are signed in"),
        ("/account/password", "Change your password"),
        ("/second-factor/set-up", "Set up your second factor"),
    ):
        page.goto(path)
        check(page, heading)
    browser.press(page, "Begin")
    browser.click(page.get_by_text("I cannot scan it"))
    check(page, "Set up your second factor")
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 100
    secret = "".join(page.inner_text(".mono").split())
    page.fill("#code", pyotp.TOTP(secret).at(clock.now()))
    browser.press(page, "Put it in force")
    check(page, "Your ten printed codes")
    printed = page.locator("li.mono").first.inner_text()
    page.goto("/account/second-factor")
    check(page, "Second factor")
    browser.click(page.get_by_role("button", name="Sign out").locator("visible=true").first)
    check(page, "Sign in")
    page.goto("/sign-in?next=/account")
    sign_in(page, email, NEW)
    check(page, "Your second factor")
    page.fill("#code", printed)
    browser.press(page, "Go on")
    check(page, "Account")


def test_person_registers_and_confirms_the_address(
    page: Page, session: Session, link_of: LinkOf
) -> None:
    make_agency(session, "KHM", "Anti-Human Trafficking and Juvenile Protection Department")
    session.commit()
    page.goto("/register")
    check(page, "Register")
    page.select_option("#member", "KHM")
    browser.press(page, "Go on")
    check(page, "Register")
    browser.press(page, "Register")
    check(page, "Register")
    page.fill("#name", "Chea Sophal")
    page.fill("#email", "sophal@khm.example")
    page.select_option("#agency", "another")
    page.fill("#agency_name", "Provincial Police")
    page.fill("#post", "Officer")
    page.check("input[value=km]")
    browser.press(page, "Register")
    check(page, "Look into your mail")
    page.goto(link_of("registration"))
    check(page, "Confirm your address")
    page.fill("#password", NEW)
    browser.press(page, "Confirm my address")
    check(page, "You are registered")


def test_person_who_forgot_the_password_sets_a_new_one_and_accepts_new_terms(
    page: Page, session: Session, link_of: LinkOf
) -> None:
    email = make_account(session).email
    session.commit()
    page.goto("/sign-in?next=/account")
    check(page, "Sign in")
    sign_in(page, email, "not this one at all")
    check(page, "Sign in")
    browser.click(page.get_by_role("link", name="Forgotten your password, or never set one"))
    check(page, "A new password")
    page.fill("#email", email)
    browser.press(page, "Send me the link")
    check(page, "Look into your mail")
    page.goto(link_of("reset"))
    check(page, "Set a new password")
    page.fill("#password", NEW)
    browser.press(page, "Show")
    assert page.get_attribute("#password", "type") == "text"
    browser.press(page, "Set it")
    check(page, "Sign in")
    sign_in(page, email, NEW)
    check(page, "Privacy notice and terms of use")
    page.goto("/invitations/" + "x" * 43)
    check(page, "This link no longer works")


def test_form_written_while_the_session_ended_is_not_lost(page: Page, session: Session) -> None:
    email = accepted(session, make_account(session)).email
    session.commit()
    page.goto("/sign-in?next=/profile")
    sign_in(page, email, PASSWORD)
    page.fill("[name=post]", "Head of the border post at Poipet")
    page.context.clear_cookies(name="bekal")
    browser.click(page.locator("main form:has([name=post]) button:not([type=button])").first)
    check(page, "Sign in to send what you typed")
    sign_in(page, email, PASSWORD)
    check(page, "Send what you typed")
    expect(page.locator("main")).to_contain_text("Head of the border post at Poipet")
    browser.press(page, "Send it now")
    page.goto("/profile")
    expect(page.locator("[name=post]")).to_have_value("Head of the border post at Poipet")
