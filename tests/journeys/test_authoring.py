"""From a guide to a course and to the guide's next edition, in a real browser.

A trainer reads a Word document and a PDF in, makes a course of three modules of chosen
sections, brings two banks of questions, writes a scenario, gets a review and publishes; an
official takes the course. Then the guide's new edition is read in, and the list of what it
touches is compared with one written by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.storage import LocalFolder
from lms.guides.jobs import HANDLERS
from lms.people.models import Person
from tests.factories import give_role, make_official
from tests.guides.files import make_docx, make_pdf
from tests.support import browser
from tests.support.worker import shift_of, work_off

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
KEY = "meeting-people"
"""The key of the course."""

MEETING = (
    ("Imprint", [("", "Printed by the Regional Support Office.")]),
    (
        "Key concepts",
        [
            ("Act, means and purpose", "Trafficking has three parts. Each must be looked for."),
            ("Consent", "A person cannot agree to be exploited. A child's consent never counts."),
        ],
    ),
    (
        "First contact",
        [
            ("The first minute", "Make the place safe, say who you are, ask what is needed now."),
            ("Interpreters", "Bring one who knows nobody there. Brief and debrief them."),
        ],
    ),
    (
        "Afterwards",
        [
            ("Referral", "Hand over with the person's agreement, in writing, on the same day."),
            ("Records", "Note what was seen and said. Leave out what you only think."),
        ],
    ),
)
"""The guide as it was: chapters with sections."""
NEXT = (
    MEETING[0],
    MEETING[1],
    (
        "First contact",
        [
            ("The first minute", "Make the place safe, sit down, say who you are, offer water."),
            MEETING[2][1][1],
        ],
    ),
    ("Afterwards", [MEETING[3][1][1], ("Looking after yourself", "Speak with a colleague.")]),
)
"""Its next edition: the first minute changed, referral is gone, looking after yourself is new."""
FIELD = (("At the gate", [("Waiting rooms", "A person who waits needs water, shade, a toilet.")]),)

TOUCHED = {
    ("The first minute", "Page", "the-first-minute (Changed)"),
    ("Referral", "Page", "referral (Gone)"),
    ("Who should answer?", "Question", "the-first-minute (Changed)"),
    ("Silence means that nothing happened.", "Question", "the-first-minute (Changed)"),
    ("At the counter", "Scenario", "referral (Gone)"),
    (
        "Meeting people",
        "Certificates: 1 certificate, 1 person",
        "referral (Gone), the-first-minute (Changed)",
    ),
}
"""What that touches, by hand."""

GIFT = """\
::who-answers:: Who should answer? {
=The person #Yes.
~The man beside her #He controls her.
~The group #Groups are silent.
####Only she knows.
}

::silence:: Silence means that nothing happened. {FALSE#Look again.#Yes.####It has many reasons.}
"""
MOODLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="numerical"><name><text>how-many</text></name>
<questiontext format="html"><text>How many people sit in the room with an interpreter?</text>
</questiontext><defaultgrade>1</defaultgrade>
<generalfeedback format="html"><text>You, the person and the interpreter.</text></generalfeedback>
<answer fraction="100"><text>3</text><feedback><text>Yes.</text></feedback>
<tolerance>0</tolerance></answer></question>
<question type="cloze"><name><text>a cloze</text></name>
<questiontext format="html"><text>{1:SHORTANSWER:=x}</text></questiontext></question>
</quiz>
"""


def look(page: Page, name: str) -> None:
    """The page has no barrier and fits a phone; so tall that no bar that stays lies over it."""
    page.set_viewport_size({"width": browser.PHONE, "height": 4000})
    assert browser.violations(page) == [], name
    page.set_viewport_size({"width": browser.PHONE, "height": 800})
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), f"authoring-{name}")


def worked(app: Flask) -> None:
    """The worker reads the guides that wait."""
    with app.app_context():
        work_off(shift_of(db.engine, HANDLERS, LocalFolder(app.config["BEKAL"].files_folder)))


def read_in(
    page: Page,
    app: Flask,
    session: Session,
    content: bytes,
    name: str,
    *,
    title: str,
    year: int,
) -> None:
    """Send a guide's file, wait for the worker, and accept the tree as it was found."""
    page.goto("/guides")
    browser.follow(page, "Read a guide in")
    page.get_by_label("The guide's file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    browser.press(page, "Read the file")
    expect(page.locator("main")).to_contain_text("Waiting for its turn")
    worked(app)
    expect(page.locator("main")).to_contain_text("Correct the tree")
    if name.endswith(".docx"):
        look(page, "tree")
    browser.follow(page, "Accept this tree")
    if page.get_by_label("Guide", exact=True).locator("option", has_text=title).count():
        page.get_by_label("Guide", exact=True).select_option(label=title)
    else:
        page.get_by_label("Title of the new guide").fill(title)
        page.get_by_label("Its short name").fill(title.split()[0])
    page.get_by_label("Year").fill(str(year))
    page.get_by_label("Publisher").fill("Regional Support Office")
    browser.click(page.locator("main").get_by_role("button", name="Accept"))
    expect(page.get_by_role("status")).to_contain_text("The edition is accepted.")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_trainer_makes_a_course_of_a_guide_and_is_told_what_its_next_edition_touches(
    app: Flask, session: Session, open_as: OpenAs
) -> None:
    trainer = make_official(session, "FJI", name="Sione Latu")
    give_role(session, trainer, Role.TRAINER, ScopeKind.COURSE, "another-course")
    reviewer = make_official(session, "THA", name="Malee Srisai")
    give_role(session, reviewer, Role.REVIEWER, ScopeKind.COURSE, KEY)
    page = open_as(trainer)
    read_in(page, app, session, make_docx(MEETING, title="Meeting people"), "meeting.docx",
            title="Meeting people", year=2024)  # fmt: skip
    read_in(page, app, session, make_pdf(FIELD), "field.pdf", title="Field notes", year=2025)
    draft = course_of_sections(page)
    bring(page, draft, GIFT, "bank.gift", source="guide-meeting-people:the-first-minute")
    bring(page, draft, MOODLE, "bank.xml", source="guide-meeting-people:interpreters")
    expect(page.locator("main")).to_contain_text("a cloze")
    mend_question(page, draft)
    write_page(page, draft)
    make_quiz(page, draft)
    write_scenario(page, draft)
    get_signed(page, draft, open_as(reviewer))
    publish(page, draft)
    official = open_as(make_official(session, "PLW", name="Tmetuchl Rengulbai"))
    take(official)
    read_in(page, app, session, make_docx(NEXT, title="Meeting people"), "next.docx",
            title="Meeting people", year=2026)  # fmt: skip
    assert work_list(page) == TOUCHED


def mend_question(page: Page, draft: str) -> None:
    """What Moodle does not ask for and a course does: what is said to a wrong number."""
    page.goto(f"{draft}/questions?state=unfinished")
    browser.click(page.locator("main").get_by_role("link", name="How many people sit"))
    page.get_by_label("Feedback to any other number").fill("Count the interpreter too.")
    browser.press(page, "Save the question")
    expect(page.get_by_role("status")).to_contain_text("The question is saved.")


def write_page(page: Page, draft: str) -> None:
    """The text of one page, which shows itself as learners will see it."""
    page.goto(draft)
    browser.follow(page, "The first minute")
    page.get_by_label("Text, in Markdown").fill(
        "Say who you are. [@guide-meeting-people:the-first-minute]"
    )
    expect(page.get_by_role("region", name="As learners see it")).to_contain_text("Meeting")
    browser.press(page, "Save")
    expect(page.get_by_role("status").first).to_be_visible()


def get_signed(page: Page, draft: str, reading: Page) -> None:
    """Ask the reviewer, who reads the checklist and signs."""
    page.goto(f"{draft}/review")
    expect(page.locator("main")).to_contain_text("Nothing keeps it from being published.")
    page.get_by_label("Malee Srisai").check()
    browser.press(page, "Ask for review")
    expect(page.get_by_role("status")).to_contain_text("Review is asked for")
    reading.goto("/drafts")
    browser.follow(reading, "Meeting people")
    browser.follow(reading, "Review")
    look(reading, "review")
    browser.press(reading, "Sign it")
    expect(reading.get_by_role("status")).to_contain_text("You have signed the draft.")


def publish(page: Page, draft: str) -> None:
    """Look at what changes, and publish what was signed."""
    page.goto(f"{draft}/review")
    browser.follow(page, "Look at what changes, and publish")
    look(page, "publish")
    browser.press(page, "Publish")
    expect(page.locator("main")).to_contain_text("Published as edition 1")


def take(page: Page) -> None:
    """Take the course from the catalogue to its end."""
    page.goto(f"/courses/{KEY}")
    browser.press(page, "Take this course")
    browser.follow(page, "Begin")
    for lesson in ("Act, means and purpose", "Consent", "The first minute", "Interpreters"):
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson)
        browser.press(page, "Done, next lesson")
    expect(page.get_by_role("heading", level=1)).to_have_text("At the counter")
    browser.press(page, "Begin")
    page.get_by_label("Ask him.").check()
    browser.press(page, "Do this")
    expect(page.locator("main")).to_contain_text("Ask him to wait outside")
    browser.press(page, "Go on")
    page.get_by_label("Ask her alone.").check()
    browser.press(page, "Do this")
    expect(page.locator("main")).to_contain_text("It ended well")
    browser.follow(page, "Next")
    expect(page.get_by_role("heading", level=1)).to_have_text("Referral")
    browser.press(page, "Done, next lesson")
    browser.press(page, "Begin")
    page.get_by_label("The person", exact=True).check()
    page.get_by_label("False", exact=True).check()
    page.get_by_role("textbox").fill("3")
    browser.press(page, "Hand in")
    expect(page.locator("main")).to_contain_text("3 of 3")
    page.goto(f"/learning/{KEY}")
    expect(page.get_by_role("heading", name="You have completed this course")).to_be_visible()


def work_list(page: Page) -> set[tuple[str, ...]]:
    """Compare the two editions; the lines of the list of what the newer one touches."""
    page.goto("/guides/guide-meeting-people")
    browser.press(page, "Compare")
    browser.press(page, "List what this touches")
    look(page, "work")
    return {
        tuple(item.locator("h3, p").all_inner_texts())
        for item in page.locator("li[id^=item-]").all()
    }


def course_of_sections(page: Page) -> str:
    """A draft of three modules; the address of its outline."""
    page.goto("/guides/guide-meeting-people")
    browser.follow(page, "English, 2024")
    browser.follow(page, "Make a course of sections")
    roles = {
        "Imprint": "Not in the course", "Key concepts": "Begins a module",
        "Act, means and purpose": "A page", "Consent": "A page",
        "First contact": "Begins a module", "The first minute": "A page",
        "Interpreters": "A page", "Afterwards": "Begins a module", "Referral": "A page",
        "Records": "Not in the course",
    }  # fmt: skip
    for title, role in roles.items():
        page.get_by_label(title, exact=True).select_option(label=role)
    page.get_by_label("Title of the course").fill("Meeting people")
    page.get_by_label("Summary").fill("How to meet a person before anybody has decided.")
    page.get_by_label("What can the learner do afterwards?").fill("Meet a person alone")
    page.get_by_label("Police", exact=True).check()
    page.get_by_label("Trafficking in persons").check()
    browser.press(page, "Make the draft")
    expect(page.get_by_role("heading", level=2)).to_contain_text(
        ["Key concepts", "First contact", "Afterwards"]
    )
    look(page, "outline")
    return page.url.split("#")[0]


def bring(page: Page, draft: str, content: str, name: str, *, source: str) -> None:
    """Bring a bank of questions of another system: all of them."""
    page.goto(f"{draft}/questions/imports")
    page.get_by_label("File").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    )
    page.get_by_label("Objective of questions").select_option(index=1)
    page.get_by_label("Source of questions").fill(source)
    browser.press(page, "Read them")
    browser.click(page.locator("main").get_by_role("button", name="Take all"))
    expect(page.locator("main")).to_contain_text("The questions are in the bank")


def make_quiz(page: Page, draft: str) -> None:
    """A quiz of the three questions, in the last module."""
    page.goto(draft)
    section = page.locator("section").filter(has=page.get_by_role("heading", name="Afterwards"))
    browser.click(section.locator("summary", has_text="Add or change").last)
    browser.click(section.get_by_role("link", name="Add a quiz"))
    page.get_by_label("Title").fill("What would you do?")
    browser.press(page, "Add")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you do?")
    for place in range(3):
        page.get_by_label("A question that is always asked").select_option(index=1)
        browser.press(page, "Add this question")
        expect(page.get_by_role("group", name=f"Place {place + 1}")).to_be_visible()
    page.get_by_label("Minutes it takes").fill("5")
    browser.press(page, "Save the quiz")
    expect(page.get_by_role("status")).to_be_visible()


def write_scenario(page: Page, draft: str) -> None:
    """A scenario with a choice that harms, a way back, and a good ending."""
    page.goto(draft)
    section = page.locator("section").filter(has=page.get_by_role("heading", name="First contact"))
    browser.click(section.locator("summary", has_text="Add or change").last)
    browser.click(section.get_by_role("link", name="Add a scenario"))
    page.get_by_label("Title of the scenario").fill("At the counter")
    browser.press(page, "Begin it")
    browser.follow(page, "1. The beginning")
    page.get_by_label("What happens here").fill("A woman and a man stand at your counter.")
    page.get_by_label("The learner chooses").check()
    browser.click(page.get_by_text("Choices", exact=True))
    for place, (text, wise, then, why, to) in enumerate(
        (
            (
                "Ask her alone.",
                "Wise",
                "She sits down.",
                "Alone she can speak.",
                "2. A good ending",
            ),
            ("Ask him.", "It can do harm", "She is silent.", "He speaks for her.", "A new step"),
        )
    ):
        choice = page.locator("fieldset.stack").nth(place)
        choice.get_by_label("What the learner may do").fill(text)
        choice.get_by_label("How wise it is").select_option(label=wise)
        choice.get_by_label("What happens then").fill(then)
        choice.get_by_label("Why, said without blame").fill(why)
        choice.get_by_label("Goes to").select_option(label=to)
    choice.get_by_label("The way back").fill("Ask him to wait outside, and begin again.")
    look(page, "step")
    browser.press(page, "Save")
    expect(page.locator("main")).to_contain_text("Dead end")
    browser.follow(page, "2. step-3")
    page.get_by_label("What happens here").fill("Nobody says a word.")
    page.get_by_label("It leads on to another step").check()
    browser.click(page.get_by_text("If it leads on, or is an ending"))
    page.get_by_label("Leads on to", exact=True).select_option(label="1. The beginning")
    page.get_by_label("Title").fill("Silence")
    browser.type_enter(page)
    browser.follow(page, "3. A good ending")
    page.get_by_label("What happens here").fill("She has your card.")
    browser.press(page, "Save")
    browser.follow(page, "Title, introduction, debrief")
    page.get_by_label("Minutes").fill("5")
    page.get_by_label("Summary").fill("Two people, one of whom speaks.")
    page.get_by_label("Meet a person alone").check()
    page.get_by_label("Cites").fill(
        "guide-meeting-people:referral, guide-field-notes:waiting-rooms"
    )
    page.get_by_label("Introduction").fill("You are on duty.")
    page.get_by_label("Debrief").fill("It was about who answers.")
    browser.press(page, "Save")
    expect(page.locator("main")).to_contain_text("every way comes to an ending")
    look(page, "story")
