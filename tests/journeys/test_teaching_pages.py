"""The trainer's pages in a real browser at 360 px: from the numbers to the people to a message.

On one database: what differs between the two is proved by the tests of the room.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.assessments.jobs.statistics import COUNT
from lms.core.database import Session
from lms.enrolments.rules.states import EnrolmentState
from lms.people.models import Person
from tests.assessments.test_counting_attempts import handed_in
from tests.factories import make_official
from tests.learning.teaching_ground import (
    TEACHING,
    ask,
    counted,
    make_trainer,
    published,
    put_on,
    work,
)
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""

NAMES = (
    ("KHM", "Chan Sophea", "ចាន់ សុភា", "km"),
    ("FJI", "Adi Litia Naisele-Waqanivalu of the Northern Division", "", ""),
    ("MNG", "Ганбаатарын Энхжаргал", "ᠡᠩᠬᠡᠵᠢᠷᠭᠠᠯ", "mn"),
    ("PLW", "Ngirmang Obakrakelau", "", ""),
)


def check(page: Page, name: str) -> None:
    """Nothing that axe finds, nothing wider than the phone; a picture for whoever asked."""
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), f"teaching-{name}")


def arrange(app: Flask, session: Session, folder: Path) -> tuple[Person, Person]:
    """A trainer, and learners who stand in different places; one of them is given back."""
    stored = published(session, folder)
    trainer = make_trainer(session, name="Sione Latu")
    people = [
        make_official(session, member, name=name, own_script_name=own, own_script_language=tag)
        for member, name, own, tag in NAMES
    ]
    put_on(session, stored, people[0], idle_days=1, read=True)
    put_on(session, stored, people[1], days_ago=60, idle_days=30, due_days_ago=3)
    put_on(session, stored, people[2], state=EnrolmentState.COMPLETED, idle_days=2)
    put_on(session, stored, people[3], days_ago=40)
    for number in range(12):
        learner = make_official(session, limits_own_listing=number == 0)
        enrolment = put_on(session, stored, learner, idle_days=number % 3, read=True)
        is_first = number < 6
        handed_in(session, enrolment, "b" if is_first else "a", "false" if number % 4 else "true")
    counted(app, session)
    ask(session, COUNT)
    work(app, session)
    return trainer, people[1]


def test_trainer_goes_from_the_numbers_to_the_people_and_writes_to_them(
    app: Flask, session: Session, open_as: OpenAs, tmp_path: Path
) -> None:
    trainer, stalled = arrange(app, session, tmp_path)
    name = stalled.name
    page = open_as(trainer)
    page.goto("/teaching")
    check(page, "courses")
    browser.click(page.get_by_role("link", name="A small course"))
    check(page, "course")
    browser.click(page.get_by_role("link", name="stalled", exact=False).first)
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    check(page, "people")
    browser.click(page.get_by_role("link", name=name))
    check(page, "person")
    page.go_back()
    browser.click(page.get_by_role("link", name="Write to these people"))
    page.get_by_label("Your message").fill("Module 1 closes on Friday.")
    check(page, "message-new")
    browser.click(page.get_by_role("button", name="Send to 2 enrolments"))
    expect(page.get_by_text("Your message is on its way.")).to_be_visible()
    check(page, "messages")
    work(app, session)
    page.goto(f"{TEACHING}/people?order=name")
    check(page, "people-all")
    page.goto(f"{TEACHING}/questions/statistics")
    closed = page.locator("details.more:not([open]) > summary").locator("visible=true")
    while closed.count():
        browser.click(closed.first)
    check(page, "questions")
    page.goto(f"{TEACHING}/exports?state=active")
    check(page, "export")
    reader = open_as(stalled)
    reader.goto("/notices")
    browser.click(reader.get_by_role("button", name="Open").first)
    expect(reader.get_by_role("heading", level=1)).to_have_text("A message from Sione Latu")
    check(reader, "message")


def test_empty_pages_say_what_to_do(session: Session, open_as: OpenAs, tmp_path: Path) -> None:
    published(session, tmp_path)
    page = open_as(make_trainer(session))
    for name, path in (
        ("course-empty", ""), ("people-empty", "/people"), ("messages-empty", "/messages"),
        ("message-new-empty", "/messages/new"), ("questions-empty", "/questions/statistics"),
    ):  # fmt: skip
        page.goto(TEACHING + path)
        check(page, name)
    other = open_as(make_trainer(session, "no-course"))
    other.goto("/teaching")
    check(other, "courses-empty")
