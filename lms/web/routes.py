"""Pages that belong to no room: front, health, accessibility, privacy, start."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template
from sqlalchemy import text

from lms.access.policies import public
from lms.core.request import session

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@public("The front page says what this is and how to come in.")
def front() -> str:
    """What Bekal is, and the way in."""
    return render_template("web/front.html")


@blueprint.get("/healthz")
@public("Load balancers ask whether this process can reach its database.")
def healthz() -> Response:
    """Answers ok when a statement runs."""
    session().execute(text("SELECT 1"))
    return jsonify(status="ok")
