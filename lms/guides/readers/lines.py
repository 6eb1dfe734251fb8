"""Lines of a PDF's pages: which are the text, which are heads and feet, how they join. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

MARGIN = 0.13
"""The part of a page above and below in which running heads and page numbers stand."""
OFTEN = 3
"""On so many pages the same words in the margin are a running head."""

SAME_LINE = 0.006
"""Lines whose tops differ by less, in parts of the page's height, stand beside each other."""
FARTHEST_MARK = 60
"""Points between the mark of a list and its words."""

HYPHEN = "\u0002"
"""What the PDF library writes for a hyphen at the end of a line."""
_NUMBER = re.compile(r"\d{1,4}")
_LONE_NUMBER = re.compile(r"[\W_]*(?:\d{1,4}|[ivxlc]{1,7})[\W_]*", re.IGNORECASE)
_LEADERS = re.compile(r"(?:\s?[.·…_]){4,}\s*[\divxlc]{0,6}\s*$", re.IGNORECASE)
_BULLET = re.compile(r"^([•‣▪●◦■–—*-])\s+(?=\S)")
_MARK = re.compile(r"[•‣▪●◦■–—*-]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)]")
_STEP = re.compile(r"^(\(?[0-9]{1,2}[.)]|\(?[a-z][.)])\s+\S")
_ENDS = re.compile(r"[.!?:;…”\"')\]។။।]\s*$")
_MARKS = re.compile(r"([\\`*_\[\]<|])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed. `page` from 0; `top` and `height` of its letters in parts of the page's
    height from above and in points; `left` and `right` in points."""

    page: int
    text: str
    top: float
    height: float
    left: float
    right: float
    is_bold: bool

    @property
    def bare(self) -> str:
        """The words without the mark of a hyphen."""
        return self.text.replace(HYPHEN, "-").strip()


def same(words: str) -> str:
    """Letters and digits only, folded: for comparing a title with a line."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def with_marks(lines: Sequence[Line]) -> list[Line]:
    """The lines of one page, where a bullet or number printed apart begins the line it belongs to.

    Many programs write all text of a page first and the marks of its lists afterwards.
    """
    marks = [line for line in lines if _MARK.fullmatch(line.bare)]
    joined = []
    for line in lines:
        if line in marks:
            continue
        own = [
            mark
            for mark in marks
            if abs(mark.top - line.top) < SAME_LINE and 0 <= line.left - mark.left < FARTHEST_MARK
        ]
        if own:
            mark = max(own, key=lambda found: found.left)
            line = dataclasses.replace(line, text=f"{mark.bare} {line.text}", left=mark.left)
        joined.append(line)
    return joined


def without_margins(lines: Sequence[Line]) -> list[Line]:
    """The lines without running heads, page numbers and lines of a table of contents."""
    body = body_height(lines)
    edge = [line for line in lines if line.top < MARGIN or line.top > 1 - MARGIN]
    words = Counter((same(line.bare), round(line.top, 2)) for line in edge)
    numbers: Counter[tuple[str, int]] = Counter()
    for line in edge:
        numbers.update(_shifts(line))

    def is_margin(line: Line) -> bool:
        if MARGIN <= line.top <= 1 - MARGIN:
            return False
        if _LONE_NUMBER.fullmatch(line.bare) or any(
            numbers[shift] >= OFTEN for shift in _shifts(line)
        ):
            return True
        often = words[(same(line.bare), round(line.top, 2))] >= OFTEN
        return often and line.height <= body * 1.2

    return [line for line in lines if not is_margin(line) and not _LEADERS.search(line.bare)]


def _shifts(line: Line) -> set[tuple[str, int]]:
    """For each number in a line: the words around it, and how far it is from the page's own."""
    return {
        (same(line.bare[: found.start()] + line.bare[found.end() :]), int(found[0]) - line.page)
        for found in _NUMBER.finditer(line.bare)
    }


def body_height(lines: Iterable[Line]) -> float:
    """The height most letters have; 0 when there are none."""
    heights: Counter[float] = Counter()
    for line in lines:
        heights[round(line.height * 2) / 2] += len(line.text)
    return heights.most_common(1)[0][0] if heights else 0.0


def as_markdown(lines: Sequence[Line]) -> str:
    """Paragraphs and lists of these lines; words parted by a hyphen at a line's end are joined."""
    if not lines:
        return ""
    lead = _lead(lines)
    widest = max(line.right for line in lines)
    paragraphs: list[list[Line]] = [[lines[0]]]
    for before, line in pairwise(lines):
        if _begins(before, line, lead, widest):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    written = [_written(paragraph) for paragraph in paragraphs]
    text = ""
    for words in written:
        is_list = words.startswith("- ") and text.rpartition("\n")[2].startswith("- ")
        text += ("" if not text else "\n" if is_list else "\n\n") + words
    return text


def _lead(lines: Sequence[Line]) -> float:
    """The usual way from one line to the next, in parts of the page's height."""
    steps = [
        after.top - before.top
        for before, after in pairwise(lines)
        if after.page == before.page and after.top > before.top
    ]
    return median(steps) if steps else 0.0


def _begins(before: Line, line: Line, lead: float, widest: float) -> bool:
    """Whether a paragraph begins with this line."""
    if _BULLET.match(line.bare) or _STEP.match(line.bare):
        return True
    if before.text.endswith(HYPHEN):
        return False
    if line.page != before.page or line.top < before.top:
        # On a new page, or in a new column, a sentence goes on unless the last one ended.
        return bool(_ENDS.search(before.bare)) or not line.bare[:1].islower()
    if lead and line.top - before.top > lead * 1.4:
        return True
    is_short = before.right < widest - (widest - before.left) * 0.3
    return is_short and bool(_ENDS.search(before.bare)) and not line.bare[:1].islower()


def _written(paragraph: Sequence[Line]) -> str:
    words = ""
    for line in paragraph:
        text = line.text.strip()
        is_parted = words.endswith("-") and text[:1].islower() and words[-2:-1].isalpha()
        if words.endswith(HYPHEN) or is_parted:
            words = words[:-1] + text
        else:
            words = f"{words} {text}" if words else text
    words = words.replace(HYPHEN, "-")
    bullet = _BULLET.match(words)
    marked = _MARKS.sub(r"\\\1", " ".join(words[bullet.end() if bullet else 0 :].split()))
    if bullet:
        return f"- {marked}"
    return f"\\{marked}" if marked[:1] in {"#", ">", "+", "-", "="} else marked
