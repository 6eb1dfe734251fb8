"""The main job with the keyboard alone, from sign-in to the check of the certificate.

Only keys are pressed: no mouse, no click, and no focus set but by Tab. What has the focus is
known by the name that a screen reader would say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.core.database import Session
from tests.factories import PASSWORD, make_account
from tests.support import browser
from tests.support.short_course import publish_short_course

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MOST = 80
"""Presses of Tab in which everything on these pages must be reached."""
NAME = """
() => {
  const held = document.activeElement;
  const label = held.labels?.[0]?.innerText;
  const words = held.getAttribute("aria-label") ?? label ?? held.innerText ?? "";
  return words.trim().replace(/\\s+/g, " ");
}
"""


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A page of a phone, nobody signed in; at the end nothing went wrong."""
    context = chromium.new_context(base_url=site, viewport={"width": browser.PHONE, "height": 640})
    opened = context.new_page()
    heard = browser.complaints(opened)
    yield opened
    context.close()
    assert heard == []


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what is called so has the focus."""
    met = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        name = page.evaluate(NAME)
        if name == words:
            return
        met.append(name)
    raise AssertionError(f"{page.url}: Tab does not reach “{words}”, only {met}.")


def enter(page: Page, words: str, heading: str) -> None:
    """Go to the link or button by Tab, press Enter, and stand on the page it leads to."""
    tab_to(page, words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_main_job_is_done_with_the_keyboard_alone(
    page: Page, session: Session, tmp_path: Path
) -> None:
    publish_short_course(session, tmp_path, ["who-answers", "where-to-ask", "which-first"])
    person = make_account(session, "PLW", name="Tmetuchl Rengulbai")
    session.commit()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate(NAME) == "Skip to content"
    page.keyboard.press("Enter")
    tab_to(page, "E-mail address")
    page.keyboard.type(person.email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Privacy notice and terms of use")
    for box in ("#privacy", "#terms"):
        words = " ".join(page.locator(f"label[for={box[1:]}]").inner_text().split())
        tab_to(page, words)
        page.keyboard.press("Space")
        expect(page.locator(box)).to_be_checked()
    enter(page, "Go on", "Start")

    enter(page, "Courses", "Courses")
    enter(page, "A small course", "A small course")
    tab_to(page, "Take this course")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learning/small-course")
    enter(page, "Begin", "Asking")
    enter(page, "Done, next lesson", "Check")
    tab_to(page, "Begin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/attempts/1")

    choose(page, "Who should answer?", "The person")
    check(page, {"In a room", "On a bench apart"}, among=3)
    for _ in range(3):
        place_next(page)
    enter(page, "Hand in", "Check: what you reached")
    expect(page.locator("main")).to_contain_text("3 of 3.")

    enter(page, "My learning", "My learning")
    enter(page, "All my certificates", "My certificates")
    enter(page, "A small course", "A small course")
    tab_to(page, "See what they see")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify/*")
    expect(page.locator("main")).to_contain_text("A small course")


def choose(page: Page, group: str, words: str) -> None:
    """Come to a group of radio buttons by Tab and to the one with these words by arrows."""
    radios = page.get_by_role("group", name=group).get_by_role("radio")
    names = [" ".join(each.inner_text().split()) for each in radios.locator("..").all()]
    tab_to(page, names[0])
    page.keyboard.press("Space")
    for _ in range(names.index(words)):
        page.keyboard.press("ArrowDown")
    assert page.evaluate(NAME) == words
    expect(page.get_by_label(words)).to_be_checked()


def check(page: Page, wanted: set[str], *, among: int) -> None:
    """Go by Tab through boxes in whatever order they stand, and check those that are wanted."""
    for _ in range(among):
        page.keyboard.press("Tab")
        if page.evaluate(NAME) in wanted:
            page.keyboard.press("Space")


def place_next(page: Page) -> None:
    """Give the next step of the ordering its place, by typing the number."""
    right = {"Take her apart": "1", "Say your name": "2", "Ask how she came here": "3"}
    page.keyboard.press("Tab")
    while (name := page.evaluate(NAME)) not in right:
        page.keyboard.press("Tab")
    page.keyboard.type(right[name])
