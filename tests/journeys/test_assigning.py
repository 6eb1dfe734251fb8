"""A focal point assigns a path and a course in a real browser at 360 px, and looks after it.

Every page of one's own people, of assignments and of paths is looked at once with axe. On
one database: what differs between the two is proved by the tests of the room.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.core import clock
from lms.enrolments.services.taking import enrol_self
from tests.factories import actor_of, make_agency, make_focal_point, make_official
from tests.support import browser
from tests.support.assigned import Courses, enrolments, publish_a_path, read

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""


@pytest.fixture
def people(session, tmp_path):
    """A focal point of Cambodia with five people who stand differently."""
    courses = Courses(tmp_path)
    now = clock.now()
    courses.publish(session, "alpha", title="Identifying people who may have been trafficked")
    courses.publish(session, "beta", first=["alpha"], title="Screening and referral at a border")
    publish_a_path(session, ["alpha", "beta"])
    agency = make_agency(session, "KHM", "General Department of Immigration")
    police = make_agency(
        session, "KHM", "Anti-Human Trafficking and Juvenile Protection Department"
    )
    made = {
        "focal": make_focal_point(session, "KHM", name="Chan Sophea", agency=agency),
        "idle": make_official(session, "KHM", name="Kim Leakhena", agency=agency),
        "late": make_official(
            session,
            "KHM",
            name="Sok Dara",
            own_script_name="សុខ ដារ៉ា",
            own_script_language="km",
            agency=police,
            post="Border Police Lieutenant at Poipet International Checkpoint",
        ),
        "done": make_official(session, "KHM", name="Heng Vuthy", agency=police),
        "new": make_official(session, "KHM", name="Prak Bopha", agency=agency),
    }
    for who in ("idle", "late", "done"):
        enrol_self(session, actor_of(made[who]), "alpha", language="en", now=now)
    (late,) = enrolments(session, made["late"])
    late.due_on, late.due_zone = (now - datetime.timedelta(days=4)).date(), "Asia/Phnom_Penh"
    late.due_at = now - datetime.timedelta(days=3)
    late.assigned_by = made["focal"].id
    read(session, enrolments(session, made["done"])[0], now)
    session.commit()
    return made


def look(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands; keeps a picture when asked to."""
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    wrong = [f"{name}: {found}" for found in browser.violations(page)]
    if wider := browser.overflow(page):
        wrong.append(f"{name} is {wider} px too wide.")
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)
    return wrong


def test_path_is_assigned_to_all_who_match_and_taken_by_one_of_them(
    session, open_as, people
) -> None:
    page = open_as(people["focal"])
    wrong: list[str] = []
    page.goto("/start")
    browser.click(page.get_by_role("link", name="My people").first)
    wrong += look(page, "own-people")
    browser.click(page.get_by_role("link", name="Assign a course"))
    wrong += look(page, "assignment-new")
    page.get_by_label("Course or path").select_option("path:way")
    page.get_by_label("Due on").fill("2020-01-01")
    browser.click(page.get_by_role("button", name="Go on to the people"))
    expect(page.get_by_role("heading", name="One thing to mend")).to_be_visible()
    wrong += look(page, "assignment-new-refused")
    day = (clock.now() + datetime.timedelta(days=40)).date().isoformat()
    page.get_by_label("Due on").fill(day)
    browser.click(page.get_by_role("button", name="Go on to the people"))
    wrong += look(page, "assignment-people")
    browser.click(page.get_by_role("button", name="Add all 5 who match"))
    page.get_by_label("Chan Sophea").check()
    browser.click(page.get_by_role("button", name="Take those ticked out"))
    expect(page.get_by_text("4 persons are chosen so far.")).to_be_visible()
    browser.click(page.get_by_role("button", name="See what it does"))
    wrong += look(page, "assignment-preview")
    browser.click(page.get_by_role("button", name="Assign it to 4 persons"))
    expect(page.get_by_text("Assigned on")).to_be_visible()
    wrong += look(page, "assignment-done")
    page.goto("/own/assignments")
    wrong += look(page, "assignments")

    learner = open_as(people["new"])
    learner.goto("/learning")
    wrong += look(learner, "path-on-my-learning")
    browser.click(learner.get_by_role("link", name="The way"))
    wrong += look(learner, "path")
    browser.click(learner.get_by_role("link", name="Carry on"))
    expect(learner.get_by_role("heading", level=1)).to_contain_text("Identifying people")
    learner.goto("/courses/beta")
    expect(learner.get_by_text("Another course comes first")).to_be_visible()
    wrong += look(learner, "course-with-another-first")
    learner.goto("/paths")
    wrong += look(learner, "paths")
    learner.goto("/paths/way/leave")
    wrong += look(learner, "path-leave")
    assert wrong == []


def test_overdue_course_is_found_and_its_day_moved(session, open_as, people) -> None:
    page = open_as(people["focal"])
    wrong: list[str] = []
    page.goto("/own")
    page.get_by_label("How it stands").select_option("overdue")
    browser.click(page.get_by_role("button", name="Show"))
    expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    browser.click(page.get_by_role("link", name="Sok Dara"))
    wrong += look(page, "own-person")
    browser.click(page.get_by_role("link", name="Change the day or take it back"))
    wrong += look(page, "own-assigned")
    browser.click(page.get_by_role("button", name="Change the day"))
    expect(page.get_by_role("heading", name="One thing to mend")).to_be_visible()
    wrong += look(page, "own-assigned-refused")
    day = (clock.now() + datetime.timedelta(days=10)).date().isoformat()
    page.get_by_label("Due on").fill(day)
    page.get_by_label("Reason", exact=True).select_option("absence")
    browser.click(page.get_by_role("button", name="Change the day"))
    expect(page.get_by_role("status")).to_contain_text("The day due is changed.")
    page.goto("/own?words=nobody")
    wrong += look(page, "own-nobody")
    assert wrong == []
