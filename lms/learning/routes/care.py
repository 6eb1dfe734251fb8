"""When a course becomes heavy: the page of advice, the numbers to call, the pause."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.request import actor, now, session, settings
from lms.courses.models import Helpline
from lms.courses.queries.notes import list_helplines
from lms.courses.routes.showing import language_name
from lms.courses.rules import is_stale
from lms.courses.values.page import Wellbeing
from lms.learning.pages import rendered
from lms.learning.queries.courses import OnCourse, get_on_course
from lms.learning.routes.blueprint import blueprint


@blueprint.get("/learning/<string:course_key>/wellbeing")
@policy(Permission.LEARNING_TAKE)
def wellbeing(course_key: str) -> str:
    """What the course says to a learner for whom it becomes heavy, and whom to call."""
    on = get_on_course(session(), actor(), course_key)
    shown, language = on.edition.in_language(on.edition.wellbeing, on.language)
    if not isinstance(shown, Wellbeing):
        raise LookupError("A translation is of the kind of its source.")
    guides = settings().content_folder / "guides"
    return render_template(
        "learning/wellbeing.html",
        on=on,
        page=shown,
        rendered=rendered(on.edition, "wellbeing", shown.body, language, guides),
        language=on.language,
        text_language=language,
        **_helplines(),
    )


@blueprint.get("/learning/<string:course_key>/pause")
@policy(Permission.LEARNING_TAKE)
def pause(course_key: str) -> str:
    """A quiet page: the place is kept, whom to call, and one button back to where one was."""
    on = get_on_course(session(), actor(), course_key)
    return render_template(
        "learning/pause.html",
        on=on,
        here=_here(on),
        language=on.language,
        **_helplines(),
    )


def way_out(course_key: str, activity_key: str) -> Response | None:
    """Where a form leads that was sent by Pause or Leave in its bar; None by another button.

    The caller has kept what was typed.
    """
    act = request.form.get("act")
    if act == "pause":
        return redirect(url_for("learning.pause", course_key=course_key, at=activity_key), 303)
    if act == "leave":
        return redirect(url_for("web.front"), 303)
    return None


def _here(on: OnCourse) -> str | None:
    """The activity one came from, if it is one of this course; else where to carry on."""
    wanted = request.args.get("at", "")
    known = {activity.key for activity in on.edition.activities}
    return wanted if wanted in known else on.plan.next_key


def _helplines() -> dict[str, object]:
    """The numbers of the learner's own member; one statement."""
    code, today = actor().member_code, now().date()
    found: list[Helpline] = list(list_helplines(session(), code)) if code else []
    return {
        "helplines": found,
        "old_helplines": {one.id for one in found if is_stale(one.checked_on, today)},
        "own_name": language_name,
    }
