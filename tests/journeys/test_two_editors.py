"""Two browsers edit one page of a draft at once: nothing that either typed is lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, request, request_finished
from playwright.sync_api import Page, expect

from lms.authoring.queries.drafts import files_of
from lms.authoring.services.drafts import add_contributor
from lms.core import clock
from lms.core.database import Session
from lms.people.models import Person
from tests.authoring.drafts import SMALL_KEY, make_draft, make_trainer, trainer_actor
from tests.support import browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OpenAs = Callable[[Person], Page]
SHOTS = os.environ.get("BEKAL_SHOTS")
PAGE = "modules/01-first/01-asking.md"
PAGES = [("/{}", "outline"), ("/{}/pictures", "pictures"), ("/{}/glossary", "glossary")]
if SHOTS:
    PAGES += [
        ("", "list"),
        ("/new", "new"),
        ("/new/empty", "new-empty"),
        ("/new/adaptation", "new-adaptation"),
        ("/{}/course", "course"),
        ("/{}/module/first", "module"),
        ("/{}/files", "files"),
        ("/{}/files/course.yaml", "file"),
        ("/{}/problems", "problems"),
        ("/{}/history", "history"),
        ("/{}/comments", "comments"),
        ("/{}/people", "people"),
        ("/{}/remove/activity/asking", "remove"),
        ("/{}/remove/module/first", "remove-module"),
        ("/{}/modules/new", "add-module"),
    ]


def check(page: Page, name: str) -> None:
    """Nothing that axe finds, nothing wider than the phone; a picture for whoever asked."""
    assert browser.violations(page) == []
    assert browser.overflow(page) == 0
    if SHOTS:
        browser.screenshots(page, Path(SHOTS), f"draft-{name}")


def text_of(page: Page) -> str:
    return page.get_by_label("Text, in Markdown").input_value()


@contextmanager
def sent_to(app: Flask, path: str) -> Iterator[None]:
    """Inside it a form is sent to this path; at its end it is answered and what it did is kept.

    What a page sends while it goes is otherwise seen by nobody.
    """
    answered = threading.Event()

    def note(_app: Flask, **_said: object) -> None:
        if request.method == "POST" and request.path == path:
            answered.set()

    with request_finished.connected_to(note, app):
        yield
        assert answered.wait(20), f"Nothing was sent to {path}."


def test_two_people_write_one_page_and_every_word_stays(
    app: Flask, session: Session, open_as: OpenAs
) -> None:
    one, two = make_trainer(session, name="Sione Latu"), make_trainer(session, name="Chan Sophea")
    draft = make_draft(session, one, SMALL_KEY)
    add_contributor(session, trainer_actor(one, SMALL_KEY), draft, two.email, now=clock.now())
    session.commit()
    here = f"/drafts/{draft.id}/pages/{PAGE}"
    first, second = open_as(one), open_as(two)
    first.goto(here)
    second.goto(here)
    expect(first.get_by_role("toolbar")).to_be_visible()
    expect(second.get_by_role("toolbar")).to_be_visible()
    check(first, "page")

    # Both begin at the same text; the first saves with the button.
    field = first.get_by_label("Text, in Markdown")
    field.fill(f"{text_of(first)}\n\nThe first writes this.")
    browser.click(first.get_by_role("button", name="Bold"))
    first.get_by_label("Call-out", exact=True).select_option("Caution")
    assert text_of(first).endswith("writes this.**…**\n\n::: caution\n…\n:::\n")
    expect(first.locator("[data-shown]")).to_contain_text("The first writes this.")
    browser.click(first.get_by_role("button", name="Save"))
    expect(first.get_by_role("status").first).to_contain_text("The page is saved.")

    # The second goes away without pressing anything: it is saved by itself, beside.
    begun = text_of(second)
    second.get_by_label("Text, in Markdown").fill(f"The second writes this.\n\n{begun}")
    browser.click(second.get_by_text("Title, minutes, summary, sources"))
    second.get_by_label("Minutes").fill("7")
    with sent_to(app, here):
        second.goto(f"/drafts/{draft.id}")
    second.goto(here)
    expect(second.get_by_text("A text of yours waits")).to_be_visible()
    assert "The first writes this." in text_of(second)

    browser.click(second.get_by_role("link", name="Look at both texts"))
    expect(second.get_by_role("heading", level=1)).to_have_text("Two texts of one page")
    check(second, "merge")
    joined = text_of(second)
    assert joined.startswith("The second writes this.")
    assert "The first writes this." in joined
    browser.click(second.get_by_role("button", name="Save the joined text"))
    expect(second.get_by_text("The page is saved.")).to_be_visible()
    session.expire_all()
    kept = files_of(session, draft)[PAGE].decode()
    session.commit()
    assert "minutes: 7" in kept
    assert kept.count("The first writes this.") == kept.count("The second writes this.") == 1

    for path, name in PAGES:
        second.goto(f"/drafts{path.format(draft.id)}")
        check(second, name)

    # With a script an activity can also be dragged.
    second.set_viewport_size({"width": browser.DESKTOP, "height": 1200})
    second.goto(f"/drafts/{draft.id}")
    second.locator("#a-check").drag_to(second.locator("#a-asking"))
    expect(second.locator("li[data-key]").first).to_have_id("a-check")
