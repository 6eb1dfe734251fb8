"""The one blueprint of the room; every file of `routes` puts its views on it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from lms.core.request import settings

blueprint = Blueprint("guides", __name__)


def folder() -> Path:
    """Where the files of guides of this installation lie."""
    return settings().content_folder / "guides"
