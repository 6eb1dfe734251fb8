"""Marking, questions, problems and meetings in a real browser at 360 px.

One learner and one trainer go through each from its beginning to its end, by clicks and
typing only. On one database: what differs between the two is proved by the room's tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.core.database import Session
from lms.people.models import Person
from tests.factories import make_official
from tests.learning.taught import KEY, make_trainer, publish_course, write_taught_course
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""
PLAN = "On Monday I ask the harbour master for a room with a door.\nBy Friday it has two chairs."


def look(page: Page, name: str) -> None:
    """The page that stands there has no barrier and fits a phone."""
    assert browser.violations(page) == [], name
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)


@pytest.fixture
def learner(session: Session, tmp_path: Path, open_as: OpenAs) -> Page:
    """Somebody on the small course."""
    publish_course(session, write_taught_course(tmp_path))
    page = open_as(make_official(session, "FJI", name="Sela Vuki"))
    page.goto(f"/courses/{KEY}")
    browser.press(page, "Take this course")
    return page


@pytest.fixture
def trainer(session: Session, learner: Page, open_as: OpenAs) -> Page:
    """The trainer of that course."""
    return open_as(make_trainer(session))


def test_text_is_sent_returned_sent_again_and_accepted(learner: Page, trainer: Page) -> None:
    learner.goto(f"/learning/{KEY}/plan")
    learner.get_by_label("One step.").fill("I will do better.")
    browser.press(learner, "Send")
    look(learner, "marked-sent")
    trainer.goto("/marking")
    look(trainer, "marking-queue")
    browser.click(trainer.get_by_role("link", name="Your plan"))
    look(trainer, "marking-take")
    browser.press(trainer, "Take it")
    trainer.get_by_label("To the author").fill("Name the day and the person you ask.")
    trainer.get_by_label("If it goes back: why").select_option("more_detail")
    look(trainer, "marking-form")
    browser.press(trainer, "Return for more work")
    expect(trainer.get_by_role("status")).to_contain_text("Returned. The author is told.")
    learner.goto(f"/learning/{KEY}/plan")
    look(learner, "marked-returned")
    learner.get_by_label("One step.").fill(PLAN)
    browser.press(learner, "Send anew")
    trainer.goto("/marking")
    browser.click(trainer.get_by_role("link", name="Your plan"))
    browser.press(trainer, "Take it")
    browser.press(trainer, "Accept")
    expect(trainer.get_by_text("Choose a level, then accept.").first).to_be_visible()
    look(trainer, "marking-refused")
    trainer.get_by_label("2 – A step and a day.").check()
    trainer.get_by_label("3 – It is safe.").check()
    trainer.get_by_label("To the author").fill("Clear, and it harms nobody.")
    browser.press(trainer, "Accept")
    trainer.goto("/marking?state=accepted")
    look(trainer, "marking-accepted")
    browser.click(trainer.get_by_role("link", name="Your plan"))
    look(trainer, "marking-after")
    learner.reload()
    expect(learner.locator("main")).to_contain_text("5 of 5")
    look(learner, "marked-accepted")


def test_question_is_asked_answered_pinned_and_hidden(learner: Page, trainer: Page) -> None:
    learner.goto(f"/learning/{KEY}/asking")
    browser.click(learner.get_by_role("link", name="Questions about this page"))
    look(learner, "questions-none")
    learner.get_by_label("Your question").fill("May I ask in the corridor?\nThere is no room.")
    learner.get_by_label("Everybody on the course").check()
    browser.press(learner, "Send the question")
    look(learner, "questions-asked")
    browser.click(learner.get_by_role("link", name="Change it"))
    look(learner, "question-change")
    browser.press(learner, "Change it")
    trainer.goto(f"/teaching/{KEY}/questions")
    browser.click(trainer.get_by_text("Answer", exact=True))
    trainer.get_by_label("Your answer").fill("Better on a bench apart, where nobody listens.")
    look(trainer, "unanswered")
    browser.press(trainer, "Send the answer")
    look(trainer, "unanswered-none")
    trainer.goto(f"/learning/{KEY}/asking/questions")
    browser.press(trainer, "Helpful to all", exact=False)
    look(trainer, "questions-trainer")
    learner.reload()
    learner.goto(f"/learning/{KEY}/asking/questions")
    expect(learner.locator("main")).to_contain_text("on a bench apart")
    look(learner, "questions-answered")
    browser.click(trainer.get_by_role("link", name="Hide"))
    trainer.get_by_label("Why").select_option("points_to_somebody")
    look(trainer, "question-hide")
    browser.press(trainer, "Hide it")
    trainer.goto(f"/teaching/{KEY}/questions?show=hidden")
    look(trainer, "questions-hidden")


def test_problem_is_reported_and_mended(learner: Page, trainer: Page) -> None:
    learner.goto(f"/learning/{KEY}/check")
    browser.click(learner.get_by_role("link", name="Report a problem on this page"))
    learner.get_by_label("I cannot see, hear, read or use something").check()
    learner.get_by_label("Where is it").fill("The picture of the room has no words.")
    look(learner, "problem-form")
    browser.press(learner, "Send the report")
    look(learner, "problem-sent")
    trainer.goto(f"/teaching/{KEY}/problems")
    browser.click(trainer.get_by_text("Settle it"))
    look(trainer, "problems")
    browser.press(trainer, "It stays as it is")
    expect(trainer.get_by_text("Say to the reporter why it stays as it is.")).to_be_visible()
    look(trainer, "problems-refused")
    trainer.get_by_label("A word back").fill("The words stand below it now.")
    browser.press(trainer, "It is mended")
    trainer.goto(f"/teaching/{KEY}/problems?state=mended")
    look(trainer, "problems-mended")


def test_attendance_is_recorded_and_taken_back(learner: Page, trainer: Page) -> None:
    learner.goto(f"/learning/{KEY}/day")
    look(learner, "meeting-before")
    trainer.goto(f"/teaching/{KEY}/sessions")
    look(trainer, "meetings")
    browser.click(trainer.get_by_role("link", name="Workshop day"))
    trainer.get_by_label("Sela Vuki").check()
    look(trainer, "attendance")
    browser.press(trainer, "Record who was there")
    learner.reload()
    expect(learner.locator("main")).to_contain_text("It is recorded that you were there")
    look(learner, "meeting-after")
    browser.click(trainer.get_by_text("Was not there"))
    look(trainer, "attendance-take-back")
    browser.press(trainer, "Take it back", exact=False)
    expect(trainer.get_by_role("status")).to_contain_text("It is taken back.")
