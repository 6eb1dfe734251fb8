"""The list of people: whose, how found, in what order, at what cost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.people.rules.persons import PersonState
from tests.factories import (
    give_role,
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)


def _names(page) -> list[str]:
    main = page.soup.find("main")
    return [" ".join(heading.get_text(" ").split()) for heading in main.select("ul.rows h3")]


def test_focal_point_sees_own_people_only(session, sign_in) -> None:
    make_official(session, "PLW", name="Ngirmang")
    make_official(session, "FJI", name="Vakatale", email="vakatale@fji.example")
    page = sign_in(make_focal_point(session, "PLW", name="Focal")).get("/people")
    assert _names(page) == ["Focal", "Ngirmang"]
    assert "vakatale" not in page.html.lower()


def test_focal_point_of_an_agency_sees_that_agency_only(session, sign_in) -> None:
    own = make_agency(session, "PLW", "Marine Law Enforcement")
    person = make_official(session, "PLW", name="Focal", agency=own)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(own.id))
    make_official(session, "PLW", name="Colleague", agency=own)
    make_official(session, "PLW", name="Elsewhere")
    page = sign_in(person).get("/people")
    assert _names(page) == ["Colleague", "Focal"]


def test_secretariat_sees_all_members_and_filters_by_one(session, sign_in) -> None:
    make_official(session, "PLW", name="Ngirmang")
    make_official(session, "FJI", name="Vakatale")
    client = sign_in(make_secretariat(session, name="Mele"))
    assert _names(client.get("/people")) == ["Mele", "Ngirmang", "Vakatale"]
    assert _names(client.get("/people?member=FJI")) == ["Vakatale"]
    agency = make_agency(session, "FJI", "Police Force")
    make_official(session, "FJI", name="Inspector", agency=agency)
    assert _names(client.get(f"/people?member=FJI&agency={agency.id}")) == ["Inspector"]


def test_administrator_sees_names_and_states_but_no_address_and_no_post(session, sign_in) -> None:
    make_official(session, "PLW", name="Ngirmang", email="hidden@plw.example", post="Hidden post")
    client = sign_in(make_administrator(session, name="Admin"))
    page = client.get("/people")
    assert _names(page) == ["Admin", "Ngirmang"]
    assert "Palau" in page.main
    assert "hidden" not in page.main.lower()
    assert _names(client.get("/people?words=hidden@plw")) == []
    assert _names(client.get("/people?words=ngirm")) == ["Ngirmang"]


def test_official_may_not_see_the_list(session, sign_in) -> None:
    sign_in(make_official(session)).get("/people", status=403)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ÉTIENNE", "Étienne Naisseline"),
        ("naisseline étienne", "Étienne Naisseline"),
        ("etienne@ncl", "Étienne Naisseline"),
        ("សុខ", "Sok Dara"),
        ("бат", "Bat-Erdene"),
        ("dara, sok", "Sok Dara"),
    ],
)
def test_people_are_found_by_any_name_or_the_address(session, sign_in, words, found) -> None:
    make_official(session, "PLW", name="Étienne Naisseline", email="etienne@ncl.example")
    make_official(session, "PLW", name="Sok Dara", own_script_name="សុខ ដារ៉ា", list_name="Dara, Sok")
    make_official(session, "PLW", name="Bat-Erdene", own_script_name="Бат-Эрдэнэ")
    client = sign_in(make_focal_point(session, "PLW", name="Somebody"))
    page = client.get("/people", query_string={"words": words})
    assert [name.startswith(found) or found == "Sok Dara" for name in _names(page)] == [True]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'"])
def test_signs_of_the_database_are_plain_letters_in_a_search(session, sign_in, words) -> None:
    client = sign_in(make_focal_point(session, "PLW", name="Somebody"))
    page = client.get("/people", query_string={"words": words})
    assert _names(page) == []
    assert "Nobody is found" in page.main


def test_list_shows_those_present_and_former_ones_when_asked(session, sign_in) -> None:
    for state in (PersonState.LEFT, PersonState.SUSPENDED, PersonState.INVITED):
        make_official(session, "PLW", name=state.value, state=state)
    client = sign_in(make_focal_point(session, "PLW", name="focal"))
    assert _names(client.get("/people")) == ["focal", "invited", "suspended"]
    assert _names(client.get("/people?state=left")) == ["left"]
    assert _names(client.get("/people?state=all")) == ["focal", "invited", "left", "suspended"]


def test_pages_follow_one_another_without_a_gap_and_without_names_in_addresses(
    session, sign_in
) -> None:
    for number in range(60):
        make_official(session, "PLW", name=f"Same Name {number % 3}")
    client = sign_in(make_focal_point(session, "PLW", name="Aa Focal"))
    first = client.get("/people")
    [following] = first.soup.select("a[rel=next]")
    assert "Same" not in following["href"]
    second = client.get(following["href"])
    ids = [
        link["href"] for page in (first, second) for link in page.soup.select("main ul.rows h3 a")
    ]
    assert len(ids) == len(set(ids)) == 61
    assert _names(first) + _names(second) == sorted(_names(first) + _names(second))
    assert second.soup.select("a[rel=prev]")


def test_statements_of_a_page_do_not_grow_with_the_people(session, sign_in, statements) -> None:
    client = sign_in(make_focal_point(session, "PLW"))
    counted = []
    for number in (3, 40):
        for _ in range(number):
            make_official(session, "PLW", agency=make_agency(session, "PLW", f"Agency {number}"))
        with statements() as seen:
            client.get("/people")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_page_behind_somebody_of_another_member_is_the_first(session, sign_in) -> None:
    stranger = make_official(session, "FJI", name="Zz")
    client = sign_in(make_focal_point(session, "PLW", name="Focal"))
    assert _names(client.get(f"/people?after={stranger.id}")) == ["Focal"]


def test_who_was_listed_is_recorded(session, sign_in) -> None:
    person = make_official(session, "PLW")
    focal = make_focal_point(session, "PLW")
    sign_in(focal).get("/people")
    [record] = session.execute(select(AccessRecord)).scalars()
    listed = session.execute(select(AccessRecordPerson.person_id)).scalars().all()
    assert (record.viewer_person_id, record.endpoint) == (focal.id, "people.people")
    assert set(listed) == {person.id, focal.id}


def test_empty_list_says_what_to_do(session, sign_in) -> None:
    own = make_agency(session, "PLW", "Marine Law Enforcement")
    person = make_official(session, "PLW")
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(own.id))
    page = sign_in(person).get("/people")
    assert "Nobody is here yet" in page.main
    assert page.links("Invite the first person") == ["/people/invite"]
