"""A member's note as safe HTML: the very renderer of lessons, without sources and terms."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from lms.courses.render.clean import safe
from lms.courses.render.text import Notes, html_of
from lms.guides.registry import Registry

MOST_KEPT = 500
"""Notes held at once, about 2 kB each."""

_NO_GUIDES = Registry()


@lru_cache(maxsize=MOST_KEPT)
def note_markup(text: str) -> Markup:
    """The note for templates; the same text always gives the same bytes."""
    return safe(html_of(text, Notes(_NO_GUIDES, {}, inline=True)))
