"""Members: found by any of their names, listed by kind, and shown as far as one may know."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord
from lms.core.database import Session
from lms.people.models import Person
from lms.people.models.persons import PersonState
from lms.people.queries.members import find_member, list_members, member_codes_by_alias
from tests.factories import (
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.client import Client

SignIn = Callable[..., Client]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Laos", "LAO"),
        ("Lao People's Democratic Republic", "LAO"),
        ("Vietnam", "VNM"),
        ("viet  NAM", "VNM"),
        ("Burma", "MMR"),
        ("tha", "THA"),
        ("Turkey", "TUR"),
        ("ＰＡＬＡＵ", "PLW"),
    ],
)
def test_a_member_is_found_by_name_code_and_alias_in_any_letters(
    session: Session, text: str, code: str
) -> None:
    found = find_member(session, text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "   ", "Nam", "Atlantis", "x" * 500])
def test_a_part_of_a_name_finds_no_member_by_itself(session: Session, text: str) -> None:
    assert find_member(session, text) is None


def test_many_names_are_looked_up_from_one_statement(session: Session) -> None:
    codes = member_codes_by_alias(session)
    assert codes["burma"] == "MMR"
    assert codes["vnm"] == "VNM"


def test_members_are_listed_by_kind_and_then_by_name(session: Session, sign_in: SignIn) -> None:
    page = sign_in(make_official(session)).get("/members")
    groups = list_members(session)
    for group in groups:
        names = [member.name for member in group.members]
        assert names == sorted(names, key=str.casefold)
        for name in names:
            assert page.links(name), name
    assert [heading.get_text() for heading in page.soup.find_all("h2")] == [
        group.name for group in groups
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("Laos", "Lao PDR"), ("Vietnam", "Viet Nam"), ("Viet Nam", "Viet Nam"), ("Burma", "Myanmar")],
)
def test_search_knows_the_other_names_of_a_member(
    session: Session, sign_in: SignIn, text: str, name: str
) -> None:
    page = sign_in(make_official(session)).get("/members", query_string={"q": text})
    assert page.links(name)
    assert len(page.soup.select("main .rows a")) == 1


def test_search_finds_parts_of_names_and_says_when_there_is_none(
    session: Session, sign_in: SignIn
) -> None:
    client = sign_in(make_official(session))
    assert client.get("/members", query_string={"q": "korea"}).links("Republic of Korea")
    nothing = client.get("/members", query_string={"q": "100%_"})
    assert "No member has this name" in nothing.main


def test_a_member_nobody_knows_is_not_found(session: Session, sign_in: SignIn) -> None:
    sign_in(make_official(session)).get("/members/XYZ", status=404)


def test_visitors_see_no_members(client: Client) -> None:
    assert client.get("/members", status=302).location.startswith("/sign-in")


def test_officials_of_the_member_see_their_focal_point_by_name(
    session: Session, sign_in: SignIn
) -> None:
    make_focal_point(session, "PLW", name="Ngirmang Tellei")
    page = sign_in(make_official(session, "PLW")).get("/members/PLW")
    assert "Ngirmang Tellei" in page.main
    assert "To be confirmed" in page.main


def test_other_members_learn_only_that_there_is_a_focal_point(
    session: Session, sign_in: SignIn
) -> None:
    make_focal_point(session, "PLW", name="Ngirmang Tellei")
    for stranger in (make_official(session, "NRU"), make_focal_point(session, "NRU")):
        page = sign_in(stranger).get("/members/PLW")
        assert "Tellei" not in page.html
        assert "This member has a focal point. To reach them, write to the secretariat" in page.main
        assert "persons" not in page.main
    assert (
        "No focal point is named" in sign_in(make_official(session, "NRU")).get("/members/FJI").main
    )


def test_the_secretariat_and_administrators_see_every_focal_point_by_name(
    session: Session, sign_in: SignIn
) -> None:
    focal_point = make_focal_point(session, "PLW", name="Ngirmang Tellei")
    for reader in (make_secretariat(session), make_administrator(session)):
        page = sign_in(reader).get("/members/PLW")
        assert page.links("Ngirmang Tellei") == [f"/people/{focal_point.id}"]
    recorded = session.execute(
        select(AccessRecord).where(AccessRecord.endpoint == "people.member")
    ).scalars()
    assert [record.people for record in recorded] == [1, 1]


def test_a_focal_point_with_limited_listing_is_named_to_no_official(
    session: Session, sign_in: SignIn
) -> None:
    make_focal_point(session, "PLW", name="Ngirmang Tellei", limits_own_listing=True)
    page = sign_in(make_official(session, "PLW")).get("/members/PLW")
    assert "Tellei" not in page.html
    assert "Official" in page.main


def test_a_confirmation_within_180_days_takes_the_badge_away(
    session: Session, sign_in: SignIn, now: datetime.datetime
) -> None:
    person = make_official(session, "PLW")
    day = now.date() - datetime.timedelta(days=179)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW", last_confirmed_on=day)
    reader = sign_in(make_official(session, "PLW"))
    assert "To be confirmed" not in reader.get("/members/PLW").main
    late = make_official(session, "NRU")
    give_role(
        session,
        late,
        Role.FOCAL_POINT,
        ScopeKind.MEMBER,
        "NRU",
        last_confirmed_on=day - datetime.timedelta(days=1),
    )
    assert "To be confirmed" in sign_in(late).get("/members/NRU").main


def test_a_role_that_is_over_makes_nobody_a_focal_point(
    session: Session, sign_in: SignIn, now: datetime.datetime
) -> None:
    person = make_official(session, "PLW", name="Former Holder")
    yesterday = now.date() - datetime.timedelta(days=1)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW", ended_on=yesterday)
    assert "Former Holder" not in sign_in(make_official(session, "PLW")).get("/members/PLW").main
    assert (
        "No focal point is named" in sign_in(make_official(session, "NRU")).get("/members/PLW").main
    )


def test_people_are_counted_for_the_own_focal_point_and_the_secretariat_only(
    session: Session, sign_in: SignIn
) -> None:
    focal_point = make_focal_point(session, "PLW")
    for _ in range(3):
        make_official(session, "PLW")
    make_official(session, "PLW", state=PersonState.INVITED)
    make_official(session, "PLW", state=PersonState.BEING_CHECKED)
    make_official(session, "NRU")
    for reader in (focal_point, make_secretariat(session)):
        page = sign_in(reader).get("/members/PLW")
        assert "Active 4 persons" in page.main
        assert "Invited 2 persons" in page.main
    assert "persons" not in sign_in(make_official(session, "PLW")).get("/members/PLW").main


def test_agencies_stand_by_type_and_only_their_own_side_may_change_them(
    session: Session, sign_in: SignIn
) -> None:
    agency = make_agency(session, "PLW", "Bureau of Immigration")
    make_agency(session, "PLW", "Watchers", limits_listing=True)
    make_agency(session, "PLW", "Closed bureau", closed_at=datetime.datetime.now(datetime.UTC))
    focal_point: Person = make_focal_point(session, "PLW")
    own = sign_in(focal_point).get("/members/PLW")
    assert own.links("Change Bureau of Immigration") == [f"/agencies/{agency.id}"]
    other = sign_in(make_focal_point(session, "NRU")).get("/members/PLW")
    assert "Bureau of Immigration" in other.main
    assert not other.links("Change Bureau of Immigration")
    assert "Closed bureau" not in other.main
    assert "Watchers" in own.main
    assert "Watchers" not in other.main
    assert "Watchers" in sign_in(make_secretariat(session)).get("/members/PLW").main
    assert not other.links("Add an agency")


def test_the_page_of_a_member_asks_the_same_few_statements_however_many_stand_on_it(
    session: Session, sign_in: SignIn, statements: Statements
) -> None:
    reader = sign_in(make_secretariat(session))
    counts = []
    for number in range(2):
        for each in range(1 + 5 * number):
            person = make_focal_point(session, "PLW", name=f"Holder {number} {each}")
            agency = make_agency(session, "PLW", f"Agency {number} {each}")
            give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(agency.id))
        with statements() as seen:
            reader.get("/members/PLW")
        counts.append(len([one for one in seen if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1]
