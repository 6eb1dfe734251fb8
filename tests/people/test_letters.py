"""A name is never refused for a letter that cannot be printed; who saves it is told."""

from __future__ import annotations

from lms.people.models import Person
from tests.factories import make_focal_point, make_official
from tests.support.imports import csv_of, numbers, preview

KHITAN = "\U00018b00"
TOLD = f"This letter cannot be printed on a certificate yet: {KHITAN} (U+18B00)."


def test_a_profile_is_saved_and_the_letter_named(session, sign_in) -> None:
    person = make_official(session, "CHN")
    client = sign_in(person)
    done = client.submit(
        client.get("/profile"), "Save my profile", {"own_script_name": f"{KHITAN}王"}
    )
    assert "Your profile is saved." in done.main
    assert TOLD in done.main
    assert "王 (U+" not in done.main
    session.expire_all()
    assert session.get_one(Person, person.id).own_script_name == f"{KHITAN}王"


def test_a_name_in_any_script_of_the_members_is_saved_without_a_word(session, sign_in) -> None:
    client = sign_in(make_official(session, "KHM"))
    done = client.submit(
        client.get("/profile"), "Save my profile", {"own_script_name": "សុខ ចាន់ស្រីមុំ"}
    )
    assert "cannot be printed" not in done.main


def test_the_preview_of_an_import_names_the_letters_and_counts_no_problem(session, sign_in) -> None:
    client = sign_in(make_focal_point(session))
    rows = [
        {"email": "a@plw.example", "name": f"A{KHITAN}", "name in own script": "😀"},
        {"email": "b@plw.example", "name": f"B{KHITAN}", "name in own script": "ກ"},
    ]
    page = preview(client, csv_of(rows))
    assert numbers(page)["new people"] == "2"
    assert numbers(page)["rows with problems"] == "0"
    assert f"{KHITAN} (U+18B00), 😀 (U+1F600)" in page.main


def test_a_preview_without_such_letters_says_nothing_of_them(session, sign_in) -> None:
    client = sign_in(make_focal_point(session))
    page = preview(client, csv_of([{"email": "a@plw.example", "name": "Ngirmekur"}]))
    assert "cannot be printed" not in page.main
