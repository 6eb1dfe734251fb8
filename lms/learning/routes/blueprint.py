"""The one blueprint of the room; every file of `routes` puts its views on it.

It has no prefix: learners read under /learning, trainers work under /teaching and /marking.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("learning", __name__)
