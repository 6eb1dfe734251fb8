"""What is no text and no number is refused in words, alike on both databases."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from config import ROOT
from lms.core.database import Session
from lms.core.text import is_whole_number, whole_number
from lms.web.legible import FILES
from tests.factories import make_official, make_secretariat
from tests.support.client import Client
from tests.support.pages import Page, check_page

TOO_LONG = "9" * 25


@pytest.mark.parametrize(
    "path", ["/paths/%00", "/courses?q=a%00b", "/courses?%00=1", "/verify?number=%00"]
)
def test_nul_in_an_address_is_refused_with_a_page(client: Client, path: str) -> None:
    answer = client.raw("GET", path)
    assert answer.status_code == 400
    check_page(Page(path, answer))


def test_nul_in_a_field_or_in_the_name_of_a_file_is_refused(client: Client) -> None:
    token = client.csrf_token()
    for data in (
        {"email": "a\0b@plw.example"},
        {"email": "a@plw.example", "\0": "1"},
        {"email": (io.BytesIO(b"x"), "a.txt"), "\0": "1"},
    ):
        answer = client.raw("POST", "/forgotten-password", data={**data, "csrf_token": token})
        assert answer.status_code == 400


def test_file_where_none_is_asked_for_and_json_are_refused(client: Client) -> None:
    headers = {"X-CSRFToken": client.csrf_token()}
    for body in (
        {"data": {"email": (io.BytesIO(b"x"), "a.txt")}},
        {"json": {"email": ["a"]}},
        {"data": "[" * 20_000, "content_type": "application/json"},
    ):
        answer = client.raw("POST", "/forgotten-password", headers=headers, **body)
        assert answer.status_code == 400


def test_views_that_take_files_are_those_whose_forms_ask_for_one(app: Flask) -> None:
    """The fields of `legible.FILES` are those of the forms, and every form with one is there."""
    assert set(FILES) <= set(app.view_functions)
    asking = {
        path.stem for path in (ROOT / "lms").rglob("*.py") if "FileField(" in path.read_text()
    }
    assert asking == {"forms", "importing", "imports", "pictures", "recordings", "style"}


def test_number_longer_than_any_id_finds_nothing_and_breaks_nothing(
    client: Client, session: Session
) -> None:
    client.sign_in(make_secretariat(session), second_factor=True)
    make_official(session, "PLW")
    for number in (TOO_LONG, "9" * 5000):
        for path in (
            f"/notices?before={number}",
            f"/people?after={number}",
            f"/people?agency={number}",
            f"/certificates?before={number}",
            f"/drafts?after=0001-01-01T00:00:00%2B23:59 {number}",
        ):
            client.get(path)
        client.get(f"/people/{number}", status=404)


@pytest.mark.parametrize("text", ["", "-", "1.0", "1e3", "0x1", "²", "٣", " 1", "9" * 16, "--1"])
def test_what_is_no_whole_number_is_not_read_as_one(text: str) -> None:
    assert not is_whole_number(text)
    with pytest.raises(ValueError, match="no whole number"):
        whole_number(text)


def test_whole_numbers_are_read_with_their_sign() -> None:
    assert [whole_number(text) for text in ("0", "-12", "9" * 15)] == [0, -12, 10**15 - 1]
