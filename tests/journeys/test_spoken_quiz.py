"""What a quiz says to who hears it: each kind of question, what is to mend, and what was reached.

Read from the browser's accessibility tree and compared with what a person wrote down here. On one
database: the words do not come from it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.core import clock
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.courses.small_course import COURSE, quiz_of, write, write_small_course
from tests.courses.test_check import GAPS
from tests.factories import make_official
from tests.journeys.test_learning import QUESTIONS, SEVEN
from tests.journeys.test_question_kinds import SKETCH
from tests.learning.taught import KEY, SYSTEM
from tests.support import browser
from tests.support.browser import press
from tests.support.spoken import spoken

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KINDS = [
    *SEVEN,
    "in-order",
    "in-your-words",
    "your-sketch",
]

# The group, its help, and its parts. Steps and choices have another order in each attempt, so
# they are compared sorted.
ASKED = {
    "q1": """
        group: Question 1. Who should answer?
        Choose one.
        radio: The group (not chosen)
        radio: The minder (not chosen)
        radio: The person (not chosen)
    """,
    "q2": """
        group: Question 2. Where can you ask?
        Choose all that fit.
        checkbox: In a room (not chosen)
        checkbox: In the queue (not chosen)
        checkbox: On a bench apart (not chosen)
    """,
    "q3": """
        group: Question 3. Silence means that nothing happened.
        True or false?
        radio: False (not chosen)
        radio: True (not chosen)
    """,
    "q4": """
        group: Question 4. Put these in order.
        Give each step its place: 1 is the first.
        combobox: Ask how she came here (not open, holds “Place”)
        combobox: Say your name (not open, holds “Place”)
        combobox: Take her apart (not open, holds “Place”)
        option: 1
        option: 1
        option: 1
        option: 2
        option: 2
        option: 2
        option: 3
        option: 3
        option: 3
        option: Place
        option: Place
        option: Place
    """,
    "q5": """
        group: Question 5. Who does what?
        Choose for each what belongs to it.
        combobox: The interpreter (not open, holds “Choose”)
        combobox: The officer (not open, holds “Choose”)
        option: Choose
        option: Choose
        option: Listens
        option: Listens
        option: Translates
        option: Translates
    """,
    "q6": """
        group: Question 6. What do you call somebody who watches a person for another?
        Write a word or two.
        textbox: Your answer
    """,
    "q7": """
        group: Question 7. How many people sit in the room when you ask alone, with an interpreter?
        Write a number.
        textbox: Your answer (people)
    """,
    "q8": """
        group: Question 8. Fill the gaps.
        Choose for each gap what belongs there.
        , then
        First make the place
        alone.
        combobox: Gap 1 (not open, holds “Choose”)
        combobox: Gap 2 (not open, holds “Choose”)
        option: Choose
        option: Choose
        option: accuse
        option: ask
        option: full
        option: safe
    """,
    "q9": """
        group: Question 9. How would you begin?
        Write up to 400 words. A trainer reads and marks them.
        textbox: Your text
    """,
    "q10": """
        group: Question 10. Draw the room.
        Choose a PDF, DOCX, PNG or JPEG file of up to 10 MB. A trainer looks at it and marks it.
        button: Your file (holds “No file chosen”)
    """,
}
NOT_A_FILE = (
    "This is not a file of a kind that can be used here. Send one of these: DOCX, JPG, PDF, PNG."
)


def lines(text: str) -> list[str]:
    """A question as it is written down above: the group, told with its help; then the rest sorted.

    The help is told with the group, to who comes by Tab, and again where it stands.
    """
    first, *rest = [line.strip() for line in text.strip().splitlines()]
    return [f"{first} – {rest[0]}", *sorted(rest)]


def heard(page: Page, selector: str) -> list[str]:
    first, *rest = spoken(page, selector)
    return [first, *sorted(rest)]


@pytest.fixture
def page(session: Session, tmp_path: Path, open_as: Callable[[Person], Page]) -> Page:
    """An attempt at a quiz with one question of each kind, begun by a learner."""
    course = write_small_course(tmp_path)
    write(course / "bank" / "all.yaml", COURSE["bank/all.yaml"] + QUESTIONS + GAPS + SKETCH)
    quiz = quiz_of(KINDS, time_limit_minutes=30, shuffle_options=False)
    write(course / "quizzes" / "check.yaml", quiz)
    registry = read_registry(tmp_path / "guides")[0]
    publish(session, SYSTEM, load_course(course), registry, now=clock.now())
    opened = open_as(make_official(session, "FJI", name="Sela Vuki"))
    opened.goto(f"/courses/{KEY}")
    press(opened, "Take this course")
    opened.goto(f"/learning/{KEY}/check")
    press(opened, "Begin")
    opened.wait_for_url("**/attempts/1")
    return opened


def test_each_kind_of_question_says_what_it_asks_and_how_it_is_answered(page: Page) -> None:
    told = {key: heard(page, f"#{key}") for key in ASKED}
    assert told == {key: lines(text) for key, text in ASKED.items()}
    # The time is a moment, told before the questions; nothing counts down, nothing interrupts.
    before = spoken(page, "main")
    deadline = next(line for line in before if line.startswith("Attempt 1. You have until "))
    assert before.index(deadline) < before.index(lines(ASKED["q1"])[0])
    assert [line for line in before if line.startswith(("timer", "alert"))] == []

    page.get_by_label("The person").check()
    page.get_by_label("In a room").check()
    page.get_by_label("Gap 1").select_option(label="safe")
    page.get_by_label("Your text").fill("First the place.")
    held = [line for key in ("q1", "q2", "q8", "q9") for line in heard(page, f"#{key}")]
    for line in (
        "radio: The person (chosen)",
        "checkbox: In a room (chosen)",
        "combobox: Gap 1 (not open, holds “safe”)",
        "textbox: Your text (holds “First the place.”)",
    ):
        assert line in held


def test_what_is_to_mend_and_what_was_reached_is_told_at_the_question(page: Page) -> None:
    page.get_by_label("The minder").check()
    wrong = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}
    page.get_by_label("Your file").set_input_files(wrong)
    press(page, "Hand in")
    expect(page.locator("#errors")).to_be_focused()
    assert spoken(page, "#errors") == [
        "heading: One thing to mend",
        f"link: Question 10: {NOT_A_FILE}",
    ]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#q10-file")).to_be_focused()
    (control,) = [line for line in spoken(page, "#q10") if line.startswith("button")]
    assert control == (
        f"button: Your file – Question 10: {NOT_A_FILE} (to mend, holds “No file chosen”)"
    )
    assert browser.violations(page) == []

    good = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    page.get_by_label("Your file").set_input_files(good)
    press(page, "Hand in")
    expect(page.locator("#errors")).to_be_focused()
    left_out = [f"link: Question {number} is not answered in full." for number in range(2, 10)]
    assert spoken(page, "#errors") == ["heading: 8 things to mend", *left_out]
    assert "Question 2 is not answered in full." in " ".join(heard(page, "#q2"))
    press(page, "Hand in all the same")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check: what you reached")
    reached = spoken(page, "main")
    begin = reached.index("region: Question 1. Who should answer?")
    end = reached.index("region: Question 2. Where can you ask?")
    first = reached[begin + 1 : end]
    assert first.index("Not this one") < first.index("The minder")
    assert first[first.index("The minder") + 1] == "Your answer"
    assert first[first.index("The person") + 1] == "Right answer"
    assert first[-2:] == ["He controls her.", "DisclosureTriangle: Why (not open)"]
