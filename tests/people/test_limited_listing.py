"""Limited listing: who sets and lifts it, and that no list, page or view leaks the name."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from lms.access.disclosure import Field, Viewer
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import (
    AGENCY_COLUMNS,
    NAME_COLUMNS,
    NOT_ON_A_LINE,
    PERSON_COLUMNS,
    AgencyFacts,
    NameFacts,
    PersonFacts,
    PersonView,
    disclose,
    disclose_list,
)
from lms.people.rules.listing import Side, Switches, members_named
from tests.factories import make_agency, make_focal_point, make_official, make_secretariat

SYSTEM = Actor.system("test")
EVERYTHING = frozenset(Field)


def _reload(session, person: Person) -> Person:
    session.expire_all()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    return session.execute(statement).scalar_one()


def _limited(session, member="PLW", **values):
    return make_official(
        session, member, name="Hidden Name", own_script_name="ឈ្មោះ", email="hidden@plw.example",
        post="Hidden Post", limits_own_listing=True, **values,
    )  # fmt: skip


def _words(view: PersonView) -> str:
    return repr(view)


@pytest.mark.parametrize("viewer", [Viewer.FELLOW_PARTICIPANT, Viewer.ALUMNI])
def test_others_see_official_whatever_was_consented(session, viewer) -> None:
    person = _limited(session)
    view = disclose(person, viewer, make_agency(session), consented=EVERYTHING)
    assert view.name is None
    assert view.member_code is None
    for mark in ("Hidden", "ឈ្មោះ", "hidden@", "Immigration"):
        assert mark not in _words(view)


@pytest.mark.parametrize("viewer", [Viewer.FELLOW_PARTICIPANT, Viewer.ALUMNI])
def test_working_name_stands_where_it_is_vouched_for(session, viewer) -> None:
    person = _limited(session, working_name="Delta")
    view = disclose(person, viewer, make_agency(session), consented=EVERYTHING)
    assert (view.name, view.is_working_name, view.own_script_name) == ("Delta", True, "")
    assert "Hidden" not in _words(view)


@pytest.mark.parametrize(("limited", "named"), [(2, None), (3, "PLW")])
def test_member_is_named_where_three_are_so_listed(session, limited, named) -> None:
    people = [make_official(session, "PLW", limits_own_listing=True) for _number in range(limited)]
    people.append(make_official(session, "FJI", limits_own_listing=True))
    rows = [(person, None, Viewer.FELLOW_PARTICIPANT) for person in people]
    codes = [view.member_code for view in disclose_list(rows)]
    assert codes == [named] * limited + [None]


def test_members_named_counts_people_not_members() -> None:
    assert members_named(["PLW"] * 3 + ["FJI"] * 2) == {"PLW"}


def test_own_focal_point_and_secretariat_still_see_the_name(session) -> None:
    person = _limited(session)
    for viewer in (Viewer.OWN_FOCAL_POINT, Viewer.SECRETARIAT, Viewer.SELF):
        assert disclose(person, viewer, None).name == "Hidden Name"


def test_reporting_officer_sees_nobody_by_name(session) -> None:
    view = disclose(make_official(session, name="Plain"), Viewer.REPORTING_OFFICER, None)
    assert view == PersonView(view.person_id, Viewer.REPORTING_OFFICER)


def test_fellow_participant_sees_agency_and_post_only_where_opened(session) -> None:
    agency = make_agency(session)
    person = make_official(session, name="Plain", post="Inspector", agency=agency)
    closed = disclose(person, Viewer.FELLOW_PARTICIPANT, agency)
    assert (closed.name, closed.member_code, closed.agency_name, closed.post) == (
        "Plain", "PLW", None, None,
    )  # fmt: skip
    opened = disclose(
        person, Viewer.FELLOW_PARTICIPANT, agency, consented=frozenset({Field.POST, Field.SEX})
    )
    assert (opened.post, opened.sex, opened.address) == ("Inspector", None, None)


def test_trainer_sees_the_kind_of_agency_and_a_relay(session) -> None:
    agency = make_agency(session)
    person = make_official(session, agency=agency, relay_address="desk@plw.example")
    view = disclose(person, Viewer.TRAINER, agency)
    assert (view.agency_name, view.agency_type, view.post, view.address) == (
        None, agency.type, None, "desk@plw.example",
    )  # fmt: skip


def test_person_limits_and_lifts_the_own_listing_without_a_reason(session, sign_in) -> None:
    person = make_official(session, "PLW")
    client = sign_in(person)
    page = client.get("/profile")
    client.submit(page, "Limit my listing")
    assert _reload(session, person).limits_own_listing
    client.submit(page, "Limit my listing")
    page = client.get("/profile")
    client.submit(page, "Lift my own limit")
    assert not _reload(session, person).limits_own_listing


def test_focal_point_sets_the_agency_s_switch_and_cannot_lift_the_person_s(
    session, sign_in
) -> None:
    person = make_official(session, "PLW", limits_own_listing=True)
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    assert "Chosen by the person; only they can lift it." in page.main
    page = client.submit(page, "Save the listing", {"is_limited": "y", "working_name": "Delta"})
    found = _reload(session, person)
    assert (found.limited_by_agency, found.working_name) == (True, "Delta")
    _action, data = page.form_of("Save the listing")
    data.pop("is_limited")
    client.post(f"/people/{person.id}/listing", data)
    found = _reload(session, person)
    assert (found.limited_by_agency, found.limits_own_listing) == (False, True)


def test_person_cannot_lift_what_the_focal_point_set(session, sign_in) -> None:
    person = make_official(session, "PLW", limited_by_agency=True)
    client = sign_in(person)
    page = client.get("/profile")
    assert "only a focal point of the member can lift it" in page.main
    client.post("/profile/listing", {"limited": "no"})
    assert _reload(session, person).limited_by_agency


def test_agency_that_limits_listing_limits_its_people(session, sign_in) -> None:
    agency = make_agency(session, "PLW", "Quiet Unit", limits_listing=True)
    person = make_official(session, "PLW", agency=agency, name="Hidden Name")
    assert disclose(person, Viewer.FELLOW_PARTICIPANT, agency).name is None
    page = sign_in(make_focal_point(session, "PLW")).get(f"/people/{person.id}")
    assert "it is lifted on the agency's page" in page.main


def test_relay_address_must_be_an_address(session, sign_in) -> None:
    person = make_official(session, "PLW")
    client = sign_in(make_focal_point(session, "PLW"))
    page = client.get(f"/people/{person.id}")
    refused = client.submit(page, "Save the listing", {"relay_address": "desk"}, status=400)
    assert refused.error("relay_address").startswith("Write the address like")
    assert refused.value("relay_address") == "desk"


def test_who_looked_is_shown_to_the_person_and_the_own_focal_point_only(session, sign_in) -> None:
    person = make_official(session, "PLW", limits_own_listing=True)
    focal = make_focal_point(session, "PLW", name="Focal Name")
    secretariat = make_secretariat(session, name="Mele Secret")
    sign_in(secretariat).get(f"/people/{person.id}")
    shown = sign_in(focal).get(f"/people/{person.id}")
    assert "Who looked at this record" in shown.main
    assert "Focal Name" in sign_in(focal).get(f"/people/{person.id}").main
    assert "Mele Secret" not in shown.html
    own = sign_in(person).get("/profile").main
    assert "Who looked at this record" in own
    assert "Secretariat" in own
    assert "Focal Name" not in own
    assert "Who looked" not in sign_in(secretariat).get(f"/people/{person.id}").main


def test_who_looked_is_not_kept_on_the_page_of_anybody_else(session, sign_in) -> None:
    person = make_official(session, "PLW")
    page = sign_in(make_focal_point(session, "PLW")).get(f"/people/{person.id}")
    assert "Who looked at this record" not in page.main


def test_switches_say_who_set_them() -> None:
    assert Switches(True, False, True).sides == (Side.PERSON, Side.AGENCY)
    assert not Switches(False, False, False).is_limited


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("viewer", Viewer)
def test_columns_of_a_person_disclose_what_the_person_does(session, viewer, is_limited) -> None:
    agency = make_agency(session)
    person = make_official(
        session, name="Some Name", working_name="Delta", relay_address="relay@bekal.example",
        limits_own_listing=is_limited,
    )  # fmt: skip
    reads = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    facts = PersonFacts(*session.execute(reads.with_only_columns(*PERSON_COLUMNS)).one())
    of_agency = select(*AGENCY_COLUMNS).where(Agency.id == agency.id)
    agency_facts = AgencyFacts(*session.execute(of_agency).one())
    seen = disclose(facts, viewer, agency_facts, consented=EVERYTHING)
    assert seen == disclose(person, viewer, agency, consented=EVERYTHING)


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("viewer", Viewer)
def test_columns_of_a_line_disclose_what_the_person_does_of_them(
    session, viewer, is_limited
) -> None:
    agency = make_agency(session)
    person = make_official(
        session, name="Some Name", working_name="Delta", limits_own_listing=is_limited
    )
    reads = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    facts = NameFacts(*session.execute(reads.with_only_columns(*NAME_COLUMNS)).one())
    seen = disclose(facts, viewer, agency, consented=EVERYTHING, but=NOT_ON_A_LINE)
    assert seen == disclose(person, viewer, agency, consented=EVERYTHING, but=NOT_ON_A_LINE)


def test_field_that_a_line_did_not_read_is_never_made_up(session) -> None:
    person = make_official(session)
    reads = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    facts = NameFacts(*session.execute(reads.with_only_columns(*NAME_COLUMNS)).one())
    with pytest.raises(AttributeError):
        disclose(facts, Viewer.SECRETARIAT, None)


def test_list_without_addresses_shows_everything_else(session) -> None:
    person = make_official(session, name="Some Name", email="some@plw.example")
    rows = [(person, None, Viewer.SECRETARIAT)]
    (view,) = disclose_list(rows, but=frozenset({Field.EMAIL}))
    (whole,) = disclose_list(rows)
    assert whole.address == "some@plw.example"
    assert view == dataclasses.replace(whole, address=None)
