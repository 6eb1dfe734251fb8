"""Gaps, a text and a file in a quiz, marked by a person, and a key corrected, at 360 px.

On one database: what differs between the two is proved by the room's tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.assessments.jobs.statistics import COUNT
from lms.core import clock
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.queries import get_current
from lms.courses.services import publish
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.courses.small_course import COURSE, quiz_of, write, write_small_course
from tests.courses.test_check import GAPS
from tests.factories import make_official
from tests.learning.taught import KEY, SYSTEM, make_trainer
from tests.learning.teaching_ground import ask, put_many_on, work
from tests.learning.test_corrections import handed_in
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""
SKETCH = """\
  - key: your-sketch
    type: file
    objective: ask-alone
    prompt: Draw the room.
    rubric:
      - key: door
        text: The door is drawn.
        levels:
          - points: 0
            text: It is not.
          - points: 1
            text: It is.
    rationale: The door must be seen from every chair.
    sources: [protocol]
"""
ASKED = ["who-answers", "is-it-true", "in-order", "in-your-words", "your-sketch"]


def look(page: Page, name: str) -> None:
    """The page that stands there has no barrier and fits a phone."""
    assert browser.violations(page) == [], name
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)


def mark(page: Page, level: str, name: str = "") -> None:
    """Take the first text of the queue and mark it."""
    page.goto("/marking")
    browser.click(page.get_by_role("link", name="Check").first)
    browser.press(page, "Take it")
    page.get_by_label(level).check()
    page.get_by_label("To the author").fill("The place comes first, as it should.")
    if name:
        look(page, name)
    browser.press(page, "Mark it")


def test_learner_fills_gaps_writes_and_draws_and_a_trainer_marks_and_corrects(
    app: Flask, session: Session, tmp_path: Path, open_as: OpenAs
) -> None:
    course = write_small_course(tmp_path)
    write(course / "bank" / "all.yaml", COURSE["bank/all.yaml"] + GAPS + SKETCH)
    write(course / "quizzes" / "check.yaml", quiz_of(ASKED))
    registry = read_registry(tmp_path / "guides")[0]
    publish(session, SYSTEM, load_course(course), registry, now=clock.now())
    learner = open_as(make_official(session, "FJI", name="Sela Vuki"))
    trainer = open_as(make_trainer(session))

    learner.goto(f"/courses/{KEY}")
    browser.press(learner, "Take this course")
    learner.goto(f"/learning/{KEY}/check")
    browser.press(learner, "Begin")
    learner.get_by_label("The person").check()
    learner.get_by_label("Gap 1").select_option(label="safe")
    learner.get_by_label("Gap 2").select_option(label="accuse")
    learner.get_by_label("Your text").fill("First the place.\nThen a question.")
    sketch = {"name": "my room.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    learner.get_by_label("Your file").set_input_files(sketch)
    browser.press(learner, "Save and go on later")
    expect(learner.get_by_role("link", name="my room.pdf")).to_be_visible()
    look(learner, "kinds-attempt")
    browser.press(learner, "Hand in")
    look(learner, "kinds-attempt-asks")
    browser.press(learner, "Hand in all the same")
    expect(learner.get_by_text("Handed in. A trainer marks it.")).to_be_visible()
    mark(trainer, "2 – It does.")
    mark(trainer, "1 – It is.", "kinds-mark-file")
    learner.goto(f"/learning/{KEY}/check/attempts/1")
    expect(learner.get_by_text("The place comes first, as it should.").first).to_be_visible()
    look(learner, "kinds-review")

    for place, enrolment in enumerate(put_many_on(session, get_current(session, KEY), 40)):
        handed_in(session, enrolment, "b" if place % 3 else "a", "true" if place % 2 else "false")
    ask(session, COUNT)
    work(app, session)
    trainer.goto(f"/teaching/{KEY}/questions/statistics")
    look(trainer, "kinds-statistics")
    browser.click(trainer.get_by_role("link", name="Who should answer?"))
    trainer.get_by_label("The minder").check()
    trainer.get_by_label("What was wrong").fill("The minder may answer for a small child.")
    trainer.get_by_label("Why").select_option("also_right")
    look(trainer, "kinds-correction-new")
    browser.press(trainer, "See what would change")
    work(app, session)
    trainer.reload()
    expect(trainer.get_by_text("Whose result would change")).to_be_visible()
    look(trainer, "kinds-correction")
    browser.press(trainer, "Apply it")
    trainer.goto(f"/teaching/{KEY}/corrections")
    expect(trainer.get_by_text("In force")).to_be_visible()
