"""The language of a page, as content names languages."""

from __future__ import annotations

from flask_babel import get_locale


def page_language() -> str:
    """The language of the page, as the content names languages (BCP 47)."""
    return str(get_locale() or "en").replace("_", "-")
