"""Pages of a learner and of the focal point who writes for them: axe, a phone, keys."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.courses.models import MemberNote
from lms.courses.services.helplines import Called, save_helpline
from lms.courses.services.notes import save_note
from tests.factories import focal_point_actor, make_focal_point
from tests.support import browser
from tests.support.small_editions import KEY, SmallCourse, with_tests

BASE = f"/learning/{KEY}"
NOTE = """The **Ministry of Justice** decides, within ten days.

- Call 488 2511, day and night.
- Write nothing about the person in the message.
"""
SHOTS = os.environ.get("BEKAL_SHOTS")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def person(session, small):
    """A focal point who learns, with a note and a number written for Palau."""
    small.publish(session, small.changed(with_tests))
    found = make_focal_point(session, "PLW", name="Dilubech Ngirmang")
    actor, now = focal_point_actor(found), clock.now()
    day = (now - datetime.timedelta(days=400)).date()
    save_note(
        session, actor, "PLW", KEY, ("asking", "who-asks"),
        language="en", body=NOTE, checked_on=day, standing=0, now=now,
    )  # fmt: skip
    for name, number, free in (("Palau crisis line", "+680 488 2511", True),
                               ("Belau National Hospital", "488 2552", False)):  # fmt: skip
        called = Called(name, number, "Day and night", ["en", "pau"], free, now.date())
        save_helpline(session, actor, "PLW", called, replaces=None, now=now)
    session.commit()
    return found


def looked_at(page, name: str) -> None:
    """Axe finds nothing, nothing runs over the side of a phone."""
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)
    assert browser.violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def press_key(page, key: str) -> None:
    """Press a key of the lesson, once the script that listens for it stands."""
    page.get_by_role("button", name="Turn these keys off").wait_for()
    page.keyboard.press(key)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
def test_lesson_pages_pass_axe_and_lead_on_by_keys(session, person, open_as) -> None:
    page = open_as(person)
    page.goto(f"/courses/{KEY}")
    browser.press(page, "Take this course")
    looked_at(page, "course")
    page.goto(f"{BASE}/before")
    browser.press(page, "Begin")
    looked_at(page, "attempt")
    page.get_by_label("The person").check()
    page.get_by_label("In a room").check()
    page.get_by_label("On a bench apart").check()
    browser.press(page, "Hand in")
    assert page.get_by_text("You knew this already").is_visible()
    looked_at(page, "known")
    page.goto(f"{BASE}/asking")
    looked_at(page, "lesson")
    press_key(page, "n")
    page.wait_for_url(f"**{BASE}/check")
    press_key(page, "p")
    page.wait_for_url(f"**{BASE}/asking")
    browser.click(page.get_by_role("button", name="Turn these keys off"))
    page.keyboard.press("n")
    browser.click(page.get_by_role("link", name="Pause"))
    page.wait_for_url(f"**{BASE}/pause?at=asking")
    looked_at(page, "pause")
    page.goto(f"{BASE}/plan")
    page.get_by_label("One step.").press_sequentially("now and then")
    assert page.url.endswith("/plan")
    browser.click(page.get_by_role("button", name="Leave", exact=True).first)
    assert page.url.endswith("/")
    for path, name in (
        (BASE, "plan"),
        (f"{BASE}/wellbeing", "wellbeing"),
        (f"{BASE}/modules/first", "module"),
    ):
        page.goto(path)
        looked_at(page, name)
    page.goto(f"{BASE}/after")
    browser.press(page, "Begin")
    page.get_by_label("False").check()
    browser.press(page, "Hand in")
    looked_at(page, "compared")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
def test_pages_of_notes_and_numbers_pass_axe(session, person, open_as) -> None:
    page = open_as(person)
    editor = f"/own/notes/{KEY}/asking/who-asks"
    for path, name in (
        ("/own/notes", "notes"),
        (f"/own/notes/{KEY}", "course-notes"),
        (editor, "note"),
        ("/own/helplines", "numbers"),
        ("/own/helplines/add", "number"),
    ):
        page.goto(path)
        looked_at(page, name)
    page.goto(editor)
    page.get_by_label("Your note").fill("## No heading")
    browser.press(page, "Save the note")
    looked_at(page, "note-refused")
    page.get_by_label("Your note").fill("Call **112**.")
    browser.press(page, "Look at it first")
    looked_at(page, "note-preview")
    browser.press(page, "Save the note")
    session.rollback()
    bodies = session.execute(select(MemberNote.body).where(MemberNote.ended_at.is_(None)))
    assert bodies.scalars().all() == ["Call **112**."]
