"""The one blueprint of the room; every file of `routes` puts its views on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("authoring", __name__)
