"""The one blueprint of the room; every file of `routes` puts its views on it."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import get_locale

blueprint = Blueprint("learning", __name__, url_prefix="/learning")


def page_language() -> str:
    """The language of the page, as the content names languages (BCP 47)."""
    return str(get_locale() or "en").replace("_", "-")
