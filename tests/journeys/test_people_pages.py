"""The pages of people in a real browser at 360 px: axe, nothing too wide, no complaints.

Each page in the role that sees most of it. On one database: what differs between the two
is proved by the tests of the room.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.core.database import Session
from lms.people.models import Person
from lms.people.rules.persons import PersonState
from tests.factories import make_agency, make_focal_point, make_official, make_secretariat
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]


def _people(session: Session) -> dict[str, Person]:
    agency = make_agency(session, "KHM", "General Department of Immigration")
    long_name = "Anti-Human Trafficking and Juvenile Protection Department"
    police = make_agency(session, "KHM", long_name)
    make_official(
        session, "KHM", name="Prak Bopha", agency=police, state=PersonState.AWAITING,
        post="Border Police Lieutenant at Poipet International Checkpoint",
    )  # fmt: skip
    make_official(session, "FJI", name="Mere", email="mere@gov.example")
    make_official(
        session, "KHM", name="M.", email="mere@gov.example", state=PersonState.BEING_CHECKED
    )
    return {
        "focal": make_focal_point(
            session,
            "KHM",
            name="Chan Sophea",
            own_script_name="ចាន់ សុភា",
            own_script_language="km",
            agency=agency,
        ),
        "official": make_official(
            session,
            "KHM",
            name="Sok Dara",
            own_script_name="សុខ ដារ៉ា",
            own_script_language="km",
            agency=police,
            limited_by_agency=True,
            email="a-rather-long-address-of-an-official@anti-trafficking.police.gov.example",
        ),
        "secretariat": make_secretariat(session),
    }


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("focal", "/people"),
        ("secretariat", "/people"),
        ("focal", "/people?words=nobody"),
        ("focal", "/people/{official}"),
        ("focal", "/people/invite"),
        ("focal", "/people/invite?several=1"),
        ("secretariat", "/people/invite"),
        ("secretariat", "/people/waiting"),
        ("focal", "/people/waiting"),
        ("official", "/profile"),
        ("official", "/profile/address"),
    ],
)
def test_page_is_clean_and_fits_a_phone(session, open_as, role, path) -> None:
    people = _people(session)
    page = open_as(people[role])
    answer = page.goto(path.format(official=people["official"].id))
    assert answer is not None
    assert answer.status == 200
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert browser.overflow(page) == 0
    assert browser.violations(page) == []


def test_focal_point_mends_pasted_lines_and_finds_the_people_invited(session, open_as) -> None:
    page = open_as(_people(session)["focal"])
    page.goto("/people")
    browser.click(page.get_by_role("link", name="Invite people"))
    browser.click(page.get_by_role("link", name="Several at once"))
    box = page.get_by_label("People, a line each")
    box.fill("Kim Leakhena, kim@police.example\nHeng Vuthy heng@police.example")
    browser.click(page.get_by_role("button", name="Send the invitations"))
    expect(page.get_by_role("table", name="Lines to mend")).to_contain_text("Heng Vuthy")
    assert browser.violations(page) == []
    box.fill("Kim Leakhena, kim@police.example\nHeng Vuthy, heng@police.example")
    browser.click(page.get_by_role("button", name="Send the invitations"))
    expect(page.get_by_role("status")).to_contain_text("2 invitations are on their way.")
    expect(page.get_by_role("heading", name="Heng Vuthy")).to_be_visible()


def test_focal_point_suspends_with_the_keyboard_alone(session, open_as) -> None:
    people = _people(session)
    page = open_as(people["focal"])
    page.goto(f"/people/{people['official'].id}")
    fold = page.locator("summary", has_text="Suspend the account")
    fold.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("To protect")
    page.keyboard.press("Tab")
    browser.type_enter(page)
    expect(page.get_by_role("status")).to_contain_text("suspended and signed out everywhere")
