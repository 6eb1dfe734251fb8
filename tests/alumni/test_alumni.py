"""The alumni record: an invitation, consent by field, and what is taken back is gone."""

from __future__ import annotations

import pytest

from lms.access.disclosure import Field, Viewer
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.alumni.models import AlumniConsent, AlumniRecord
from lms.alumni.queries import consented_fields
from lms.alumni.rules import CONSENT_VERSION, AlumniField, AlumniState
from lms.people.models import Agency
from lms.people.queries.disclosed import disclose
from tests.factories import give_role, make_official
from tests.support.certified import SYSTEM, complete, publish_page


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


def records(session):
    session.expire_all()
    return list(session.execute(scoped(AlumniRecord, SYSTEM, Reach.ALL_MEMBERS)).scalars())


def consents(session):
    statement = scoped(AlumniConsent, SYSTEM, Reach.ALL_MEMBERS).order_by(AlumniConsent.id)
    return list(session.execute(statement).scalars())


def seen_by_alumni(session, person):
    session.expire_all()
    opened = consented_fields(session, SYSTEM, Reach.ALL_MEMBERS, [person.id])[person.id]
    agency = session.get(Agency, person.agency_id)
    return disclose(person, Viewer.ALUMNI, agency, consented=opened)


def test_first_completion_makes_an_invitation_that_shows_nothing(session, sign_in, course) -> None:
    person = make_official(session, "PLW")
    complete(session, person, course)
    (record,) = records(session)
    assert (record.state, record.member_code) == (AlumniState.INVITED, "PLW")
    assert consented_fields(session, SYSTEM, Reach.ALL_MEMBERS, [person.id]) == {
        person.id: frozenset()
    }
    client = sign_in(person)
    assert "You are invited to the alumni." in client.get("/notices").main
    page = client.get("/alumni/mine")
    assert page.soup.find_all("input", checked=True) == []


def test_a_second_completion_makes_no_second_record(session, course, tmp_path) -> None:
    person = make_official(session)
    complete(session, person, course)
    complete(session, person, course)
    assert len(records(session)) == 1


def test_each_field_is_opened_by_itself_with_the_version_of_the_text(
    session, sign_in, course
) -> None:
    person = make_official(session, name="Temengil Rengulbai")
    complete(session, person, course)
    client = sign_in(person)
    page = client.submit(client.get("/alumni/mine"), "Take part", {"fields": ["name", "member"]})
    assert "Taking part" in page.main
    view = seen_by_alumni(session, person)
    assert (view.name, view.member_code) == ("Temengil Rengulbai", "PLW")
    assert (view.post, view.agency_name, view.languages) == (None, None, None)
    assert {each.version for each in consents(session)} == {CONSENT_VERSION}
    assert len(consents(session)) == len(AlumniField)
    client.submit(page, "Save", {"fields": ["name", "post"]})
    assert len(consents(session)) == len(AlumniField) + 2
    view = seen_by_alumni(session, person)
    assert (view.member_code, view.post) == (None, "Officer")


def test_contact_opens_the_relay_and_never_the_address(session, sign_in, course) -> None:
    person = make_official(session, email="secret@plw.example")
    complete(session, person, course)
    client = sign_in(person)
    every = [field.value for field in AlumniField]
    client.submit(client.get("/alumni/mine"), "Take part", {"fields": every})
    assert seen_by_alumni(session, person).address != "secret@plw.example"


def test_what_is_taken_back_is_gone_at_once(session, sign_in, course) -> None:
    person = make_official(session)
    complete(session, person, course)
    client = sign_in(person)
    every = [field.value for field in AlumniField]
    page = client.submit(client.get("/alumni/mine"), "Take part", {"fields": every})
    assert (
        Field.NAME in consented_fields(session, SYSTEM, Reach.ALL_MEMBERS, [person.id])[person.id]
    )
    page = client.submit(page, "Withdraw from the alumni")
    assert (
        consented_fields(session, SYSTEM, Reach.ALL_MEMBERS, [person.id])[person.id] == frozenset()
    )
    assert records(session)[0].state is AlumniState.WITHDRAWN
    # Coming back begins with nothing ticked: an old yes is no new yes.
    assert page.soup.find_all("input", checked=True) == []
    client.submit(page, "Take part", {"fields": []})
    assert (
        consented_fields(session, SYSTEM, Reach.ALL_MEMBERS, [person.id])[person.id] == frozenset()
    )


def test_declining_shows_nothing_and_can_be_changed(session, sign_in, course) -> None:
    person = make_official(session)
    complete(session, person, course)
    client = sign_in(person)
    page = client.submit(client.get("/alumni/mine"), "I do not want to take part")
    assert records(session)[0].state is AlumniState.DECLINED
    client.post("/alumni/mine/withdraw", status=409)
    client.submit(page, "Take part", {"fields": ["name"]})
    assert records(session)[0].state is AlumniState.ACCEPTED


def test_who_has_completed_nothing_has_no_record(session, sign_in) -> None:
    client = sign_in(make_official(session))
    assert "You are not one of the alumni yet" in client.get("/alumni/mine").main
    client.post("/alumni/mine/accept", {"fields": ["name"]}, status=404)


def test_secretariat_counts_persons_by_member_and_by_course(session, sign_in, course) -> None:
    people = [make_official(session, member) for member in ("PLW", "PLW", "FJI")]
    for person in people:
        complete(session, person, course)
    complete(session, people[0], course)
    own = sign_in(people[0])
    own.submit(own.get("/alumni/mine"), "Take part", {"fields": ["name"]})
    office = make_official(session, "RSO")
    give_role(session, office, Role.SECRETARIAT)
    client = sign_in(office, second_factor=True)
    by_member, by_course = client.get("/alumni").tables()
    assert by_member[1:] == [["Fiji", "1", "0"], ["Palau", "2", "1"]]
    assert by_course[1:] == [["A small course", "3", "1"]]
    said = client.raw("GET", "/alumni/export.csv?by=member").data.decode("utf-8-sig")
    assert "Palau,2,1" in said
    sign_in(people[2]).get("/alumni", status=403)
