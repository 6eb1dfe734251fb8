"""The courses a trainer teaches, and the page of one: how many stand where."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.statistics import quiz_sums_of
from lms.assessments.rules.statistics import FEWEST
from lms.core.request import actor, now, session
from lms.courses.routes import page_language
from lms.courses.values.quiz import Quiz
from lms.learning.queries.summaries import list_taught
from lms.learning.queries.taught import get_taught
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.shared import course_page, course_title, module_titles
from lms.learning.rules.teaching import places_of
from lms.learning.services.standings import ask_refresh


@blueprint.get("/teaching")
@policy(Permission.COURSE_TEACH)
def teaching() -> str:
    """The courses one teaches, with how many are on them."""
    return render_template(
        "learning/teaching/courses.html",
        courses=list_taught(session(), actor()),
        language=page_language(),
    )


@blueprint.get("/teaching/<string:course_key>")
@policy(Permission.COURSE_TEACH)
def teaching_course(course_key: str) -> str:
    """One course: how many are on it, where they carry on, and how its quizzes do."""
    page = course_page(course_key)
    language = page_language()
    places, elsewhere = places_of(page.edition, page.course.counts, language)
    sums = quiz_sums_of(session(), course_key)
    quizzes = [
        (page.edition.in_language(activity, language)[0], sums[activity.key])
        for key in page.edition.order
        if isinstance(activity := page.edition.activity(key), Quiz)
    ]
    return render_template(
        "learning/teaching/course.html",
        page=page,
        course_key=course_key,
        title=course_title(page.edition),
        places=places,
        elsewhere=elsewhere,
        quizzes=quizzes,
        modules=module_titles(page.edition),
        fewest=FEWEST,
    )


@blueprint.post("/teaching/<string:course_key>/refresh")
@policy(Permission.COURSE_TEACH)
def teaching_refresh(course_key: str) -> Response:
    """Have the course counted anew, now."""
    get_taught(session(), actor(), course_key)
    ask_refresh(session(), actor(), course_key, now=now())
    flash(gettext("The course is being counted. Load this page again in a moment."))
    return redirect(url_for("learning.teaching_course", course_key=course_key), 303)
