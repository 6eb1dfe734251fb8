"""Activities of a course: a page to read, or the way into a quiz, scenario or reflection."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.completion.services.crediting import credit
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.routes import page_language
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection
from lms.courses.values.task import Session as Meeting
from lms.learning.forms import DoneForm
from lms.learning.notes import notes_for
from lms.learning.pages import rendered, words
from lms.learning.queries.attendance import find_own_attendance
from lms.learning.queries.courses import OnCourse, get_activity, get_on_course, note_languages
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.quizzes import show_quiz
from lms.learning.routes.reflections import show_reflection
from lms.learning.routes.scenarios import show_scenario
from lms.learning.rules.plans import beside
from lms.progress.rules import EvidenceKind, Fact


@blueprint.get("/learning/<string:course_key>/<string:activity_key>")
@policy(Permission.LEARNING_TAKE)
def activity(course_key: str, activity_key: str) -> str:
    """An activity of a course."""
    on = get_on_course(session(), actor(), course_key)
    found = get_activity(on, activity_key)
    if isinstance(found, Page):
        return _show(on, found, DoneForm())
    if isinstance(found, Quiz):
        return show_quiz(on, found)
    if isinstance(found, Scenario):
        return show_scenario(on, found)
    if isinstance(found, Reflection):
        return show_reflection(on, found)
    return _show_other(on, found)


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/done")
@policy(Permission.LEARNING_TAKE)
def done(course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Say that a page is read, and go on to the next."""
    on = get_on_course(session(), actor(), course_key)
    page = get_activity(on, activity_key)
    if not isinstance(page, Page):
        raise NotFoundError(N_("There is no such page in this course."))
    form = DoneForm()
    if not form.validate_on_submit():
        return _show(on, page, form), 400
    fact = Fact(
        client_id=f"read:{on.enrolment.id}:{form.client_id.data}",
        kind=EvidenceKind.READ,
        activity_key=page.key,
        happened_at=now(),
        facts={},
    )
    credited = credit(session(), actor(), on.enrolment.id, fact, now=now())
    if credited.completes:
        flash(gettext("You have completed this course."))
    _before, after = beside(on.edition, page.key)
    if after is None or credited.completes:
        return redirect(url_for("learning.course", course_key=course_key), 303)
    return redirect(url_for("learning.activity", course_key=course_key, activity_key=after), 303)


def _show_other(on: OnCourse, found: Activity) -> str:
    """A meeting or a survey: what it is, and who says when; nothing is done on this page."""
    shown, language = on.edition.in_language(found, on.language)
    attended_on = None
    if isinstance(found, Meeting):
        attended_on = find_own_attendance(session(), actor(), on.enrolment.id, found.key)
    before, after = beside(on.edition, found.key)
    return render_template(
        "learning/other.html",
        on=on,
        attended_on=attended_on,
        activity=shown,
        words=words(on.edition, language, settings().content_folder / "guides"),
        before=before,
        after=after,
        chapter=on.plan.chapter_of(found.key),
        language=on.language,
        text_language=language,
    )


def _show(on: OnCourse, found: Page, form: DoneForm) -> str:
    """A lesson page in the reader's language, or in the course's with a notice."""
    shown, language = on.edition.in_language(found, on.language)
    if not isinstance(shown, Page):
        raise LookupError("A translation is of the kind of its source.")
    before, after = beside(on.edition, found.key)
    form.client_id.data = uuid.uuid4().hex
    guides = settings().content_folder / "guides"
    page = rendered(on.edition, found.key, shown.body, language, guides)
    return render_template(
        "learning/page.html",
        on=on,
        page=shown,
        rendered=page,
        notes=notes_for(
            session(),
            actor(),
            on.stored.course_key,
            found,
            page.blocks,
            languages=note_languages(on, page_language()),
            today=now().date(),
        ),
        form=form,
        before=before,
        after=after,
        other=on.edition.alternative_of(found.key),
        chapter=on.plan.chapter_of(on.edition.credited(found.key)),
        language=on.language,
        text_language=language,
    )
