"""What a paper consists of, whatever file it becomes. All `html` is safe: the renderer made it."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lms.core.text import N_

BoxKind = Literal[
    "indicator", "caution", "case", "remember", "task", "content-note", "jurisdiction", "answer",
    "sound", "plain",
]  # fmt: skip


class PaperKind(enum.StrEnum):
    """Who a paper is for."""

    WORKBOOK = "workbook"
    GUIDE = "guide"


class PaperForm(enum.StrEnum):
    """What file a paper is; also the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    PaperForm.PDF: "application/pdf",
    PaperForm.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PAPER_NAMES: Mapping[PaperKind, str] = {
    PaperKind.WORKBOOK: N_("Participant workbook"),
    PaperKind.GUIDE: N_("Facilitator guide"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (begins a page) to 4. `number` stands before it; `anchor` is its id."""

    level: int
    text: str
    language: str
    anchor: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, lists, tables and quotations; headings inside are at their right level."""

    html: str
    language: str
    look: Literal["", "lede", "small"] = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A call-out. `name` says what it is, in the language of the paper; `title` is the author's."""

    kind: BoxKind
    name: str
    title: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: a drawing as one `<svg>`, or the bytes of a PNG or JPEG.

    `alternative` stands in its place for who cannot see it; `caption` and `longer` are HTML.
    """

    drawing: str
    picture: bytes
    alternative: str
    caption: str
    longer: str
    language: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Space to write, so many lines; `label` says for what."""

    count: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, one pair a line; plain words."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Answers to tick, as HTML. `right` are the places (from 0) of the right ones, if shown."""

    items: tuple[str, ...]
    language: str
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Cells are HTML; the first of each row names it. `widths` in per cent."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    language: str
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """Words with what they mean: anchor, word, HTML."""

    entries: tuple[tuple[str, str, str], ...]
    language: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The works cited on one page, in the order of their numbers: anchor, words, address."""

    entries: tuple[tuple[str, str, str | None], ...]


Part: TypeAlias = Heading | Text | Box | Figure | Lines | Facts | Choices | Grid | Terms | Sources


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `words_language` is that of names and instructions, `language` of the title.

    `made_on` is a fixed day (of publication), so that the same edition gives the same file.
    """

    kind: PaperKind
    name: str
    title: str
    summary: str
    language: str
    words_language: str
    swatch: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    made_on: datetime.date
    draft: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def contents(self) -> tuple[Heading, ...]:
        """What the table of contents lists: headings of the first two levels."""
        return tuple(p for p in self.parts if isinstance(p, Heading) and p.level <= 2)
