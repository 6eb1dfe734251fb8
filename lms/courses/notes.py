"""Where in an edition a member's own note belongs."""

from __future__ import annotations

from dataclasses import dataclass

from lms.courses.markdown import parts_of
from lms.courses.values.edition import Edition
from lms.courses.values.page import Page


@dataclass(frozen=True)
class NotePlace:
    """A jurisdiction note on a page: `activity` and `key` name it for ever.

    `text` is the author's Markdown, read where a member has no note.
    """

    activity: str
    page_title: str
    key: str
    text: str


def note_places(edition: Edition) -> tuple[NotePlace, ...]:
    """Every jurisdiction note of the course in the order of the outline, then of alternatives."""
    order = {key: place for place, key in enumerate(edition.order)}
    pages = [activity for activity in edition.activities if isinstance(activity, Page)]
    pages.sort(key=lambda page: (order.get(page.key, len(order)), page.key))
    return tuple(
        NotePlace(page.key, page.title, part.title, part.text.strip())
        for page in pages
        for part in parts_of(page.body)
        if part.name == "jurisdiction"
    )
