"""Where in an edition a member's own note belongs, and what may stand in one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from lms.core.text import N_
from lms.courses.markdown import inline_tokens, parse, parts_of
from lms.courses.values.edition import Edition
from lms.courses.values.page import Page

LONGEST_NOTE = 2_000
"""Characters of a member's note: it stands on a page that is itself read in minutes."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class NotePlace:
    """A jurisdiction note on a page: `activity` and `key` name it for ever.

    `text` is the author's Markdown, read where a member has no note.
    """

    activity: str
    page_title: str
    key: str
    text: str


def note_places(edition: Edition) -> tuple[NotePlace, ...]:
    """Every place for a note in the order of the outline, then of alternatives.

    A place that a page shares with its alternative is one place: the member writes once.
    """
    order = {key: place for place, key in enumerate(edition.order)}
    pages = [activity for activity in edition.activities if isinstance(activity, Page)]
    pages.sort(key=lambda page: (order.get(page.key, len(order)), page.key))
    found: dict[tuple[str, str], NotePlace] = {}
    for page in pages:
        for part in parts_of(page.body):
            if part.name == "jurisdiction":
                home = home_of(edition, page.key, part.title)
                place = NotePlace(home, page.title, part.title, part.text.strip())
                found.setdefault((home, part.title), place)
    return tuple(found.values())


def home_of(edition: Edition, activity_key: str, place_key: str) -> str:
    """The activity under whose key the note of a place is kept: a lighter version borrows it."""
    page = edition.activity(activity_key)
    if isinstance(page, Page) and page.alternative_to is not None:
        original = edition.activity(page.alternative_to)
        if isinstance(original, Page) and place_key in places_on(original):
            return original.key
    return activity_key


def places_on(page: Page) -> frozenset[str]:
    """The keys of the jurisdiction notes on a page."""
    return frozenset(part.title for part in parts_of(page.body) if part.name == "jurisdiction")


def flaw_of(text: str) -> str | None:
    """Why this Markdown cannot be a member's note, as a sentence; None if it can.

    Paragraphs, emphasis, lists and links to https. What is refused here is also made
    harmless by the renderer.
    """
    if len(text) > LONGEST_NOTE:
        return N_("Write at most 2000 characters; the page around it is short, too.")
    if any(line.startswith(":::") for line in text.split("\n")):
        return N_("Call-outs are for authors. Write plain paragraphs.")
    tokens = parse(text)
    if any(token.type in {"heading_open", "table_open", "hr"} for token in tokens):
        return N_("Headings, tables and rules do not fit in a note. Write paragraphs and lists.")
    kinds = {token.type for token in tokens} | {child.type for child, _ in inline_tokens(tokens)}
    if kinds & {"html_block", "html_inline"}:
        return N_("HTML cannot stand here. Write **bold**, *emphasis*, and lists with hyphens.")
    if kinds & {"image", "cite"}:
        return N_("Pictures and sources of the guides cannot stand in a note. Write words.")
    for child, _line in inline_tokens(tokens):
        if child.type == "link_open" and not str(child.attrs.get("href", "")).startswith(
            "https://"
        ):
            return N_("A link begins with https://, as in [the law](https://law.example).")
    return None


def in_best_language(
    found: dict[str, Found], wanted: str, others: Iterable[str]
) -> tuple[str, Found] | None:
    """The one in the language wanted, else the first of `others` there is, else any."""
    for language in (wanted, *others, *sorted(found)):
        if language in found:
            return language, found[language]
    return None
