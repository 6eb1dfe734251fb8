"""A recording on a lesson, on a phone and by keyboard: nothing loads before it is played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from lms.core.database import Session
from lms.people.models import Person
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer
from tests.courses.test_recordings import with_sound
from tests.factories import make_official
from tests.support import browser
from tests.support.client import Client
from tests.support.recordings import mp3
from tests.support.small_editions import KEY, SmallCourse

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OpenAs = Callable[[Person], Page]
PLAYED = """audio => new Promise(done => {
  audio.addEventListener("timeupdate", () => audio.currentTime > 0 && done(true));
  setTimeout(() => done(audio.currentTime > 0), 20000);
})"""


def test_learner_plays_and_reads_a_recording_without_a_mouse(
    app: Flask, session: Session, open_as: OpenAs, tmp_path: Path
) -> None:
    SmallCourse.of(with_sound(tmp_path / "content")).publish(session)
    person = make_official(session)
    Client(app, session).sign_in(person).post(f"/learning/{KEY}/begin")
    page = open_as(person)
    loaded: list[str] = []
    page.on("request", lambda sent: loaded.append(sent.url) if "/media/" in sent.url else None)
    page.goto(f"/learning/{KEY}/asking")
    page.get_by_text("Read what is said").press("Enter")
    assert page.get_by_text("Would you like some “water”?").is_visible()
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0
    assert loaded == []
    page.locator("audio").press("Space")
    assert page.locator("audio").evaluate(PLAYED)
    assert len(loaded) == 1


def test_author_finds_pictures_and_sound_in_order(session: Session, open_as: OpenAs) -> None:
    author = make_trainer(session, name="Sione Latu")
    draft = make_draft(session, author, SMALL_KEY, {**SMALL, "media/words.mp3": mp3()})
    page = open_as(author)
    page.goto(f"/drafts/{draft.id}/pictures")
    assert page.locator("audio").is_visible()
    page.get_by_role("button", name="Bring the recording").press("Enter")
    page.get_by_role("link", name="Choose a file.").wait_for()
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0
