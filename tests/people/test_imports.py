"""Imports through the pages: preview, decision, writing, what is shown and what is not."""

from __future__ import annotations

from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.core.actor import Actor, ScopeKind
from lms.core.outbox.models import OutboxMessage
from lms.people.models import Affiliation, Agency, ImportRun, Person, PersonToken
from lms.people.models.persons import PersonState, Sex
from lms.people.models.roles import FocalKind
from tests.factories import (
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.imports import (
    bring_in,
    csv_of,
    import_button,
    numbers,
    people_rows,
    preview,
    upload,
    work,
)

EVERYBODY = Actor.system("test")


def people(session, **values):
    """All people with these values, by address."""
    statement = scoped(Person, EVERYBODY, Reach.ALL_MEMBERS).filter_by(**values)
    return list(session.execute(statement.order_by(Person.email)).scalars())


def person_of(session, email):
    found = people(session, email=email)
    assert len(found) == 1, f"{email}: {len(found)} people"
    return found[0]


def test_nothing_is_written_before_the_button_is_pressed(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(people_rows(3)))
    assert numbers(page)["new people"] == "3"
    assert import_button(page) == "Import 3 people"
    assert len(people(session)) == 1
    assert session.execute(select(OutboxMessage)).first() is None


def test_pressing_the_button_imports_invites_and_affiliates(session, sign_in):
    make_agency(session, "PLW", "Division of Labor")
    client = sign_in(make_focal_point(session))
    page = bring_in(
        client, csv_of(people_rows(3, agency="division of  LABOR", post="Inspector", sex="F"))
    )
    assert numbers(page)["new people"] == "3"
    person = person_of(session, "person2@plw.example")
    assert (person.state, person.member_code) == (PersonState.INVITED, "PLW")
    assert (person.post, person.sex) == ("Inspector", Sex.WOMAN)
    agency = session.get(Agency, person.agency_id)
    assert agency is not None
    assert agency.name == "Division of Labor"
    affiliations = session.execute(
        scoped(Affiliation, EVERYBODY, Reach.ALL_MEMBERS).where(Affiliation.person_id == person.id)
    ).scalars()
    assert [(each.agency_id, each.post) for each in affiliations] == [(agency.id, "Inspector")]
    mails = session.execute(select(OutboxMessage)).scalars().all()
    assert sorted(mail.address for mail in mails) == [
        "person1@plw.example", "person2@plw.example", "person3@plw.example",
    ]  # fmt: skip


def test_rows_with_problems_are_named_by_row_and_column_and_left_out_only_by_the_words(
    session, sign_in
):
    rows = people_rows(4)
    rows[1]["email"] = "no address"
    rows[2]["name"] = ""
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(rows))
    table = next(table for table in page.tables() if "What to mend" in table[0])
    assert table[1][0] == "3 E-mail"
    assert "“no address” is not an e-mail address" in table[1][1]
    assert table[2] == ["4 Name", "The name is missing."]
    assert import_button(page) == "Import 2 people, leave 2 out"
    client.submit(page, import_button(page))
    work(client.app)
    assert len(people(session, state=PersonState.INVITED)) == 2


def test_both_rows_of_one_address_are_named(session, sign_in):
    rows = people_rows(3)
    rows[2]["email"] = "PERSON1@plw.example"
    page = preview(sign_in(make_focal_point(session)), csv_of(rows))
    table = next(table for table in page.tables() if "What to mend" in table[0])
    assert table[1] == ["2 E-mail", "The same e-mail address stands in row 4 as well."]
    assert table[2] == ["4 E-mail", "The same e-mail address stands in row 2 as well."]


def test_a_change_is_shown_field_by_field_before_it_is_made(session, sign_in):
    focal_point = make_focal_point(session)
    official = make_official(session, name="Ann Old", email="ann@plw.example", post="Officer")
    client = sign_in(focal_point)
    row = {"email": "ann@plw.example", "name": "Ann New", "post": "Chief", "sector": ""}
    page = preview(client, csv_of([row]))
    assert numbers(page)["people changed"] == "1"
    table = next(table for table in page.tables() if "What changes" in table[0])
    assert table[1] == [
        "2 Ann New",
        "Name: “Ann Old” becomes “Ann New” Post: “Officer” becomes “Chief”",
    ]
    client.submit(page, "Import 1 person")
    work(client.app)
    session.refresh(official)
    assert (official.name, official.post, official.sort_name) == ("Ann New", "Chief", "ann new")
    assert official.state is PersonState.ACTIVE
    stretches = session.execute(
        scoped(Affiliation, EVERYBODY, Reach.ALL_MEMBERS)
        .where(Affiliation.person_id == official.id)
        .order_by(Affiliation.id)
    ).scalars()
    assert [(each.post, each.ended_on is None) for each in stretches] == [
        ("Officer", False), ("Chief", True),
    ]  # fmt: skip


def test_what_people_said_of_themselves_is_not_overruled(session, sign_in):
    make_official(session, email="ann@plw.example", name="Ann", sex=Sex.WOMAN, languages=["pau"])
    row = {"email": "ann@plw.example", "name": "Ann", "sex": "man", "languages": "en"}
    page = preview(sign_in(make_focal_point(session)), csv_of([row]))
    assert numbers(page)["people already as the file says"] == "1"


def test_a_file_sets_limited_listing_and_never_lifts_it(session, sign_in):
    free = make_official(session, email="ann@plw.example", name="Ann")
    limited = make_official(session, email="bob@plw.example", name="Bob", limited_by_agency=True)
    rows = [
        {"email": "ann@plw.example", "name": "Ann", "limited listing": "yes"},
        {"email": "bob@plw.example", "name": "Bob", "limited listing": "no"},
    ]
    bring_in(sign_in(make_focal_point(session)), csv_of(rows))
    session.refresh(free)
    session.refresh(limited)
    assert free.limited_by_agency
    assert limited.limited_by_agency


def test_members_are_found_by_their_aliases(session, sign_in):
    client = sign_in(make_secretariat(session))
    rows = [
        {"email": "a@x.example", "name": "A", "Country": "Laos"},
        {"email": "b@x.example", "name": "B", "Country": "vietnam"},
        {"email": "c@x.example", "name": "C", "Country": "Viet Nam"},
        {"email": "d@x.example", "name": "D", "Country": "Hong Kong"},
        {"email": "e@x.example", "name": "E", "Country": "Atlantis"},
    ]
    page = preview(client, csv_of(rows), scope="all")
    assert "There is no member called “Atlantis”." in page.main
    client.submit(page, "Import 4 people, leave 1 out")
    work(client.app)
    codes = [person.member_code for person in people(session, state=PersonState.INVITED)]
    assert codes == ["LAO", "VNM", "VNM", "HKG"]


def test_a_focal_point_imports_for_the_own_member_only(session, sign_in):
    client = sign_in(make_focal_point(session))
    rows = [{"email": "a@fj.example", "name": "A", "member": "Fiji"}]
    page = preview(client, csv_of(rows))
    assert "This import is for Palau. Leave other members' people to them." in page.main
    refused = upload(client, csv_of(people_rows(1)), scope="FJI")
    work(client.app)
    run = (
        session.execute(
            scoped(ImportRun, EVERYBODY, Reach.ALL_MEMBERS).order_by(ImportRun.id.desc())
        )
        .scalars()
        .first()
    )
    assert run.member_code == "PLW"
    assert refused.path == f"/imports/{run.id}"


def test_another_members_import_does_not_exist(session, sign_in):
    page = preview(sign_in(make_focal_point(session)), csv_of(people_rows(1)))
    other = sign_in(make_focal_point(session, "FJI"))
    for path in ("", "/problems", "/problems.csv", "/changes", "/undo", "/progress"):
        assert other.raw("GET", page.path + path).status_code == 404
    for step in ("/write", "/drop", "/invitations", "/undo", "/read-again"):
        other.post(page.path + step, {}, status=404)
    assert "people.csv" not in other.get("/imports").main


def test_the_run_of_the_secretariat_over_all_members_is_for_the_secretariat_alone(session, sign_in):
    rows = [{"email": "a@x.example", "name": "A", "member": "Fiji"}]
    page = preview(sign_in(make_secretariat(session)), csv_of(rows), scope="all")
    office = make_agency(session, "RSO", "Regional Support Office")
    of_office = make_focal_point(session, "RSO", agency=office)
    assert sign_in(of_office).raw("GET", page.path).status_code == 404


def test_a_name_that_is_markup_stays_a_name(session, sign_in):
    make_official(session, email="ann@plw.example", name="Ann")
    row = {"email": "ann@plw.example", "name": "<b>x</b><script>alert(1)</script>"}
    page = preview(sign_in(make_focal_point(session)), csv_of([row]))
    assert "“<b>x</b><script>alert(1)</script>”" in page.main
    assert not [tag for tag in page.soup.find_all("script") if not tag.get("src")]


def test_an_official_may_not_import(session, sign_in):
    client = sign_in(make_official(session))
    assert client.raw("GET", "/imports").status_code == 403
    assert client.raw("GET", "/imports/new").status_code == 403


def test_a_focal_point_of_an_agency_imports_into_that_agency_only(session, sign_in):
    own = make_agency(session, "PLW", "Coast Guard")
    make_agency(session, "PLW", "Police")
    focal_point = make_official(session, agency=own)
    give_role(
        session,
        focal_point,
        Role.FOCAL_POINT,
        ScopeKind.AGENCY,
        str(own.id),
        focal_kind=FocalKind.AGENCY,
    )
    client = sign_in(focal_point)
    rows = people_rows(3)
    for row, agency in zip(rows, ("", "Police", "Harbour Watch"), strict=True):
        row["agency"] = agency
    page = preview(client, csv_of(rows))
    assert page.main.count("You import people of Coast Guard only.") == 2
    client.submit(page, "Import 1 person, leave 2 out")
    work(client.app)
    assert person_of(session, "person1@plw.example").agency_id == own.id


def test_unknown_agencies_are_announced_then_added_with_the_type_other(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(people_rows(2, agency="Bureau of Tides")))
    assert "1 agency will be added" in page.main
    assert "Bureau of Tides" in page.main
    assert (
        session.execute(select(Agency).where(Agency.folded_name == "bureau of tides")).first()
        is None
    )
    client.submit(page, "Import 2 people")
    work(client.app)
    agency = session.execute(
        select(Agency).where(Agency.folded_name == "bureau of tides")
    ).scalar_one()
    assert (agency.member_code, agency.type.value) == ("PLW", "other")
    assert person_of(session, "person1@plw.example").agency_id == agency.id


def test_invitations_can_wait_until_the_button_for_them_is_pressed(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = bring_in(client, csv_of(people_rows(3)), invitations="later")
    assert session.execute(select(OutboxMessage)).first() is None
    client.submit(page, "Send the invitations")
    work(client.app)
    assert len(session.execute(select(OutboxMessage)).scalars().all()) == 3
    page = client.get(page.path)
    assert "Invitations are on their way." in page.main


def test_the_button_is_void_when_the_file_was_read_anew_meanwhile(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(people_rows(2)))
    answer = client.submit(page, "Import 2 people", {"new": "3"}, status=409)
    assert "moved on meanwhile" in answer.main
    assert len(people(session)) == 1


def test_pressing_the_button_twice_imports_once(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(people_rows(2)))
    client.submit(page, "Import 2 people")
    client.submit(page, "Import 2 people", status=409)
    work(client.app)
    assert len(people(session, state=PersonState.INVITED)) == 2


def test_the_same_file_once_more_changes_nothing(session, sign_in):
    client = sign_in(make_focal_point(session))
    content = csv_of(people_rows(3, post="Officer", languages="Palauan; English"))
    bring_in(client, content)
    page = preview(client, content)
    assert numbers(page) == {
        "new people": "0",
        "people changed": "0",
        "people already as the file says": "3",
        "rows with problems": "0",
    }


def test_a_dropped_import_writes_nothing_and_cannot_be_written(session, sign_in):
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of(people_rows(2)))
    client.submit(page, "Drop this import")
    client.submit(page, "Import 2 people", status=409)
    assert len(people(session)) == 1


def test_a_wrong_guess_of_the_encoding_is_seen_and_changed(session, sign_in):
    client = sign_in(make_focal_point(session, "MNG"))
    content = "email;name\na@mn.example;Батбаяр\n".encode("cp1251")
    page = preview(client, content)
    run_path = page.path
    client.submit(page, "Read the file again", {"encoding": "cp1252", "delimiter": ""})
    work(client.app)
    page = client.get(run_path)
    assert "Áàòáàÿð" in page.main
    client.submit(page, "Read the file again", {"encoding": "cp1251", "delimiter": ""})
    work(client.app)
    page = client.get(run_path)
    assert "Батбаяр" in page.main
    client.submit(page, "Import 1 person")
    work(client.app)
    assert person_of(session, "a@mn.example").name == "Батбаяр"


def test_a_row_that_somebody_changed_since_the_preview_is_left_out(session, sign_in):
    client = sign_in(make_focal_point(session))
    official = make_official(session, email="ann@plw.example", name="Ann", post="Officer")
    page = preview(client, csv_of([{"email": "ann@plw.example", "name": "Ann", "post": "Chief"}]))
    official.post = "Captain"
    session.commit()
    client.submit(page, "Import 1 person")
    work(client.app)
    page = client.get(page.path)
    assert "Left out while writing" in page.main
    session.refresh(official)
    assert official.post == "Captain"


def test_who_lost_the_role_writes_nothing(session, sign_in):
    focal_point = make_focal_point(session)
    client = sign_in(focal_point)
    page = preview(client, csv_of(people_rows(2)))
    client.submit(page, "Import 2 people")
    focal_point.state = PersonState.SUSPENDED
    session.commit()
    work(client.app)
    assert people(session, state=PersonState.INVITED) == []


def test_tokens_are_as_many_as_people(session, sign_in):
    bring_in(sign_in(make_focal_point(session)), csv_of(people_rows(5)))
    tokens = session.execute(scoped(PersonToken, EVERYBODY, Reach.ALL_MEMBERS)).scalars().all()
    assert len({token.person_id for token in tokens}) == 5
