"""Exports of people: whose, what a file says, who took it, and that reading it back is silent."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.people.models.persons import Sex
from lms.people.rules.persons import PersonState
from tests.factories import (
    make_administrator,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.imports import numbers, preview

COLUMNS = (
    "email,name,own_script_name,own_script_language,list_name,member,agency,post,sector,sex,"
    "languages,time_zone,interface_language,limited_listing"
)


def _rows(client, path: str = "/people/export.csv") -> list[dict[str, str]]:
    answer = client.raw("GET", path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_file_has_the_columns_an_import_reads_and_own_people_only(session, sign_in) -> None:
    make_official(session, "FJI", name="Vakatale")
    make_official(
        session, "PLW", name="Sok Dara", own_script_name="សុខ ដារ៉ា", own_script_language="km",
        list_name="Dara, Sok", email="dara@plw.example", post="Inspector", sex=Sex.WOMAN,
        languages=["km", "en"], time_zone="Asia/Phnom_Penh", limited_by_agency=True,
    )  # fmt: skip
    rows = _rows(sign_in(make_focal_point(session, "PLW", name="Focal")))
    assert [row["name"] for row in rows] == ["Sok Dara", "Focal"]
    assert ",".join(rows[0]) == COLUMNS
    assert rows[0] == {
        "email": "dara@plw.example",
        "name": "Sok Dara",
        "own_script_name": "សុខ ដារ៉ា",
        "own_script_language": "km",
        "list_name": "Dara, Sok",
        "member": "Palau",
        "agency": "Bureau of Immigration",
        "post": "Inspector",
        "sector": "government",
        "sex": "woman",
        "languages": "km; en",
        "time_zone": "Asia/Phnom_Penh",
        "interface_language": "en",
        "limited_listing": "yes",
    }


def test_export_follows_the_filter(session, sign_in) -> None:
    make_official(session, "PLW", name="Gone", state=PersonState.LEFT)
    make_official(session, "FJI", name="Vakatale")
    client = sign_in(make_secretariat(session, name="Mele"))
    assert [row["name"] for row in _rows(client, "/people/export.csv?member=FJI")] == ["Vakatale"]
    assert [row["name"] for row in _rows(client, "/people/export.csv?state=left")] == ["Gone"]


def test_export_is_in_the_access_record_as_one(session, sign_in) -> None:
    person = make_official(session, "PLW")
    focal = make_focal_point(session, "PLW")
    _rows(sign_in(focal))
    [record] = session.execute(select(AccessRecord)).scalars()
    taken = session.execute(select(AccessRecordPerson.person_id)).scalars().all()
    assert (record.is_export, record.viewer_person_id) == (True, focal.id)
    assert set(taken) == {person.id, focal.id}


def test_administrator_and_official_may_take_nothing(session, sign_in) -> None:
    for person in (make_administrator(session), make_official(session)):
        client = sign_in(person)
        for form in ("csv", "xlsx"):
            assert client.raw("GET", f"/people/export.{form}").status_code == 403


@pytest.mark.parametrize("sign", ["=1+1", "+1+2", "-1+2", "@SUM(A1)", "\t=1"])
def test_name_that_looks_like_a_formula_is_harmless(session, sign_in, sign) -> None:
    make_official(session, "PLW", name=sign, own_script_name=sign, post=sign)
    client = sign_in(make_focal_point(session, "PLW", name="Focal"))
    cells = [cell for row in _rows(client) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_reading_an_export_back_changes_nothing(session, sign_in, form) -> None:
    make_official(session, "FJI", email="taken@gov.example")
    agency = make_agency(session, "PLW", "Marine Law Enforcement")
    people = {
        "own_script_name": "សុខ ដារ៉ា",
        "own_script_language": "km",
        "list_name": "Dara, Sok",
        "languages": ["km", "en"],
        "time_zone": "Asia/Phnom_Penh",
        "sex": Sex.WOMAN,
    }
    make_official(session, "PLW", name="Sok Dara", agency=agency, **people)
    make_official(session, "PLW", name="Own Limit", limits_own_listing=True)
    make_official(session, "PLW", name="Limited", limited_by_agency=True)
    make_official(session, "PLW", name="Invited", state=PersonState.INVITED)
    make_official(
        session, "PLW", name="Held", email="taken@gov.example", state=PersonState.BEING_CHECKED
    )
    client = sign_in(make_focal_point(session, "PLW"))
    content = client.raw("GET", f"/people/export.{form}").get_data()
    page = preview(client, content, f"people.{form}")
    found = {words: number for words, number in numbers(page).items() if number != "0"}
    assert found == {"people already as the file says": "6"}
