"""Agencies: added, renamed, closed and opened again by who looks after them, and by nobody else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.text import fold
from lms.people.models import Agency, Person
from lms.people.models.roles import FocalKind
from tests.factories import (
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.client import Client

SignIn = Callable[..., Client]
NEW = {"name": "Customs Division", "own_script_name": "", "type": "customs"}


def agencies_of(session: Session, member: str) -> dict[str, Agency]:
    found = session.execute(select(Agency).where(Agency.member_code == member)).scalars()
    return {agency.name: agency for agency in found}


def agency_focal_point(session: Session, agency: Agency) -> Person:
    person = make_official(session, agency.member_code)
    give_role(
        session,
        person,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(agency.id),
        focal_kind=FocalKind.AGENCY,
    )
    return person


def verbs(session: Session) -> list[str]:
    return list(session.execute(select(AuditEntry.verb).order_by(AuditEntry.id)).scalars())


def test_a_focal_point_adds_an_agency_to_the_own_member(session: Session, sign_in: SignIn) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get("/members/PLW/agencies/add")
    page = client.submit(page, "Add", {**NEW, "own_script_name": "  Kerresel   Customs "})
    assert "“Customs Division” is added." in page.main
    agency = agencies_of(session, "PLW")["Customs Division"]
    assert (agency.type.value, agency.folded_name) == ("customs", "customs division")
    assert "agency.add" in verbs(session)


def test_the_same_name_in_other_letters_is_refused_beside_the_field(
    session: Session, sign_in: SignIn
) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    make_agency(session, "PLW", "Customs Division")
    make_agency(session, "NRU", "Police Force")
    page = client.get("/members/PLW/agencies/add")
    again = client.submit(page, "Add", {**NEW, "name": "CUSTOMS  division"}, status=400)
    assert again.error("name") == (
        "This member already has an agency of this name: “Customs Division”."
    )
    assert again.value("name") == "CUSTOMS  division"
    client.submit(page, "Add", {**NEW, "name": "Police Force"})
    assert len(agencies_of(session, "PLW")) == 3


def test_a_double_click_adds_one_agency(session: Session, sign_in: SignIn) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    client.post("/members/PLW/agencies/add", NEW)
    client.post("/members/PLW/agencies/add", NEW, status=400)
    assert verbs(session).count("agency.add") == 1


def test_an_empty_name_and_no_type_are_asked_for(session: Session, sign_in: SignIn) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.post("/members/PLW/agencies/add", {"name": " ", "type": ""}, status=400)
    assert page.error("name") == "Write the name of the agency."
    assert page.error("type") == "Choose the type that fits best."


def test_a_rename_keeps_the_former_name_in_the_audit(session: Session, sign_in: SignIn) -> None:
    agency = make_agency(session, "PLW", "Bureau of Immigration")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/agencies/{agency.id}")
    page = client.submit(page, "Save", {"name": "Bureau of Borders", "type": "border"})
    assert page.h1 == "Bureau of Borders"
    assert "Names it had before" in page.html
    assert "Bureau of Immigration" in page.main
    entry = session.execute(select(AuditEntry).where(AuditEntry.verb == "agency.edit")).scalar_one()
    assert entry.facts == {"fields": ["name", "type"], "former_name": "Bureau of Immigration"}
    client.post(f"/agencies/{agency.id}", {"name": "Bureau of Borders", "type": "border"})
    assert verbs(session).count("agency.edit") == 1


def test_an_agency_is_not_closed_while_people_belong_to_it(
    session: Session, sign_in: SignIn
) -> None:
    focal_point = make_focal_point(session, "PLW", agency=make_agency(session, "PLW", "Ministry"))
    agency = make_agency(session, "PLW", "Coast Watch")
    make_official(session, "PLW", agency=agency)
    make_official(session, "PLW", agency=agency)
    client = sign_in(focal_point)
    assert "2 persons belong to this agency" in client.get(f"/agencies/{agency.id}").main
    refused = client.post(f"/agencies/{agency.id}/close", status=409)
    assert "People who belong to this agency: 2." in refused.main
    session.refresh(agency)
    assert agency.closed_at is None


def test_an_empty_agency_is_closed_and_opened_again(session: Session, sign_in: SignIn) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    agency = make_agency(session, "PLW", "Coast Watch")
    page = client.get(f"/agencies/{agency.id}")
    page = client.submit(page, "Close it")
    assert "Closed" in page.main
    client.post(f"/agencies/{agency.id}/close")
    assert verbs(session).count("agency.close") == 1
    assert "1 closed agency" in client.get("/members/PLW").main
    taken = client.post("/members/PLW/agencies/add", {**NEW, "name": "coast watch"}, status=400)
    assert "Open that one again instead." in taken.error("name")
    page = client.submit(client.get(f"/agencies/{agency.id}"), "Open it again")
    session.refresh(agency)
    assert agency.closed_at is None


def test_an_agency_limits_the_listing_of_its_people_and_only_its_side_lifts_it(
    session: Session, sign_in: SignIn
) -> None:
    agency = make_agency(session, "PLW", "Coast Watch")
    secretariat = sign_in(make_secretariat(session))
    page = secretariat.get(f"/agencies/{agency.id}")
    page = secretariat.submit(page, "Limit listing")
    assert "The people of this agency have limited listing now." in page.main
    assert "Only a focal point of this agency or its member can lift it." in page.main
    secretariat.post(f"/agencies/{agency.id}/listing", {"limits": "no"}, status=403)
    own = sign_in(agency_focal_point(session, agency))
    page = own.submit(own.get(f"/agencies/{agency.id}"), "Lift it")
    session.refresh(agency)
    assert not agency.limits_listing
    assert verbs(session)[-2:] == ["agency.limit-listing", "agency.lift-limits"]


PATHS = ("", "/close", "/reopen", "/listing")


@pytest.mark.parametrize("path", PATHS)
def test_another_members_agency_does_not_exist_for_a_focal_point(
    session: Session, sign_in: SignIn, path: str
) -> None:
    agency = make_agency(session, "PLW", "Coast Watch")
    stranger = sign_in(make_focal_point(session, "NRU"))
    stranger.post(f"/agencies/{agency.id}{path}", {**NEW, "limits": "yes"}, status=404)
    stranger.post(f"/agencies/999999{path}", {**NEW, "limits": "yes"}, status=404)
    if not path:
        stranger.get(f"/agencies/{agency.id}", status=404)
    stranger.post("/members/PLW/agencies/add", NEW, status=404)
    stranger.get("/members/PLW/agencies/add", status=404)


@pytest.mark.parametrize("path", PATHS)
def test_officials_change_no_agency(session: Session, sign_in: SignIn, path: str) -> None:
    agency = make_agency(session, "PLW", "Coast Watch")
    client = sign_in(make_official(session, "PLW"))
    client.post(f"/agencies/{agency.id}{path}", NEW, status=403)
    client.post("/members/PLW/agencies/add", NEW, status=403)


def test_an_agency_focal_point_changes_that_agency_only_and_adds_none(
    session: Session, sign_in: SignIn
) -> None:
    own = make_agency(session, "PLW", "Coast Watch")
    other = make_agency(session, "PLW", "Customs Division")
    client = sign_in(agency_focal_point(session, own))
    client.get(f"/agencies/{own.id}")
    client.get(f"/agencies/{other.id}", status=404)
    client.get("/members/PLW/agencies/add", status=404)


def test_the_secretariat_looks_after_all_agencies(
    session: Session, sign_in: SignIn, now: datetime.datetime
) -> None:
    client = sign_in(make_secretariat(session))
    client.post("/members/PLW/agencies/add", NEW)
    agency = agencies_of(session, "PLW")["Customs Division"]
    assert agency.folded_name == fold("Customs Division")
    client.post(f"/agencies/{agency.id}", {**NEW, "name": "Customs Service"})
    session.refresh(agency)
    assert agency.name == "Customs Service"
    assert agency.created_at >= now - datetime.timedelta(minutes=1)
