"""The pages of members, agencies, roles, transfers and merges in a real browser at 360 px.

Each page in the role that sees most of it, and a transfer from its beginning to its end.
On one database: what differs between the two is proved by the tests of the room.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.people.models import Merge, Person, RoleHeld, Transfer, TransferRequest
from lms.people.models.affiliations import MergeState, TransferState
from lms.people.models.members import AgencyType
from lms.people.models.persons import PersonState
from lms.people.models.roles import FocalKind
from tests.factories import (
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
"""A folder for screenshots at both widths, for whoever wants to look."""


def _bodies(session: Session) -> None:
    make_agency(
        session,
        "KHM",
        "Anti-Human Trafficking and Juvenile Protection Department",
        type=AgencyType.POLICE,
        own_script_name="នាយកដ្ឋានប្រឆាំងការជួញដូរមនុស្ស",
        limits_listing=True,
    )
    make_agency(session, "KHM", "Labour Inspectorate", type=AgencyType.LABOUR)
    make_agency(session, "KHM", "Old Border Office", closed_at=clock.now())


def _people(session: Session) -> dict[str, Person]:
    _bodies(session)
    agency = make_agency(session, "KHM", "General Department of Immigration")
    focal_point = make_focal_point(
        session,
        "KHM",
        name="Chan Sophea",
        own_script_name="ចាន់ សុភា",
        own_script_language="km",
        agency=agency,
    )
    deputy = make_official(session, "KHM", name="Prak Bopha", agency=agency)
    give_role(
        session,
        deputy,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(agency.id),
        focal_kind=FocalKind.AGENCY,
        is_deputy=True,
        last_confirmed_on=clock.now().date(),
        ended_on=datetime.date(2030, 12, 31),
    )
    return {
        "focal": focal_point,
        "deputy": deputy,
        "mover": make_official(session, "KHM", name="Sok Dara", agency=agency),
        "office": make_secretariat(session, name="Mele Tu‘ifua"),
        "administrator": make_administrator(session, name="Aroha Ngata"),
        "fiji": make_focal_point(session, "FJI", name="Mere Tuisalalo"),
    }


def _paths(session: Session, people: dict[str, Person]) -> dict[str, list[str]]:
    """The pages by who opens them."""
    now = clock.now()
    mover, twin = people["mover"], make_official(session, "KHM", name="Sok D.")
    transfer = Transfer(
        person_id=mover.id,
        from_member_code="KHM",
        to_member_code="FJI",
        state=TransferState.RELEASED,
        asked_at=now,
        released_at=now,
    )
    asked = Transfer(
        person_id=people["deputy"].id,
        from_member_code="KHM",
        to_member_code="NZL",
        state=TransferState.ASKED,
        asked_at=now,
    )
    merge = Merge(
        kept_person_id=mover.id,
        other_person_id=twin.id,
        state=MergeState.PROPOSED,
        proposed_at=now,
        reason="two_invitations",
    )
    request = TransferRequest(
        member_code="FJI",
        email="somebody.with.a.long.address@immigration.gov.example",
        asked_by=people["fiji"].id,
        asked_at=now,
        looked_up_at=now,
    )
    role = RoleHeld(
        person_id=mover.id,
        role=Role.TRAINER,
        scope_kind=ScopeKind.COURSE,
        scope="victim-identification",
        started_on=datetime.date(2026, 1, 1),
        granted_at=now,
    )
    session.add_all([transfer, asked, merge, request, role])
    agency_id = people["focal"].agency_id
    session.flush()
    return {
        "focal": [
            "/members",
            "/members?q=Atlantis",
            "/members/KHM",
            "/members/KHM/agencies/add",
            f"/agencies/{agency_id}",
            "/roles",
            "/roles/confirm",
            "/transfers",
            f"/transfers/{asked.id}",
            f"/people/{twin.id}/transfer",
            "/transfers/request",
            f"/people/{mover.id}/merge",
        ],
        "fiji": ["/members/KHM", "/transfers", f"/transfers/{transfer.id}"],
        "office": ["/transfers", "/merges", f"/merges/{merge.id}", "/members/FJI"],
        "administrator": [
            "/roles",
            f"/people/{people['focal'].id}/roles",
            f"/people/{mover.id}/roles/grant?role=focal_point",
            f"/people/{mover.id}/roles/grant?role=trainer",
            f"/roles/{role.id}",
        ],
        "mover": ["/transfers", "/transfers/ask", f"/transfers/{transfer.id}"],
    }


def _keep_shots(page: Page, name: str) -> None:
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)


@pytest.mark.parametrize("who", ["focal", "fiji", "office", "administrator", "mover"])
def test_every_page_is_sound_on_a_phone(session: Session, open_as: OpenAs, who: str) -> None:
    people = _people(session)
    paths = _paths(session, people)[who]
    session.commit()
    page = open_as(people[who])
    wrong: list[str] = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}."
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        wrong += [f"{path}: {found}" for found in browser.violations(page)]
        if wider := browser.overflow(page):
            wrong.append(f"{path} is {wider} px too wide.")
        _keep_shots(page, f"{who}-{path.strip('/').replace('/', '-').replace('?', '-')}")
    assert wrong == []


def test_a_refused_form_is_sound_and_names_what_to_mend(session: Session, open_as: OpenAs) -> None:
    people = _people(session)
    session.commit()
    page = open_as(people["focal"])
    page.goto("/members/KHM/agencies/add")
    page.get_by_label("Name in English").fill("labour  INSPECTORATE")
    page.get_by_label("Type").select_option("labour")
    browser.click(page.get_by_role("button", name="Add"))
    expect(page.get_by_role("heading", name="One thing to mend")).to_be_visible()
    assert browser.violations(page) == []
    _keep_shots(page, "focal-agency-refused")


def test_a_transfer_runs_from_asking_to_confirming(session: Session, open_as: OpenAs) -> None:
    people = _people(session)
    agency = make_agency(session, "FJI", "Department of Immigration")
    session.commit()
    person, old, new = (open_as(people[who]) for who in ("mover", "focal", "fiji"))

    person.goto("/transfers")
    browser.click(person.get_by_role("link", name="I have moved"))
    person.get_by_label("New member").select_option("FJI")
    browser.click(person.get_by_role("button", name="Ask for the transfer"))
    expect(person.get_by_role("status")).to_contain_text("Asked.")

    old.goto("/transfers")
    browser.click(old.get_by_role("link", name="Sok Dara"))
    browser.click(old.get_by_role("button", name="Release"))
    expect(old.get_by_role("status")).to_contain_text("Released.")

    new.goto("/transfers")
    browser.click(new.get_by_role("link", name="Sok Dara"))
    new.get_by_label("Agency").select_option(str(agency.id))
    new.get_by_label("Post").fill("Immigration officer")
    browser.click(new.get_by_role("button", name="Accept"))
    expect(new.get_by_role("status")).to_contain_text("Accepted.")

    person.reload()
    assert browser.violations(person) == []
    _keep_shots(person, "mover-transfer-to-confirm")
    browser.click(person.get_by_role("button", name="Confirm that I have moved"))
    expect(person.get_by_role("status")).to_contain_text("You belong to your new member now.")
    _keep_shots(person, "mover-transfer-done")
    session.refresh(people["mover"])
    assert people["mover"].member_code == "FJI"
    assert people["mover"].state is PersonState.ACTIVE
