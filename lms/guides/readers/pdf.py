"""PDF → sections: by the outline if the file has one, else by the size of headings.

Running heads and page numbers go, words parted at the end of a line are joined. Tables
become lines of text: a PDF does not say what a table is.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from lms.guides.readers.lines import (
    HYPHEN,
    Line,
    as_markdown,
    body_height,
    same,
    with_marks,
    without_margins,
)
from lms.guides.readers.values import (
    MOST_PAGES,
    MOST_SECTIONS,
    ReadGuide,
    ReadSection,
    Report,
    UnreadableError,
    Why,
    tidy,
    tidy_line,
    whole,
)

MOST_LETTERS = 20_000
"""Letters of one page; the densest print has 8,000."""
LONGEST_HEADING = 160
MOST_LEVELS = 4
_LARGER = 1.12
"""So much taller than the text a line must be to be a heading by its size."""
_BOLD = 600
_HYPHENS = frozenset({HYPHEN, "\ufffe", "\u2010", "\u00ad"})
"""What stands for a hyphen that a program put at the end of a line; "-" may be the author's own."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where a section begins: at this line, of which `lines` belong to the title."""

    title: str
    level: int
    page: int
    at: int
    lines: int


def read_pdf(path: Path, report: Report) -> ReadGuide:
    """The guide in a PDF file. Raises UnreadableError."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise UnreadableError(Why.ENCRYPTED if is_locked else Why.BROKEN) from error
    pages = len(document)
    if pages > MOST_PAGES:
        raise UnreadableError(Why.TOO_LONG)
    if not pages:
        raise UnreadableError(Why.BROKEN)
    lines: list[Line] = []
    for number in range(pages):
        lines += _page_lines(document, number)
        report(number + 1, pages)
    if not lines:
        raise UnreadableError(Why.SCANNED)
    kept = without_margins(lines)
    headings = _by_outline(document, kept, pages) or _by_size(kept)
    title = str(document.get_metadata_dict().get("Title") or "")
    return whole(title, pages, _cut(kept, headings))


def _page_lines(document: Any, number: int) -> list[Line]:
    try:
        page = document[number]
        words = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(Why.BROKEN) from error
    height = page.get_height() or 1.0
    lines: list[Line] = []
    letters: list[tuple[int, str]] = []
    count = words.count_chars()
    if count > MOST_LETTERS:
        raise UnreadableError(Why.TOO_LONG)
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(words, index)
        # Half a letter outside the first plane, or none at all.
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if letter in {"\r", "\n"}:
            _end_line(words, letters, number, height, lines)
            letters = []
        elif letter:
            letters.append((index, letter))
    _end_line(words, letters, number, height, lines)
    words.close()
    page.close()
    return with_marks(lines)


def _end_line(
    words: Any, letters: list[tuple[int, str]], page: int, page_height: float, lines: list[Line]
) -> None:
    """Measure the line by its first, middle and last letters."""
    seen = [(index, letter) for index, letter in letters if not letter.isspace()]
    if not seen:
        return
    is_parted = seen[-1][1] in _HYPHENS
    last = seen[-1][0] if is_parted else letters[-1][0] + 1
    text = tidy("".join(letter for index, letter in letters if index < last)).strip()
    text = text.replace(HYPHEN, "") + (HYPHEN if is_parted else "")
    if not text:
        return
    measured = [seen[0][0], seen[len(seen) // 2][0], seen[-1][0]]
    boxes = [box for box in (_box(words, index) for index in measured) if box is not None]
    if not boxes:
        return
    heights = sorted(box.top - box.bottom for box in boxes)
    weights = [pdfium.FPDFText_GetFontWeight(words, index) for index in measured]
    top = 1 - max(box.top for box in boxes) / page_height
    if not math.isfinite(top):
        return
    lines.append(
        Line(
            page=page,
            text=text,
            top=top,
            height=abs(heights[len(heights) // 2]),
            left=boxes[0].left,
            right=boxes[-1].right,
            is_bold=all(weight >= _BOLD for weight in weights),
        )
    )


def _box(words: Any, index: int) -> Any:
    """The box of a letter by its font, so that all letters of a line are equally tall."""
    box = pdfium.FS_RECTF()
    return box if pdfium.FPDFText_GetLooseCharBox(words, index, ctypes.byref(box)) else None


def _by_outline(document: Any, lines: Sequence[Line], pages: int) -> list[_Heading]:
    """A heading to each entry of the outline that leads to a page; none if fewer than two do."""
    first_of: dict[int, int] = {}
    for at, line in enumerate(lines):
        first_of.setdefault(line.page, at)
    headings: list[_Heading] = []
    floor = 0
    for entry in document.get_toc(max_depth=6):
        title = tidy_line(entry.get_title() or "")
        place = entry.get_dest()
        page = place.get_index() if place is not None else None
        if not title or page is None or page >= pages:
            continue
        if len(headings) > MOST_SECTIONS:
            raise UnreadableError(Why.TOO_LONG)
        begin = next((first_of[later] for later in range(page, pages) if later in first_of), None)
        begin = len(lines) if begin is None else begin
        at, length = _find_title(lines, title, max(begin, floor), page)
        headings.append(_Heading(title, entry.level + 1, page + 1, at, length))
        floor = at + length
    if len(headings) < 2:
        return []
    highest = min(heading.level for heading in headings)
    return [
        _Heading(found.title, found.level - highest + 1, found.page, found.at, found.lines)
        for found in headings
    ]


def _find_title(lines: Sequence[Line], title: str, begin: int, page: int) -> tuple[int, int]:
    """At which line of the page the title stands, and over how many lines; its top if nowhere."""
    wanted = same(title)
    for at in range(begin, len(lines)):
        if lines[at].page != page:
            break
        joined = ""
        for length in range(1, 5):
            if at + length > len(lines) or lines[at + length - 1].page != page:
                break
            joined += same(lines[at + length - 1].bare)
            # An outline may leave the number of a chapter out, or the print may.
            if wanted and joined.lstrip("0123456789") == wanted.lstrip("0123456789"):
                return at, length
    return begin, 0


def _by_size(lines: Sequence[Line]) -> list[_Heading]:
    """Headings are lines taller than the text, in the order of their sizes, then bold ones."""
    body = body_height(lines)
    tall = Counter(
        round(line.height) for line in lines if _may_head(line) and line.height > body * _LARGER
    )
    first = lines[0].page if lines else 0
    title_size = max(tall, default=0)
    if len(tall) > 1 and all(
        line.page == first for line in lines if round(line.height) == title_size
    ):
        del tall[title_size]
    levels = {size: level for level, size in enumerate(sorted(tall, reverse=True)[:MOST_LEVELS], 1)}
    bold_level = min(len(levels) + 1, MOST_LEVELS)
    found: list[_Heading] = []
    before: Line | None = None
    for at, line in enumerate(lines):
        level = levels.get(round(line.height), 0) if line.height > body * _LARGER else 0
        if not level and _is_bold_heading(line, before, lines, at):
            level = bold_level
        if not level or not _may_head(line):
            before = line
            continue
        last = found[-1] if found else None
        goes_on = (
            last is not None
            and last.level == level
            and last.at + last.lines == at
            and lines[at - 1].page == line.page
            and len(last.title) + len(line.bare) < LONGEST_HEADING
        )
        if last is not None and goes_on:
            title = tidy_line(f"{last.title} {line.bare}")
            found[-1] = _Heading(title, level, last.page, last.at, last.lines + 1)
        else:
            found.append(_Heading(tidy_line(line.bare), level, line.page + 1, at, 1))
        before = line
    return found if len(found) <= MOST_SECTIONS else []


def _may_head(line: Line) -> bool:
    words = line.bare
    return len(words) <= LONGEST_HEADING and any(letter.isalpha() for letter in words)


def _is_bold_heading(line: Line, before: Line | None, lines: Sequence[Line], at: int) -> bool:
    """A short line wholly in bold that is no sentence, and after which the text is not bold."""
    after = lines[at + 1] if at + 1 < len(lines) else None
    return (
        line.is_bold
        and len(line.bare) <= 90
        and not line.bare.endswith((".", ",", ";", ":"))
        and (before is None or not before.is_bold)
        and after is not None
        and not after.is_bold
    )


def _cut(lines: Sequence[Line], headings: Sequence[_Heading]) -> list[ReadSection]:
    """The texts between the headings, the first without title if it begins with text."""
    front = lines[: headings[0].at] if headings else lines
    sections = [ReadSection("", 1, lines[0].page + 1 if lines else None, as_markdown(front))]
    for place, heading in enumerate(headings):
        until = headings[place + 1].at if place + 1 < len(headings) else len(lines)
        text = as_markdown(lines[heading.at + heading.lines : until])
        sections.append(ReadSection(heading.title, heading.level, heading.page, text))
    return sections
