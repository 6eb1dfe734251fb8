"""The main job from right to left, in a language longer than English, at 360 px.

From the list of courses to the check of a certificate. On each page nothing runs over the side,
the order is mirrored, axe finds nothing, and no word is left in English that the interface says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from lms.core.database import Session
from lms.people.models import Person
from tests.factories import make_official
from tests.journeys.test_spoken_quiz import KINDS
from tests.support import barriers, browser, pseudo
from tests.support.short_course import KEY, publish_short_course

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""
ASKED = [key for key in KINDS if key not in {"in-your-words", "your-sketch"}]
# Names, and words that are the same everywhere.
NAMES = (
    *("Bekal", "Sela Vuki", "UTC", "Officer", "Regional Support Office", "PDF", "JSON", "English"),
    *("Bureau of Immigration", "Fiji", "A guide to identification"),
    # Titles and one-line summaries of a course stand in lists as names do, without their language.
    *("A small course", "First module", "Asking", "Check", "It is small.", "The only one."),
    *("Ask a person alone.", "a minder", "people"),
)

MIRRORED = """
() => {
  const logo = document.querySelector(".logo").getBoundingClientRect();
  const who = document.querySelector(".who").getBoundingClientRect();
  const h1 = getComputedStyle(document.querySelector("h1"));
  return logo.left > who.left && h1.direction !== "ltr" || h1.direction === "ltr"
    && document.querySelector("h1 [dir=ltr]") !== null;
}
"""


@pytest.fixture
def page(
    app: Flask,
    session: Session,
    site: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_as: Callable[[Person], Page],
) -> Page:
    """A learner who reads from right to left, and a course of a lesson and a quiz in English."""
    publish_short_course(session, tmp_path, ASKED)
    monkeypatch.setitem(app.config, "BEKAL_LANGUAGES", app.config["BEKAL_LANGUAGES"])
    pseudo.install(app, tmp_path / "pseudo")
    opened = open_as(make_official(session, "FJI", name="Sela Vuki"))
    pseudo.read_in_it(opened, site)
    return opened


def look(page: Page, name: str, faults: list[str]) -> None:
    """Everything that may be wrong with the page, named."""
    page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    # Actions of the strategy are quoted as they were adopted (content/strategy.csv).
    actions = page.locator("select[name=action] option").all_text_contents()[1:]
    found = [f"in English: {words}" for words in pseudo.untranslated(page, *NAMES, *actions)]
    # Names of call-outs stand inside the text of a lesson and take its language for now.
    if name != "lesson":
        found += [f"marked as English: {words}" for words in pseudo.misplaced(page)]
    found += barriers.cut(page)
    found += browser.violations(page)
    if page.locator("html").get_attribute("dir") != "rtl" or not page.evaluate(MIRRORED):
        found.append("not mirrored")
    faults += [f"{name}: {each}" for each in found]
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), f"rtl-{name}")


def press(page: Page, words: str) -> None:
    """Press the button with these English words."""
    button = page.locator("main").get_by_role("button", name=pseudo.pseudo(words), exact=True)
    browser.click(button.first)


def follow(page: Page, words: str) -> None:
    """Follow the link with these English words."""
    link = page.locator("main").get_by_role("link", name=pseudo.pseudo(words), exact=True)
    browser.click(link.first)


def test_main_job_runs_from_right_to_left_without_a_word_left_in_english(page: Page) -> None:
    faults: list[str] = []
    page.goto("/courses")
    look(page, "catalogue", faults)
    page.goto(f"/courses/{KEY}")
    look(page, "course-before", faults)
    press(page, "Take this course")
    look(page, "course", faults)
    follow(page, "Begin")
    look(page, "lesson", faults)
    press(page, "Done, next lesson")
    look(page, "quiz", faults)
    press(page, "Begin")
    look(page, "attempt", faults)
    page.get_by_label("The person").check()
    press(page, "Hand in")
    look(page, "attempt-asks", faults)
    press(page, "Hand in all the same")
    look(page, "review", faults)
    page.goto("/certificates/mine")
    look(page, "certificates", faults)
    browser.click(page.locator("main .rows a").first)
    look(page, "certificate", faults)
    follow(page, "See what they see")
    look(page, "verify", faults)
    for path in ("/learning", "/start", "/account", "/notices", "/help"):
        page.goto(path)
        look(page, path.strip("/"), faults)
    assert faults == [], "\n".join(faults)
