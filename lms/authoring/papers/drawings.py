"""Drawings of a course on paper: their classes as ink, their words in a face that is there."""

from __future__ import annotations

import re
from html import escape

_OPENING = re.compile(r"<svg\b[^>]*>")
_TITLE = re.compile(r"<title\b[^>]*>.*?</title>", re.DOTALL)
_SPOKEN = re.compile(r'\s(?:role|aria-[a-z]+|class)="[^"]*"')
_BOX = re.compile(r'viewBox="\s*[-0-9.]+[\s,]+[-0-9.]+[\s,]+([0-9.]+)[\s,]+([0-9.]+)')
SLIM = 400
"""Units across up to which a drawing was made for a phone."""

_INK = (
    "<style>text{fill:#10272d;font-family:'Noto Sans','Noto Sans Thai','Noto Sans CJK SC'}"
    ".box{fill:#f1f5f3;stroke:#6a7f84}.hot{fill:#fff3dc;stroke:#b87400}.bar{fill:#0c5a62}"
    ".onbar{fill:#ffffff}.soft{fill:#405156}.dark{fill:#10272d}</style>"
)
"""The classes authors may use (docs/authoring.md), in the colours of the light page."""


def inked(drawing: str, alternative: str) -> str:
    """One `<svg>` of the renderer with its colours inside: it sees no sheet of the page."""
    opening = _OPENING.match(drawing)
    if opening is None:
        raise ValueError("A drawing is one <svg> element.")
    rest = _TITLE.sub("", drawing[opening.end() :], count=1)
    title = f"<title>{escape(alternative, quote=False)}</title>"
    return _SPOKEN.sub("", opening.group()) + title + _INK + rest


def size_of_drawing(drawing: str) -> tuple[float, float]:
    """Width and height of the drawing in its own units."""
    found = _BOX.search(drawing)
    return (float(found[1]), float(found[2])) if found else (320.0, 240.0)
