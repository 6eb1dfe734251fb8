"""The blueprint all views of the room belong to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)
