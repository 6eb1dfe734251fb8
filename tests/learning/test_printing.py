"""A module on one page for the printer: all its pages, and nothing that answers a quiz."""

from __future__ import annotations

import pytest

from tests.factories import make_official
from tests.support.small_editions import KEY, SmallCourse, Tree, activity

PAGE = f"/learning/{KEY}/modules/first"


def two_pages(tree: Tree) -> None:
    second = {**activity(tree, "asking"), "key": "again", "file": "modules/01-first/03-again.md"}
    tree["activities"].append(second)
    tree["modules"][0]["activities"] = ["asking", "again", "check", "quay", "plan"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def client(session, sign_in, small):
    small.publish(session, small.changed(two_pages))
    learner = sign_in(make_official(session))
    learner.post(f"/learning/{KEY}/begin")
    return learner


def test_module_shows_every_page_with_its_sources_and_words(client) -> None:
    link = client.get(f"/learning/{KEY}").links("On one page, to print : First module")
    page = client.get(link[0])
    assert page.h1 == "First module"
    assert len(page.soup.select("article.sheet")) == 5
    assert len(page.soup.select("article.sheet figure svg")) == 2
    for article in page.soup.select("article.sheet")[:2]:
        for reference in article.select('a[href^="#"]'):
            assert page.soup.find(id=reference["href"].removeprefix("#")) in article.descendants


def test_module_on_paper_answers_no_quiz_and_tells_no_story(client) -> None:
    page = client.get(PAGE)
    for secret in ("Who should answer?", "He controls her.", "They sit down.", "It was about"):
        assert secret not in page.html
    assert "One step." in page.main


def test_module_is_for_who_is_on_the_course(session, sign_in, client) -> None:
    sign_in(make_official(session)).get(PAGE, status=404)
    client.get(f"/learning/{KEY}/modules/none", status=404)
