"""What a reader gives, and why it gives nothing."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from lms.core.text import N_
from lms.guides.rules.levels import levels_without_gaps

MOST_PAGES = 600
MOST_SECTIONS = 2_000
MOST_CHARACTERS = 6_000_000
"""Of all texts together; a guide of 300 pages has about a million."""
LONGEST_TITLE = 300

Report = Callable[[int, int], None]
"""Told (done, total) while a reader works."""


class Why(enum.StrEnum):
    """Why a file gives no guide."""

    ENCRYPTED = "encrypted"
    SCANNED = "scanned"
    EMPTY = "empty"
    BROKEN = "broken"
    STRANGE = "strange"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_HEAVY = "too_heavy"
    TOO_SLOW = "too_slow"
    OTHER_KIND = "other_kind"


SENTENCES: dict[Why, str] = {
    Why.ENCRYPTED: N_(
        "This file opens only with a password. Save it without one and send it anew."
    ),
    Why.SCANNED: N_(
        "This PDF holds pictures of pages and no text. Run text recognition over it, or send "
        "the document it was made from."
    ),
    Why.EMPTY: N_("There is no text in this file."),
    Why.BROKEN: N_(
        "This file is damaged and cannot be read. Open it in its own program, save it anew, "
        "and send that file."
    ),
    Why.STRANGE: N_(
        "This file is packed in a way no writing program packs it, so it is not opened. Save "
        "the document anew and send that file."
    ),
    Why.TOO_LARGE: N_("This file is too large to be read. The limit is %(megabytes)s MB."),
    Why.TOO_LONG: N_(
        "This guide is longer than %(pages)s pages or %(sections)s sections. Send it in parts."
    ),
    Why.TOO_HEAVY: N_(
        "Unpacked, this file asks for more memory than any guide needs, so it was put aside. "
        "Save the document anew, with smaller pictures, and send that file."
    ),
    Why.TOO_SLOW: N_(
        "Reading this file took longer than %(seconds)s seconds and was ended. Save the "
        "document anew, or send it in parts."
    ),
    Why.OTHER_KIND: N_(
        "This is not a PDF, DOCX, HTML or Markdown file. Save the guide as one of these."
    ),
}


class UnreadableError(Exception):
    """The file gives no guide; `why` is said in words by `SENTENCES`."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class ReadSection:
    """One section: `level` from 1, `page` from 1 or None, `text` as Markdown without its title.

    What stands before the first heading is a section with an empty title.
    """

    title: str
    level: int
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ReadGuide:
    """A guide as a reader found it. `title` is what the file says of itself, or empty."""

    title: str
    pages: int | None
    sections: tuple[ReadSection, ...]

    def as_json(self) -> dict[str, Any]:
        """A plain tree of JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> ReadGuide:
        """What `as_json` gave."""
        sections = tuple(ReadSection(**section) for section in tree["sections"])
        return cls(tree["title"], tree["pages"], sections)


_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)


def tidy(text: str) -> str:
    """NFC with plain line ends, without characters nobody sees; soft hyphens go."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", plain))


def tidy_line(text: str) -> str:
    """A title: one line, single spaces, cut at the longest a title may be."""
    return " ".join(tidy(text).split())[:LONGEST_TITLE].strip()


def whole(title: str, pages: int | None, sections: list[ReadSection]) -> ReadGuide:
    """The guide of these sections, checked against the limits and without empty rests.

    Raises UnreadableError when there is no text at all, or too much.
    """
    kept = [section for section in sections if section.title or section.text]
    if not any(section.text.strip() or section.title for section in kept):
        raise UnreadableError(Why.EMPTY)
    if len(kept) > MOST_SECTIONS or sum(len(section.text) for section in kept) > MOST_CHARACTERS:
        raise UnreadableError(Why.TOO_LONG)
    return ReadGuide(tidy_line(title), pages, _without_gaps(kept))


def _without_gaps(sections: Sequence[ReadSection]) -> tuple[ReadSection, ...]:
    levels = levels_without_gaps(sections)
    return tuple(
        replace(section, level=level) for section, level in zip(sections, levels, strict=True)
    )
