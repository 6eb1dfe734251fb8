"""A paper as PDF/UA-1."""

from __future__ import annotations

import hashlib
import re

from markupsafe import Markup

from lms.authoring.papers.drawings import SLIM, inked, size_of_drawing
from lms.authoring.papers.parts import Paper
from lms.authoring.papers.shared import without_dead_links
from lms.core.pdf.aside import make_pdf_aside
from lms.core.pdf.words import Words, direction, first_strong
from lms.courses.render.clean import safe

AUTHORITY = "Regional Support Office"
_SCREEN = re.compile(r'\s(?:tabindex|role|aria-label|rel)="[^"]*"')
_TAG = re.compile(r"<[^>]+>")
_ITEM_OR_PARAGRAPH = re.compile(r"<(/?)(li|p)\b[^>]*>")


def paper_as_pdf(paper: Paper) -> bytes:
    """The paper for A4, tagged; the same paper gives the same bytes.

    Raises what `lms.core.pdf.aside.make_pdf_aside` raises: UnprintableError for a letter no
    font of ours has.
    """
    words = Words.of(paper.words_language)
    pictures: dict[str, bytes] = {}

    def picture(content: bytes) -> str:
        ending = "png" if content.startswith(b"\x89PNG") else "jpg"
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        pictures[name] = content
        return f"given/{name}"

    html = words.fill(
        "authoring/papers/booklet.html",
        paper=paper,
        authority=AUTHORITY,
        moment=f"{paper.made_on.isoformat()}T00:00:00Z",
        safe=_safe,
        drawing=lambda figure: safe(inked(figure.drawing, figure.alternative)),
        picture=picture,
        is_wide=lambda figure: size_of_drawing(figure.drawing)[0] > SLIM,
        direction=direction,
        strong=_strong,
        part_name=lambda part: type(part).__name__.lower(),
    )
    html = _items_inline(without_dead_links(html))
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    return make_pdf_aside(html, sheet="booklet.css", identifier=identifier, pictures=pictures)


def _safe(html: str) -> Markup:
    """HTML of the renderer without what only a screen needs."""
    return safe(_SCREEN.sub("", html))


def _strong(html: str, language: str) -> str:
    """The way a cell runs: that of its first letter, or of the table where it has none."""
    words = _TAG.sub("", html)
    return first_strong(words) if any(map(str.isalpha, words)) else direction(language)


def _items_inline(html: str) -> str:
    """The page with paragraphs of list items as lines of the item.

    WeasyPrint tags a block directly under the item, which PDF/UA does not allow.
    """
    depth, is_first = 0, True

    def instead(found: re.Match[str]) -> str:
        nonlocal depth, is_first
        closes, name = bool(found[1]), found[2]
        if name == "li":
            depth, is_first = depth + (-1 if closes else 1), True
            return found[0]
        if not depth:
            return found[0]
        line = "" if closes or is_first else "<br>"
        is_first = is_first and closes
        return line

    return _ITEM_OR_PARAGRAPH.sub(instead, html)
