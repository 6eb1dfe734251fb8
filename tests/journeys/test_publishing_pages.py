"""Review, publication, editions and preview in a real browser at 360 px.

On one database: what differs between the two is proved by the tests of the rooms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.access.roles import Role
from lms.authoring.services.files import write
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.enrolments.rules.states import Source
from lms.enrolments.services.taking import put_on
from lms.people.models import Person
from tests.authoring.drafts import SMALL, SMALL_KEY
from tests.authoring.test_publishing import PAGE, Ground
from tests.factories import give_role, make_account, make_official
from tests.support import browser
from tests.support.small_editions import SYSTEM

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""


def check(page: Page, name: str, *, axe: bool = True) -> None:
    """Nothing that axe finds, nothing wider than the phone; a picture for whoever asked.

    `axe`: not where the page is made of parts that are looked at elsewhere.
    """
    if axe:
        assert browser.violations(page) == [], name
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), f"publishing-{name}")


def test_draft_is_reviewed_previewed_and_published_and_people_move(
    session: Session, open_as: OpenAs
) -> None:
    ground = Ground(session)
    ground.author.name = "Sione Latu"
    second = make_account(session, name="Ngirmang Obakrakelau")
    give_role(session, second, Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY)
    stored = ground.publish(ground.office, reason="The first.").publication.edition_id
    for _ in range(3):
        put_on(
            session, SYSTEM, make_official(session), ground.edition(stored),
            source=Source.SELF, language="en", now=clock.now(),
        )  # fmt: skip
    enrolment_id = ground.some_enrolment()
    ground.draft = ground.go_on()
    write(
        session, ground.writing, ground.draft, PAGE,
        SMALL[PAGE].replace(b"## Alone", b"## Alone\n\nSee [here](https://example.org/a)."),
        based_on=ground.digest(PAGE), now=clock.now(),
    )  # fmt: skip
    session.commit()
    here = f"/drafts/{ground.draft.id}"
    page = open_as(ground.author)
    page.goto(f"{here}/review")
    for summary in page.locator("details.more summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            browser.click(summary)
    check(page, "review")
    page.get_by_label("Ngirmang").check()
    page.get_by_label("A word to them").fill("Look at the table on the second page.")
    browser.click(page.get_by_role("button", name="Ask for review"))
    expect(page.get_by_text("Review is asked for")).to_be_visible()
    reviewer = open_as(second)
    reviewer.goto(f"{here}/review")
    check(reviewer, "decide", axe=False)
    browser.click(reviewer.get_by_role("link", name="Read it as a learner").first)
    check(reviewer, "outline", axe=False)
    browser.click(reviewer.get_by_role("link", name="Begin"))
    check(reviewer, "lesson")
    reviewer.goto(f"{here}/preview/FJI/en/check")
    browser.click(reviewer.get_by_role("button", name="Begin"))
    browser.click(reviewer.get_by_role("button", name="Hand in"))
    check(reviewer, "answered", axe=False)
    reviewer.goto(f"{here}/preview/FJI/en/quay")
    browser.click(reviewer.get_by_role("button", name="Begin"))
    check(reviewer, "scenario", axe=False)
    reviewer.goto(f"{here}/review")
    reviewer.get_by_label("What you say of it").fill("It reads well.")
    browser.click(reviewer.get_by_role("button", name="Sign it"))
    expect(reviewer.get_by_text("You have signed the draft.")).to_be_visible()
    page.goto(f"{here}/review")
    browser.click(page.get_by_role("link", name="Look at what changes"))
    check(page, "publish")
    page.get_by_label("Not begun").check()
    browser.click(page.get_by_role("button", name="Publish"))
    expect(page.get_by_role("heading", name="Working on it")).to_be_visible()
    page.goto(f"{here}/review")
    check(page, "published", axe=False)
    page.goto(f"/teaching/{SMALL_KEY}/editions")
    check(page, "editions")
    browser.click(page.get_by_role("link", name="Withdraw edition 1"))
    check(page, "withdraw", axe=False)
    page.goto(f"/teaching/{SMALL_KEY}/editions/2/move")
    check(page, "move")
    page.goto(f"/teaching/{SMALL_KEY}/people/{enrolment_id}/move")
    check(page, "move-person", axe=False)
