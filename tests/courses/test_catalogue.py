"""The catalogue: what is published is found, shown to everybody, and never changes under anyone."""

from __future__ import annotations

from typing import get_args

import pytest
from sqlalchemy import select

from config import ROOT
from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.models import AuditEntry
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.courses.catalogue import AUDIENCE_NAMES, STAGE_NAMES, TOPIC_NAMES
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current, list_cards
from lms.courses.services import publish
from lms.courses.store import get_edition
from lms.courses.values.course import Audience, RouteStage, Topic
from lms.courses.values.edition import Edition
from lms.guides.registry import read_registry

LOADER = Actor.system("test")
FLAGSHIP = ROOT / "content" / "courses" / "victim-identification"
REGISTRY, _ = read_registry(ROOT / "content" / "guides")


@pytest.fixture(scope="module")
def flagship() -> Edition:
    return load_course(FLAGSHIP, REGISTRY)


@pytest.fixture
def published(session: Session, flagship: Edition) -> StoredEdition:
    stored = publish(session, LOADER, flagship, REGISTRY, now=clock.now())
    assert stored is not None
    return stored


def renamed(edition: Edition, title: str) -> Edition:
    """The same course under another title, read anew so that nothing cached comes along."""
    return Edition.from_json(edition.to_json().replace(edition.course.title, title))


def test_same_sources_are_published_once(session, flagship, published) -> None:
    assert publish(session, LOADER, flagship, REGISTRY, now=clock.now()) is None
    assert [card.key for card in list_cards(session)] == ["victim-identification"]


def test_changed_sources_make_the_next_edition_and_the_old_one_stays(
    session, flagship, published
) -> None:
    later = publish(session, LOADER, renamed(flagship, "Another"), REGISTRY, now=clock.now())
    assert later is not None
    assert later.number == 2
    assert get_current(session, "victim-identification").id == later.id
    assert get_edition(session, published.digest).course.title == flagship.course.title


def test_sources_published_before_become_current_again(session, flagship, published) -> None:
    publish(session, LOADER, renamed(flagship, "Another"), REGISTRY, now=clock.now())
    again = publish(session, LOADER, flagship, REGISTRY, now=clock.now())
    assert again is not None
    assert again.id == published.id


def test_publishing_is_audited(session, published) -> None:
    entry = session.execute(
        select(AuditEntry).where(AuditEntry.verb == "course.publish")
    ).scalar_one()
    assert entry.facts == {"course": "victim-identification", "number": 1}


def test_edition_read_back_is_the_one_that_was_stored(session, flagship, published) -> None:
    stored = Edition.from_json(session.execute(select(StoredEdition.content)).scalar_one())
    assert stored == flagship
    assert stored.digest == flagship.digest


def test_visitor_finds_the_course_and_reads_aims_and_outline_but_no_lesson(
    client, flagship, published
) -> None:
    page = client.get("/courses")
    assert "Trafficking victim identification" in page.main
    page = client.get("/courses/victim-identification")
    assert "What you will be able to do" in page.main
    assert flagship.modules[0].title in page.main
    lesson = next(a for a in flagship.activities if a.kind == "page")
    sentence = lesson.body.split(".")[0].strip()[:60]
    assert sentence not in page.html


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=identification", 1),
        ("q=IDENTIFICATION+trafficking", 1),
        ("q=submarine", 0),
        ("topic=trafficking", 1),
        ("topic=disaster", 0),
        ("topic=<script>", 1),
        ("action=3", 1),
        ("action=25", 0),
        ("action=99999999999999", 1),
        ("audience=police", 1),
        ("audience=banks", 0),
        ("stage=at-border", 1),
        ("stage=return", 0),
        ("in=en", 1),
        ("in=xx", 0),
        ("minutes=60", 0),
        ("minutes=300", 1),
        ("minutes=abc", 1),
    ],
)
def test_catalogue_finds_by_every_filter_and_ignores_nonsense(
    client, published, query: str, count: int
) -> None:
    page = client.get(f"/courses?{query}")
    assert len(page.links("Trafficking victim identification")) == count


def test_catalogue_says_which_languages_a_course_is_only_partly_in(
    client, session, published
) -> None:
    card = next(card for card in list_cards(session) if card.key == "victim-identification")
    assert card.languages == ("en", "id", "th")
    assert card.partial_languages == ("id", "th")
    assert "Bahasa Indonesia (in part)" in client.get("/courses").main
    page = client.get("/courses/victim-identification")
    assert "ไทย (in part)" in page.main, page.main[page.main.index("Languages") :][:120]


def test_empty_result_says_what_to_do(client, published) -> None:
    page = client.get("/courses?q=submarine")
    assert "No course fits this" in page.main
    assert page.links("Show all courses") == ["/courses"]


def test_unknown_course_is_not_found(client, session) -> None:
    client.get("/courses/no-such-course", status=404)
    with pytest.raises(NotFoundError):
        get_current(session, "no-such-course")


def test_catalogue_and_course_page_cost_few_statements(client, statements, published) -> None:
    client.get("/courses/victim-identification")
    # The course's page asks, too, which course it was adapted from.
    for path, most in (("/courses", 2), ("/courses/victim-identification", 3)):
        with statements() as seen:
            client.get(path)
        assert len([sql for sql in seen if sql.startswith("SELECT")]) <= most


def test_every_word_of_the_format_has_a_name_for_the_catalogue() -> None:
    assert set(TOPIC_NAMES) == set(get_args(Topic))
    assert set(AUDIENCE_NAMES) == set(get_args(Audience))
    assert set(STAGE_NAMES) == set(get_args(RouteStage))
