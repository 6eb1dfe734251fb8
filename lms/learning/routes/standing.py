"""What the page of a course, in the room below, may ask about its reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g

from lms.core.request import actor, session
from lms.courses.models import StoredEdition
from lms.learning.queries.standing import CourseStanding, course_standing
from lms.learning.routes.blueprint import blueprint
from lms.people.rules.time_zones import place_of_zone


@blueprint.app_context_processor
def standing() -> dict[str, Callable[..., Any]]:
    """`standing_on(stored)` for templates: the room of courses knows no enrolments.

    Two parts of the page ask; it is read once a request.
    """

    def standing_on(stored: StoredEdition) -> CourseStanding:
        known: dict[int, CourseStanding] = g.setdefault("course_standings", {})
        if stored.id not in known:
            known[stored.id] = course_standing(session(), actor(), stored)
        return known[stored.id]

    return {"standing_on": standing_on}


@blueprint.app_template_filter("zone_place")
def zone_place(name: str) -> str:
    """The place whose day it is, for a time zone kept with a day due."""
    return place_of_zone(name)
