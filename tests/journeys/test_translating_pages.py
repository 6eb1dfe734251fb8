"""Papers, translations and adaptations of a course in a real browser at 360 px, on one database."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from config import ROOT
from lms.authoring.queries.drafts import file_of
from lms.authoring.rules.new_course import adapted
from lms.authoring.services.drafts import begin
from lms.authoring.services.files import write
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.folder import edition_of, read_files
from lms.courses.queries import get_current
from lms.courses.services import publish
from lms.guides.registry import read_registry
from lms.people.models import Person
from tests.authoring.drafts import SMALL, SMALL_KEY, make_trainer, trainer_actor
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
KEY = "small-course-of-palau"
LISTENING = "modules/01-first/02-listening.md"
TRANSLATED = LISTENING.replace(".md", ".id.md")


def look(page: Page, name: str) -> None:
    """The page that stands there has no barrier and fits a phone."""
    assert browser.violations(page) == [], name
    assert browser.overflow(page) == 0, name
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), name)


def publish_small(session: Session, files: dict[str, bytes]) -> None:
    """An edition of the small course with these files."""
    registry = read_registry(ROOT / "content" / "guides")[0]
    edition = edition_of(read_files(files))
    publish(session, Actor.system("test"), edition, registry, now=clock.now())


def test_what_follows_its_source_can_be_brought_up_to_date_on_a_phone(
    session: Session, open_as: OpenAs
) -> None:
    publish_small(session, SMALL)
    trainer = make_trainer(session, KEY, SMALL_KEY)
    actor = trainer_actor(trainer, KEY)
    source = get_current(session, SMALL_KEY)
    draft = begin(
        session,
        actor,
        course_key=KEY,
        title="The same in Palau",
        files=adapted(edition_of(read_files(SMALL)), KEY, "The same in Palau"),
        adapted_from=source,
        now=clock.now(),
    )
    session.commit()
    page = open_as(trainer)
    here = f"/drafts/{draft.id}/translations/id/{LISTENING}"
    page.goto(here)
    for place, box in enumerate(page.locator("textarea").all()):
        box.fill(f"Kata {place}")
    browser.click(page.get_by_role("button", name="Save as finished"))
    page.get_by_text("Up to date").first.wait_for()

    session.expire_all()
    file = file_of(session, draft, LISTENING)
    changed = file.content.replace(b"Listen before", b"Hear and listen before")
    write(session, actor, draft, LISTENING, changed, based_on=file.digest, now=clock.now())
    publish_small(session, SMALL | {LISTENING: changed})
    session.commit()
    page.goto(here)
    browser.click(page.get_by_text("What changed", exact=True).first)
    look(page, "translation")
    browser.click(page.get_by_role("button", name="It is still true"))
    page.get_by_text("Marked as up to date.").wait_for()
    page.goto(f"/drafts/{draft.id}/source")
    look(page, "source")
    page.goto(f"/courses/{SMALL_KEY}/papers")
    look(page, "papers")
