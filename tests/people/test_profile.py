"""The own profile: names in any script, checked when saved; what else a person changes."""

from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.access.disclosure import FIELD_NAMES, Field, Shown, Viewer, shown
from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInputError
from lms.people.models import Affiliation, Person
from lms.people.models.persons import Sex
from lms.people.rules.names import clean_name, search_text, sort_name
from lms.people.rules.time_zones import offset_words, zone_names, zones_by_region
from tests.factories import make_focal_point, make_official

SYSTEM = Actor.system("test")


def _reload(session, person: Person) -> Person:
    session.expire_all()
    statement = scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.id == person.id)
    return session.execute(statement).scalar_one()


@pytest.mark.parametrize(
    "name",
    [
        "សុខ ដារ៉ា",
        "Nguyễn Thị Hạnh",
        "محمد بن سلمان",
        "ކުރީގެ",
        "ශ්‍රීමති කුමාරි",
        "དཀར་མོ",
        "O’Connor-Smith 3rd, Jr.",
        "李",
        "X",
    ],
)
def test_name_of_any_script_is_kept_as_it_is(session, sign_in, name) -> None:
    person = make_official(session)
    client = sign_in(person)
    client.submit(client.get("/profile"), "Save my profile", {"name": name})
    found = _reload(session, person)
    assert found.name == unicodedata.normalize("NFC", name)
    assert clean_name(found.name) == found.name


def test_profile_is_saved_with_all_its_parts(session, sign_in) -> None:
    person = make_official(session, "PLW", post="Officer")
    client = sign_in(person)
    page = client.get("/profile")
    done = client.submit(
        page,
        "Save my profile",
        {
            "name": "Sok Dara",
            "own_script_name": "សុខ ដារ៉ា",
            "own_script_language": "km",
            "list_name": "Dara, Sok",
            "post": "Inspector",
            "sex": "woman",
            "languages-0": "km",
            "languages-1": "en",
            "languages-2": "km",
            "time_zone": "Asia/Phnom_Penh",
        },
    )
    assert "Your profile is saved." in done.main
    found = _reload(session, person)
    assert (found.name, found.own_script_name, found.own_script_language) == (
        "Sok Dara",
        "សុខ ដារ៉ា",
        "km",
    )
    assert (found.sort_name, found.sex, found.time_zone) == (
        "dara, sok",
        Sex.WOMAN,
        "Asia/Phnom_Penh",
    )
    assert found.languages == ["km", "en"]
    assert "សុខ" in found.search_text
    stretches = session.execute(
        scoped(Affiliation, SYSTEM, Reach.ALL_MEMBERS)
        .where(Affiliation.person_id == person.id)
        .order_by(Affiliation.id)
    ).scalars()
    assert [each.post for each in stretches] == ["Officer", "Inspector"]


@pytest.mark.parametrize(
    ("name", "code"), [("Da\x07ra", "U+0007"), ("Dara\uf8ff", "U+F8FF"), ("Dara\u0378", "U+0378")]
)
def test_character_that_cannot_be_printed_is_named_and_nothing_typed_is_lost(
    session, sign_in, name, code
) -> None:
    person = make_official(session, name="Before", post="Officer")
    client = sign_in(person)
    page = client.get("/profile")
    typed = {"own_script_name": name, "post": "Inspector"}
    refused = client.submit(page, "Save my profile", typed, status=400)
    assert code in refused.error("own_script_name")
    assert refused.value("post") == "Inspector"
    assert _reload(session, person).post == "Officer"


def test_name_may_not_be_empty(session, sign_in) -> None:
    client = sign_in(make_official(session))
    refused = client.submit(client.get("/profile"), "Save my profile", {"name": " "}, status=400)
    assert "certificates" in refused.error("name")


def test_agency_and_member_cannot_be_changed_by_the_person(session, sign_in) -> None:
    person = make_official(session, "PLW")
    client = sign_in(person)
    page = client.get("/profile")
    extra = {"agency_id": "999", "member_code": "FJI", "state": "left", "email": "x@y.example"}
    client.submit(page, "Save my profile", {"name": "New Name", **extra})
    found = _reload(session, person)
    assert (found.member_code, found.agency_id) == ("PLW", person.agency_id)
    assert found.email != "x@y.example"


def test_profile_says_who_sees_what_after_the_disclosure_table(session, sign_in) -> None:
    page = sign_in(make_official(session)).get("/profile")
    [table] = page.tables()
    lines = {name: row[1:] for row in table[1:] for name in row[0].split("; ")}
    for field in Field:
        others = [shown(field, viewer) for viewer in Viewer if viewer is not Viewer.SELF]
        assert (FIELD_NAMES[field] in lines) == any(cell is not Shown.NO for cell in others)
    assert lines["Scores"][0] == "Passed or not, no score"


def test_saving_nothing_new_is_not_audited(session, sign_in) -> None:
    person = make_official(session, time_zone="Asia/Bangkok")
    client = sign_in(person)
    client.submit(client.get("/profile"), "Save my profile")
    assert _reload(session, person).time_zone == "Asia/Bangkok"


def test_time_zone_that_is_not_usual_stays(session, sign_in) -> None:
    person = make_official(session, time_zone="Asia/Calcutta")
    client = sign_in(person)
    client.submit(client.get("/profile"), "Save my profile")
    assert _reload(session, person).time_zone == "Asia/Calcutta"


def test_focal_point_finds_the_person_by_the_new_name(session, sign_in) -> None:
    person = make_official(session, "PLW", name="Before")
    client = sign_in(person)
    client.submit(client.get("/profile"), "Save my profile", {"own_script_name": "Бат-Эрдэнэ"})
    found = sign_in(make_focal_point(session, "PLW")).get("/people?words=ЭРДЭНЭ")
    assert "Before" in found.main


@given(st.text(max_size=40))
def test_clean_names_are_clean_and_stay_the_same(typed: str) -> None:
    try:
        name = clean_name(typed)
    except BadInputError:
        return
    assert clean_name(name) == name
    assert not {unicodedata.category(each) for each in name} & {"Cc", "Cs", "Co", "Cn"}
    assert name == name.strip()


def test_names_sort_by_the_form_for_lists() -> None:
    assert sort_name("Ŧoa  B", "") == sort_name("ŧOA b", "")
    assert sort_name("Sok Dara", "Dara, Sok") == "dara, sok"
    assert search_text("A", "", "A", "a@b.example") == "a\na@b.example"


def test_time_zones_have_their_offset_and_no_old_spelling() -> None:
    now = clock.now()
    shown_zones = [name for _region, zones in zones_by_region(now) for name, _words in zones]
    assert len(shown_zones) == len(set(shown_zones)) == len(zone_names()) - 1
    assert "Asia/Kathmandu" in shown_zones
    assert "Asia/Katmandu" not in shown_zones
    july = datetime.datetime(2026, 7, 1, tzinfo=datetime.UTC)
    assert offset_words("Asia/Kathmandu", july) == "UTC+05:45"
    assert offset_words("Pacific/Marquesas", july) == "UTC-09:30"
