"""Pages that belong to no room: front, start, help, privacy, accessibility, health."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.access.disclosure import FIELD_NAMES, SHOWN_NAMES, VIEWER_NAMES, Field, Viewer, shown
from lms.access.permissions import Permission
from lms.access.policies import policy, public
from lms.access.roles import ROLE_NAMES, Role
from lms.core.faults import fault_of
from lms.core.languages import own_name
from lms.core.request import actor, now, session, settings
from lms.courses.catalogue import OPEN_TO_NAMES, CatalogueFilter, found_by
from lms.courses.queries import list_cards
from lms.courses.routes import page_language
from lms.people.queries.due import list_due
from lms.people.rules.documents import IN_FORCE
from lms.web.style import facts as style_facts

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@public("The front page says what this is and how to come in.")
def front() -> str:
    """What Bekal is, the courses there are, and the ways in."""
    language = page_language()
    return render_template(
        "web/front.html",
        cards=found_by(CatalogueFilter(), list_cards(session()), language),
        language=language,
        open_to=OPEN_TO_NAMES,
        own_name=own_name,
    )


@blueprint.get("/start")
@policy(Permission.ACCOUNT_USE)
def start() -> str:
    """What is due for this person, by what their roles let them decide."""
    roles = sorted({Role(grant.role) for grant in actor().grants} - {Role.OFFICIAL})
    return render_template(
        "web/start.html",
        due=list_due(session(), actor(), now=now()),
        roles=[(ROLE_NAMES[role], role) for role in roles],
    )


@blueprint.get("/help")
@public("Help is for everybody, before sign-in above all.")
def help_page() -> str:
    """How to get in, what to do when stuck, whom to ask."""
    return render_template("web/help.html")


@blueprint.get("/privacy")
@public("What is kept about people must be readable before giving it.")
def privacy() -> str:
    """The privacy notice, with who sees what drawn from the disclosure table."""
    table = [
        (FIELD_NAMES[field], [SHOWN_NAMES[shown(field, viewer)] for viewer in Viewer])
        for field in Field
    ]
    viewers = [VIEWER_NAMES[viewer] for viewer in Viewer]
    return render_template(
        "web/privacy.html", table=table, viewers=viewers, versions=dict(IN_FORCE)
    )


@blueprint.get("/accessibility")
@public("The accessibility statement is for everybody.")
def accessibility() -> str:
    """What these pages hold to, what is known to fail, and how to report a barrier."""
    return render_template("web/accessibility.html")


@blueprint.get("/robots.txt")
@public("Search engines ask which pages they may read.")
def robots() -> Response:
    """Only the front page is for search engines."""
    return Response("User-agent: *\nAllow: /$\nDisallow: /\n", content_type="text/plain")


@blueprint.get("/style")
@public("Developers look at every part of the pages, on invented facts. Absent in production.")
def style() -> str:
    """The living style page."""
    if settings().is_production:
        abort(404)
    return render_template("style/index.html", **style_facts())


@blueprint.get("/healthz")
@public("Load balancers ask whether this process can reach its database.")
def healthz() -> tuple[Response, int]:
    """Answers ok when a statement runs, and 503 when the database does not answer."""
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        if fault_of(error) is None:
            raise
        return jsonify(status="database does not answer"), 503
    return jsonify(status="ok"), 200
