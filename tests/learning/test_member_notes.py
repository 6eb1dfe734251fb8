"""Notes of a member and its numbers to call: written by the focal point, read by its people."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.models import Helpline, MemberNote
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.guides.registry import read_registry
from tests.courses.small_course import write_small_course
from tests.factories import (
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)

SYSTEM = Actor.system("test")
KEY = "small-course"
EDITOR = f"/own/notes/{KEY}/asking/who-asks"
AUTHOR = "Your focal point says who asks."


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    content = tmp_path_factory.mktemp("content")
    return load_course(write_small_course(content)), content / "guides"


@pytest.fixture
def edition(session: Session, sources: tuple[Edition, Path]) -> Edition:
    found, guides = sources
    publish(session, SYSTEM, found, read_registry(guides)[0], now=clock.now())
    return found


@pytest.fixture
def focal(session, sign_in, edition):
    return sign_in(make_focal_point(session, "PLW"), second_factor=True)


def learner(session, sign_in, member: str = "PLW"):
    client = sign_in(make_official(session, member))
    client.post(f"/learning/{KEY}/begin")
    return client


def write(client, body: str, *, address: str = EDITOR, **fields):
    return client.submit(client.get(address), "Save the note", {"body": body, **fields})


def notes(session: Session) -> list[MemberNote]:
    return list(session.execute(select(MemberNote).order_by(MemberNote.id)).scalars())


def test_note_stands_on_the_lesson_in_place_of_the_authors_text(session, sign_in, focal) -> None:
    reader = learner(session, sign_in)
    assert AUTHOR in reader.get(f"/learning/{KEY}/asking").main
    assert "0 of 1 notes written" in focal.get("/own/notes").main
    page = write(focal, "The **Ministry** asks. Call 488 2511.")
    assert "People of Palau read it now" in page.text
    assert "1 of 1 notes written" in focal.get("/own/notes").main
    page = reader.get(f"/learning/{KEY}/asking")
    assert AUTHOR not in page.main
    assert "The Ministry asks. Call 488 2511." in page.main
    assert "In your jurisdiction: Palau" in page.main
    assert "Written by the focal point of Palau, checked on" in page.main
    assert "ask before you rely on it" not in page.main


def test_note_is_read_by_people_of_its_member_only(session, sign_in, focal) -> None:
    write(focal, "For Palau alone.")
    other = learner(session, sign_in, "FJI")
    page = other.get(f"/learning/{KEY}/asking")
    assert "For Palau alone." not in page.html
    assert AUTHOR in page.main


def test_focal_point_of_another_member_cannot_write_or_read_it(session, sign_in, focal) -> None:
    write(focal, "For Palau alone.")
    stranger = sign_in(make_focal_point(session, "FJI"), second_factor=True)
    for path in ("/own/notes", f"/own/notes/{KEY}", EDITOR, "/own/helplines"):
        stranger.get(f"{path}?member=PLW", status=404)
        assert "For Palau alone." not in stranger.get(path).html
    data = {"body": "Ours", "checked_on": "2026-01-01", "standing": "1"}
    stranger.post(f"{EDITOR}?member=PLW", data, status=404)
    stranger.post(f"{EDITOR}/end?member=PLW", status=404)
    assert [note.body for note in notes(session)] == ["For Palau alone."]


def test_official_and_focal_point_of_an_agency_write_no_notes(session, sign_in, edition) -> None:
    sign_in(make_official(session)).get("/own/notes", status=403)
    agency = make_agency(session, "PLW")
    person = make_official(session, "PLW")
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.AGENCY, str(agency.id))
    page = sign_in(person, second_factor=True).get("/own/notes", status=403)
    assert "kept by its national focal point" in page.text


def test_secretariat_writes_for_any_member(session, sign_in, edition) -> None:
    office = sign_in(make_secretariat(session), second_factor=True)
    page = office.get("/own/notes?member=FJI")
    assert page.h1 == "Notes of Fiji"
    write(office, "In Fiji the police ask.", address=f"{EDITOR}?member=FJI")
    reader = learner(session, sign_in, "FJI")
    assert "In Fiji the police ask." in reader.get(f"/learning/{KEY}/asking").main


def test_preview_shows_the_note_and_keeps_nothing(session, focal) -> None:
    page = focal.submit(focal.get(EDITOR), "Look at it first", {"body": "A *first* try."})
    assert "So people will read it" in page.main
    assert page.soup.find("em").text == "first"
    assert page.value("body").strip() == "A *first* try."
    assert notes(session) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<script>alert(1)</script>", "HTML cannot stand here"),
        ("Call <b>now</b>", "HTML cannot stand here"),
        ("## A heading", "Headings, tables and rules do not fit"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "Headings, tables and rules do not fit"),
        ("::: caution\nx\n:::", "Call-outs are for authors"),
        ("[here](javascript:alert(1))", None),
        ("[here](http://law.example)", "A link begins with https://"),
        ("![x](https://law.example/x.png)", "Pictures"),
        ("   ", "Write the note"),
        ("x" * 2001, "at most 2000 characters"),
    ],
)
def test_note_that_is_no_plain_text_is_refused_with_a_sentence_or_shown_harmless(
    focal, body, words
) -> None:
    if words is None:
        page = write(focal, body)
        assert not page.soup.select("a[href^=javascript]")
        return
    page = focal.submit(focal.get(EDITOR), "Save the note", {"body": body}, status=400)
    assert words in page.error("body")
    assert not page.soup.select("main script")


def test_day_of_checking_is_past_or_today(focal) -> None:
    page = focal.get(EDITOR)
    later = (clock.now() + datetime.timedelta(days=3)).date().isoformat()
    refused = focal.submit(page, "Save the note", {"body": "x", "checked_on": later}, status=400)
    assert refused.error("checked_on") == "Write a day that is past, or today."
    refused = focal.submit(page, "Save the note", {"body": "x", "checked_on": "soon"}, status=400)
    assert refused.error("checked_on") == "Write the day like this: 2026-11-22"


def test_second_of_two_writers_is_told_and_both_texts_are_kept(session, sign_in, focal) -> None:
    other = sign_in(make_focal_point(session, "PLW"), second_factor=True)
    page = other.get(EDITOR)
    write(focal, "The first text.")
    refused = other.submit(page, "Save the note", {"body": "The second text."}, status=400)
    assert "Somebody saved another text while you wrote" in refused.error("body")
    assert "The first text." in refused.main
    assert refused.value("body").strip() == "The second text."
    other.submit(refused, "Save the note")
    assert [(n.number, n.body, n.ended_at is None) for n in notes(session)] == [
        (1, "The first text.", False),
        (2, "The second text.", True),
    ]
    assert "The first text." in other.get(EDITOR).main


def test_note_taken_away_gives_the_authors_text_back_and_keeps_its_versions(
    session, sign_in, focal
) -> None:
    write(focal, "A note.")
    focal.submit(focal.get(EDITOR), "Take it away")
    assert AUTHOR in learner(session, sign_in).get(f"/learning/{KEY}/asking").main
    assert "A note." in focal.get(EDITOR).main
    write(focal, "A better note.")
    assert [note.number for note in notes(session)] == [1, 2]


def test_note_in_the_readers_language_comes_before_the_one_in_the_courses(
    session, sign_in, focal
) -> None:
    write(focal, "In English.")
    write(focal, "Dalam bahasa Indonesia.", address=f"{EDITOR}?language_of_note=id")
    reader = learner(session, sign_in)
    assert "In English." in reader.get(f"/learning/{KEY}/asking").main
    page = reader.get(f"/learning/{KEY}/asking?language=id", follow=True)
    assert "Dalam bahasa Indonesia." in page.main


def test_note_older_than_a_year_is_shown_with_a_warning_to_reader_and_focal_point(
    session, sign_in, focal
) -> None:
    old = (clock.now() - datetime.timedelta(days=366)).date().isoformat()
    write(focal, "An old note.", checked_on=old)
    page = learner(session, sign_in).get(f"/learning/{KEY}/asking")
    assert "more than a year ago: ask before you rely on it" in page.main
    assert "1 not checked for a year" in focal.get("/own/notes").main
    assert "Nobody has checked this note for a year" in focal.get(EDITOR).main


def test_note_stays_when_the_course_has_a_new_edition_and_is_in_no_digest(
    session, sign_in, focal, sources, edition
) -> None:
    write(focal, "It stays.")
    tree = json.loads(edition.to_json())
    tree["course"]["summary"] = "It is smaller."
    newer = Edition.model_validate_json(json.dumps(tree))
    publish(session, SYSTEM, newer, read_registry(sources[1])[0], now=clock.now())
    assert "It stays." in learner(session, sign_in).get(f"/learning/{KEY}/asking").main
    assert "It stays." not in newer.canonical_json()


def test_lighter_version_of_a_page_borrows_its_note(session, sign_in, sources, focal) -> None:
    edition, guides = sources
    tree = json.loads(edition.to_json())
    lighter = next(a for a in tree["activities"] if a["key"] == "asking-lighter")
    lighter["body"] += "\n\n::: jurisdiction who-asks\nAsk your focal point.\n:::\n"
    changed = Edition.model_validate_json(json.dumps(tree))
    publish(session, SYSTEM, changed, read_registry(guides)[0], now=clock.now())
    assert "0 of 1 notes written" in focal.get("/own/notes").main
    write(focal, "One note for both.")
    reader = learner(session, sign_in)
    assert "One note for both." in reader.get(f"/learning/{KEY}/asking-lighter").main


def test_place_or_course_that_is_not_there_is_not_found(focal) -> None:
    focal.get("/own/notes/nothing", status=404)
    focal.get(f"/own/notes/{KEY}/asking/nothing", status=404)
    focal.get(f"/own/notes/{KEY}/check/who-asks", status=404)


# Numbers to call

SERVICE = {
    "name": "Palau crisis line",
    "number": "+680 488 2511",
    "hours": "Day and night",
    "languages": ["pau", "en"],
    "is_free": "y",
}


def add(client, **fields):
    page = client.get("/own/helplines/add")
    return client.submit(page, "Save", {**SERVICE, **fields})


def test_number_stands_on_wellbeing_and_pause_of_its_member_only(session, sign_in, focal) -> None:
    add(focal)
    reader, other = learner(session, sign_in), learner(session, sign_in, "FJI")
    for path in (f"/learning/{KEY}/wellbeing", f"/learning/{KEY}/pause?at=asking"):
        page = reader.get(path)
        assert "Palau crisis line" in page.main
        assert "Free of charge." in page.main
        assert page.soup.find("a", href="tel:+6804882511")
        assert "Palau crisis line" not in other.get(path).html


def test_pause_leads_back_to_where_one_was(session, sign_in, edition) -> None:
    reader = learner(session, sign_in)
    lesson = reader.get(f"/learning/{KEY}/asking")
    page = reader.get(lesson.links("Pause")[0])
    assert page.h1 == "Your place is kept"
    assert page.links("Carry on with “Asking”") == [f"/learning/{KEY}/asking"]
    page = reader.get(f"/learning/{KEY}/pause?at=//evil.example")
    assert page.links("Carry on with “Asking”") == [f"/learning/{KEY}/asking"]


def test_number_is_changed_and_taken_off_and_its_history_kept(session, focal) -> None:
    add(focal)
    page = focal.get(focal.get("/own/helplines").links("Palau crisis line")[0])
    assert page.value("number") == "+680 488 2511"
    focal.submit(page, "Save", {"number": "112"})
    old = focal.submit(page, "Save", {"number": "113"}, status=404)
    assert "may have been changed" in old.text
    focal.submit(focal.get("/own/helplines"), "Take it off Palau crisis line")
    assert "No number yet" in focal.get("/own/helplines").main
    rows = list(session.execute(select(Helpline).order_by(Helpline.id)).scalars())
    assert [(row.number, row.ended_at is not None) for row in rows] == [
        ("+680 488 2511", True),
        ("112", True),
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "call us", "Write the number as it is dialled"),
        ("number", "112;ext=1", "Write the number as it is dialled"),
        ("name", "", "Write the name of the service."),
        ("hours", "", "Write when somebody answers."),
        ("languages", [], "Choose one language or more."),
        ("languages", ["xx"], "not a valid choice"),
    ],
)
def test_number_that_cannot_be_called_is_refused(focal, field, value, words) -> None:
    page = focal.get("/own/helplines/add")
    refused = focal.submit(page, "Save", {**SERVICE, field: value}, status=400)
    assert words in refused.main


def test_number_of_another_member_is_not_found(session, sign_in, focal) -> None:
    add(focal)
    (row,) = session.execute(select(Helpline)).scalars()
    stranger = sign_in(make_focal_point(session, "FJI"), second_factor=True)
    stranger.get(f"/own/helplines/{row.id}", status=404)
    stranger.post(f"/own/helplines/{row.id}/end", status=404)
    stranger.post(f"/own/helplines/{row.id}", {**SERVICE, "checked_on": "2026-01-01"}, status=404)
    stranger.post("/own/helplines/add?member=PLW", SERVICE, status=404)
    assert row.ended_at is None


def test_number_not_tried_for_a_year_is_shown_with_a_warning(session, sign_in, focal) -> None:
    add(focal)
    reader = learner(session, sign_in)
    assert "It may be out of date" not in reader.get(f"/learning/{KEY}/wellbeing").main
    row = session.execute(select(Helpline)).scalar_one()
    row.checked_on = (clock.now() - datetime.timedelta(days=400)).date()
    session.flush()
    assert "It may be out of date" in reader.get(f"/learning/{KEY}/wellbeing").main
    assert "Not checked for a year" in focal.get("/own/helplines").main
