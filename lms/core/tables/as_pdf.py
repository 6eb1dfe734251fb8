"""PDF: a table on paper, tagged, with what a reader must know at its head. For jobs alone."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from markupsafe import Markup, escape

from lms.core.pdf.making import make_pdf
from lms.core.pdf.words import Words, first_strong
from lms.core.tables.values import Cell, Hidden, Kind, Table, moment_text

CONTENT_TYPE = "application/pdf"
MOST_ROWS = 2_000
"""About 80 pages. What is longer is for programs, not for paper."""
MOST_UPRIGHT = 6
"""Columns that fit on an upright sheet; more are laid across."""
AUTHORITY = "Regional Support Office"

_OPENING = re.compile(r"<svg\b[^>]*>")
_ARIA = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')
_REM = re.compile(r'(?<==")(-?[0-9.]+)rem(?=")')
_STYLE = (
    "<style>text{fill:#10272d;font-family:'Noto Sans';font-size:12.5px}"
    ".soft{fill:#405156;font-size:11.5px}.strong{font-weight:700}"
    ".d1{fill:#0c6b72}.d2{fill:#b87400}.d3{fill:#5b3a7c}.d0{fill:#7f9497}"
    ".l1,.l2,.l3,.l0,.axis{fill:none;stroke-width:2}.l1{stroke:#0c6b72}.l2{stroke:#b87400}"
    ".l3{stroke:#5b3a7c;stroke-dasharray:6 4}.l0{stroke:#7f9497}"
    ".axis{stroke:#d3dcd9;stroke-width:1}</style>"
)
"""The classes of our charts: a drawing inside a document does not see the document's sheet."""


class TooManyRowsError(ValueError):
    """More rows than anybody reads on paper; CSV and XLSX hold them."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing above the table.

    `svg` is one `<svg>` made by our own macros, in their classes; it is put in as it is.
    `sentence` stands in its place for who cannot see it.
    """

    headline: str
    measure: str
    sentence: str
    svg: str

    @property
    def drawing(self) -> Markup:
        """The SVG with its words inside and its colours as on the page."""
        opening = _OPENING.match(self.svg)
        if opening is None:
            raise ValueError("A chart is one <svg> element.")
        title = f"<title>{escape(self.sentence)}</title>"
        drawing = _ARIA.sub("", opening.group()) + title + _STYLE + self.svg[opening.end() :]
        return Markup(_REM.sub(_in_pixels, drawing))  # noqa: S704 - ours, its words are escaped


def _in_pixels(rem: re.Match[str]) -> str:
    """WeasyPrint takes a rem in the place of a text for the size of that text's own letters."""
    return f"{float(rem.group(1)) * 16:g}"


@dataclass(frozen=True, slots=True)
class _Column:
    label: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell in words: how it looks, and which way it runs if that is not the page's."""

    words: str
    look: str
    direction: str | None = None


def render_pdf_table(
    table: Table,
    *,
    language: str,
    charts: Sequence[Chart] = (),
    authority: str = AUTHORITY,
) -> bytes:
    """The table as PDF/UA-1 in the language of its words; the same table, the same bytes.

    Upright, or across from seven columns on; the head of the table and the audience stand
    on every page. Numbers and days are written as the language does, moments in UTC.
    Raises TooManyRowsError, ValueError for a row of another length, and what
    `lms.core.pdf.making.make_pdf` raises.
    """
    words = Words.of(language)
    rows = list(islice(table.checked_rows(), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise TooManyRowsError("A PDF holds 2,000 rows. Take CSV or XLSX instead.")
    html = words.fill(
        "layout/paper_table.html",
        title=table.title,
        authority=authority,
        made_at=table.as_of.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        is_wide=len(table.columns) > MOST_UPRIGHT,
        audience=table.words.of_audience(table.audience),
        about=table.about()[1:],
        charts=charts,
        columns=[
            _Column(label, column.kind is Kind.NUMBER)
            for label, column in zip(table.labels(), table.columns, strict=True)
        ],
        rows=[list(_shown(row, table, words)) for row in rows],
    )
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    return make_pdf(html, sheet="papers.css", identifier=identifier)


def _shown(row: Sequence[Cell], table: Table, words: Words) -> Iterator[_Shown]:
    for cell, column in zip(row, table.columns, strict=True):
        look = "n" if column.kind is Kind.NUMBER else ""
        match cell:
            case None:
                yield _Shown("", look)
            case Hidden():
                yield _Shown(table.words.hidden, f"{look} not-shown".strip())
            case bool():
                yield _Shown(table.words.yes if cell else table.words.no, look)
            case int() | float() | Decimal():
                yield _Shown(words.number(cell), look)
            case datetime.datetime():
                yield _Shown(moment_text(cell), look)
            case datetime.date():
                yield _Shown(words.day(cell), look)
            case str():
                way = first_strong(cell)
                yield _Shown(cell, look, way if way != words.direction else None)
