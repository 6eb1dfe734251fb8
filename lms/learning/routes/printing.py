"""A whole module on one page, to be printed; no answers of a quiz are on it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import ClosedError, NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.catalogue import KINDS
from lms.courses.render.page import RenderedPage
from lms.courses.routes import page_language
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page
from lms.learning.notes import NoteOnPage, notes_for
from lms.learning.pages import rendered, words
from lms.learning.queries.courses import CLOSED, OnCourse, get_on_course, note_languages
from lms.learning.routes.blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Printed:
    """One activity on paper: a page in full, of anything else its name and what it is.

    `prefix` begins the ids of the page, so that no two of the module are the same.
    """

    activity: Activity
    language: str
    prefix: str
    page: RenderedPage | None
    notes: dict[str, NoteOnPage]


@blueprint.get("/learning/<string:course_key>/modules/<string:module_key>")
@policy(Permission.LEARNING_TAKE)
def module(course_key: str, module_key: str) -> str:
    """All pages of a module, one below the other."""
    on = get_on_course(session(), actor(), course_key)
    chapter = next((one for one in on.plan.chapters if one.module.key == module_key), None)
    if chapter is None:
        raise NotFoundError(N_("There is no such module in this course."))
    if on.stored.is_closed:
        raise ClosedError(CLOSED)
    guides = settings().content_folder / "guides"
    shown = [
        _printed(on, step.activity, f"p{number}-") for number, step in enumerate(chapter.steps, 1)
    ]
    return render_template(
        "learning/module.html",
        on=on,
        module=on.edition.in_language(chapter.module, on.language)[0],
        printed=shown,
        kinds=KINDS,
        words=words(on.edition, on.language, guides),
        language=on.language,
    )


def _printed(on: OnCourse, activity: Activity, prefix: str) -> Printed:
    shown, language = on.edition.in_language(activity, on.language)
    if not isinstance(shown, Page):
        return Printed(shown, language, prefix, None, {})
    guides = settings().content_folder / "guides"
    page = rendered(on.edition, activity.key, shown.body, language, guides, prefix=prefix)
    notes = notes_for(
        session(),
        actor(),
        on.stored.course_key,
        shown,
        page.blocks,
        languages=note_languages(on, page_language()),
        today=now().date(),
    )
    return Printed(shown, language, prefix, page, notes)
