"""The menu says where one is."""

from __future__ import annotations

from collections.abc import Callable

from lms.core.database import Session
from lms.people.models import Person
from tests import factories
from tests.support.client import Client
from tests.support.pages import Page

SignIn = Callable[[Person], Client]


def marked(page: Page) -> list[tuple[str, str]]:
    """Word and sort of mark of the current entries of the menu."""
    return [
        (link.get_text(), str(link["aria-current"]))
        for link in page.soup.select("nav.nav a[aria-current]")
    ]


def test_the_menu_marks_the_page_one_is_on(session: Session, sign_in: SignIn) -> None:
    focal_point = factories.make_focal_point(session)
    page = sign_in(focal_point).get("/people")
    assert marked(page) == [("People", "page")]


def test_the_menu_marks_the_part_a_page_stands_in(session: Session, sign_in: SignIn) -> None:
    focal_point = factories.make_focal_point(session)
    official = factories.make_official(session)
    page = sign_in(focal_point).get(f"/people/{official.id}")
    assert marked(page) == [("People", "true")]


def test_no_entry_is_marked_on_a_page_outside_the_menu(session: Session, sign_in: SignIn) -> None:
    focal_point = factories.make_focal_point(session)
    assert marked(sign_in(focal_point).get("/account")) == []


def test_nobody_has_more_than_seven_entries(session: Session, sign_in: SignIn) -> None:
    for make in (
        factories.make_official,
        factories.make_focal_point,
        factories.make_secretariat,
        factories.make_administrator,
    ):
        page = sign_in(make(session)).get("/start")
        assert 3 <= len(page.soup.select("nav.nav a")) <= 7


def test_my_people_are_in_the_menu_of_those_who_have_some(
    session: Session, sign_in: SignIn
) -> None:
    focal_point = sign_in(factories.make_focal_point(session)).get("/start")
    assert "My people" in [link.get_text() for link in focal_point.soup.select("nav.nav a")]
    secretariat = sign_in(factories.make_secretariat(session))
    assert "My people" not in [
        link.get_text() for link in secretariat.get("/start").soup.select("nav.nav a")
    ]
    assert "People and their courses" in secretariat.get("/people").main


def test_page_that_does_not_exist_keeps_the_menu_of_who_is_signed_in(
    session: Session, sign_in: SignIn
) -> None:
    client = sign_in(factories.make_official(session))
    words = [link.get_text() for link in client.get("/start").soup.select("nav.nav a")]
    lost = client.get("/no-such-page", status=404)
    assert [link.get_text() for link in lost.soup.select("nav.nav a")] == words
