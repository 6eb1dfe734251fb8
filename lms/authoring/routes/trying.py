"""A draft as its learners would see it: their pages and templates, and nothing is kept.

The addresses of the learner's pages are led into the preview, one to one; what has no
meaning there says so. Where a quiz or a scenario stands is in the address.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import Play
from lms.assessments.rules.answers import given_in
from lms.assessments.rules.marking import Given
from lms.assessments.rules.markings import MARKING_STATE_NAMES, RETURN_REASON_NAMES
from lms.assessments.rules.plays import debrief_of, may_step, mixed, replay
from lms.assessments.services.attempts import drawing_of
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.routes.tried import NOBODY, Trying, common, edition_to_try, shown_here, trying_of
from lms.authoring.routes.tried_quizzes import (
    DRAWINGS,
    attempt_page,
    drawn_attempt,
    quiz_page,
    review_page,
)
from lms.certificates.routes.showing import CERTIFICATE_WORDS
from lms.core.errors import NotFoundError
from lms.core.languages import own_name
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.courses.queries.notes import list_helplines
from lms.courses.routes import page_language
from lms.courses.routes.showing import language_name
from lms.courses.rules import is_stale
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page, Wellbeing
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection
from lms.learning.forms import DoneForm
from lms.learning.forms.questions import new_id
from lms.learning.notes import notes_for
from lms.learning.queries.courses import note_languages
from lms.learning.rules.plans import beside
from lms.people.queries.members import member_names
from lms.progress.rules import MISSING_SENTENCES

MOST_STEPS = 200
MOST_SHOWN = 10
Kind = TypeVar("Kind", Page, Quiz, Scenario, Reflection)
_BASE = "/drafts/<int:draft_id>/preview/<string:member_code>/<string:language>"


@blueprint.get("/drafts/<int:draft_id>/preview")
@policy(Permission.DRAFT_READ)
def preview(draft_id: int) -> Response | tuple[str, int]:
    """The outline, as a learner of the member and in the language that were chosen.

    While something is to mend: what that is.
    """
    draft, checked = draft_and_checked(draft_id)
    if checked.errors:
        page = render_template(
            "authoring/preview_not_yet.html", draft=draft, checked=checked, most=MOST_SHOWN
        )
        return page, 409
    edition = edition_to_try(checked)
    member = request.args.get("member", NOBODY)
    language = request.args.get("in", "")
    address = url_for(
        "authoring.preview_course",
        draft_id=draft.id,
        member_code=member if member in member_names(session()) else NOBODY,
        language=language if language in edition.languages else edition.course.language,
    )
    return redirect(address)


@blueprint.get(_BASE)
@policy(Permission.DRAFT_READ)
def preview_course(draft_id: int, member_code: str, language: str) -> str:
    """The plan of the course, of somebody who has done nothing yet."""
    trying = trying_of(draft_id, member_code, language)
    return shown_here(
        trying,
        "learning/course.html",
        languages=[
            (code, own_name(code), not trying.edition.is_whole_in(code))
            for code in trying.edition.languages
        ],
        certificates=None,
        **CERTIFICATE_WORDS,
        sentences=MISSING_SENTENCES,
        waiting=frozenset(),
    )


@blueprint.get(f"{_BASE}/<string:activity_key>")
@policy(Permission.DRAFT_READ)
def preview_activity(draft_id: int, member_code: str, language: str, activity_key: str) -> str:
    """One activity; the pages of advice and of the pause among them."""
    trying = trying_of(draft_id, member_code, language)
    if activity_key in {"wellbeing", "pause"}:
        return _care(trying, activity_key)
    found = next((a for a in trying.edition.activities if a.key == activity_key), None)
    if isinstance(found, Page):
        return _page(trying, found)
    if isinstance(found, Quiz):
        return quiz_page(trying, found)
    if isinstance(found, Scenario):
        return _scenario(trying, found)
    if isinstance(found, Reflection):
        return _reflection(trying, found, {})
    if found is not None:
        return _other(trying, found)
    return _elsewhere(trying)


@blueprint.get(f"{_BASE}/<string:activity_key>/attempts/<int:number>")
@policy(Permission.DRAFT_READ)
def preview_attempt(
    draft_id: int, member_code: str, language: str, activity_key: str, number: int
) -> str:
    """A drawing of a quiz, ready to be answered."""
    trying = trying_of(draft_id, member_code, language)
    quiz = _of_kind(trying, activity_key, Quiz)
    return attempt_page(trying, quiz, drawn_attempt(trying, quiz, number), {})


@blueprint.post(f"{_BASE}/<string:activity_key>/attempts/<int:number>")
@policy(Permission.DRAFT_READ)
def preview_answer(
    draft_id: int, member_code: str, language: str, activity_key: str, number: int
) -> str:
    """What a learner would read after handing in; nothing is kept."""
    trying = trying_of(draft_id, member_code, language)
    quiz = _of_kind(trying, activity_key, Quiz)
    attempt = drawn_attempt(trying, quiz, number)
    drawing = drawing_of(attempt)
    questions = trying.edition.questions_in(quiz, drawing.language)
    given: dict[int, Given] = {
        place: given_in(questions[drawn.question], drawn, f"q{place}", request.form.getlist)
        for place, drawn in enumerate(drawing.questions, 1)
    }
    if request.form.get("act") not in {"finish", "hand-in"}:
        return attempt_page(trying, quiz, attempt, given)
    return review_page(trying, quiz, attempt, given)


@blueprint.post(f"{_BASE}/<path:rest>")
@policy(Permission.DRAFT_READ)
def preview_act(draft_id: int, member_code: str, language: str, rest: str) -> Response | str:
    """What a learner's button would do, without doing it: the page that comes after."""
    trying = trying_of(draft_id, member_code, language)
    key, _, act = rest.partition("/")
    if rest == "language":
        wanted = request.form.get("language", "")
        chosen = wanted if wanted in trying.edition.languages else language
        return redirect(
            url_for(
                "authoring.preview_course",
                draft_id=draft_id,
                member_code=member_code,
                language=chosen,
            ),
            303,
        )
    if act == "done":
        _before, after = beside(trying.edition, _of_kind(trying, key, Page).key)
        return redirect(trying.at(after) if after else trying.base, 303)
    if act == "attempts":
        _of_kind(trying, key, Quiz)
        return redirect(trying.at(f"{key}/attempts/{secrets.randbelow(DRAWINGS) + 1}"), 303)
    if act == "plays":
        _of_kind(trying, key, Scenario)
        return redirect(trying.at(f"{key}?way=#now"), 303)
    if act == "steps":
        return _step(trying, _of_kind(trying, key, Scenario))
    if act == "writing":
        task = _of_kind(trying, key, Reflection)
        typed = {prompt.key: request.form.get(prompt.key, "")[:20_000] for prompt in task.prompts}
        flash(gettext("In a preview nothing is sent and nothing is kept."), "law")
        return _reflection(trying, task, typed)
    return _elsewhere(trying)


@blueprint.get(f"{_BASE}/<path:rest>")
@policy(Permission.DRAFT_READ)
def preview_elsewhere(draft_id: int, member_code: str, language: str, rest: str) -> str:
    """Where a learner would ask, report or print: a preview has none of it."""
    return _elsewhere(trying_of(draft_id, member_code, language))


def _page(trying: Trying, found: Page) -> str:
    shown, language = trying.edition.in_language(found, trying.on.language)
    rendered = trying.renderer(language).page(shown.body)
    form = DoneForm(formdata=None)
    form.client_id.data = new_id()
    member = None if trying.member_code == NOBODY else trying.member_code
    return shown_here(
        trying,
        "learning/page.html",
        page=shown,
        rendered=rendered,
        notes=notes_for(
            session(),
            replace(actor(), member_code=member),
            trying.draft.course_key,
            found,
            rendered.blocks,
            languages=note_languages(trying.on, page_language()),
            today=now().date(),
        ),
        form=form,
        other=trying.edition.alternative_of(found.key),
        **common(trying, found, language),
    )


def _scenario(trying: Trying, found: Scenario) -> str:
    shown, language = trying.edition.in_language(found, trying.on.language)
    way = request.args.get("way")
    play = (
        Play(id=0, activity_key=found.key, number=1, path=_path(way)) if way is not None else None
    )
    moment = replay(shown, play.path) if play is not None else None
    note = shown.content_note
    return shown_here(
        trying,
        "learning/scenario.html",
        scenario=shown,
        play=play,
        moment=moment,
        choices=mixed(moment.choices, 0) if moment else [],
        debrief=debrief_of(shown, moment.variables) if moment and moment.is_over else [],
        other=note.alternative if note else None,
        **common(trying, found, language),
    )


def _path(way: str) -> list[str]:
    """The steps in the address: keys of choices, a star where the story only leads on."""
    return ["" if word == "*" else word for word in way.split(".") if word][:MOST_STEPS]


def _step(trying: Trying, found: Scenario) -> Response:
    """One step further, if it is possible from where the form stood."""
    way = request.args.get("way", "")[: 40 * MOST_STEPS]
    path = _path(way)
    word = request.form.get("choice", "")[:80]
    if len(path) < MOST_STEPS and may_step(found, path, word):
        path = [*path, word]
    words = ".".join(step or "*" for step in path)
    return redirect(f"{trying.at(found.key)}?way={words}#now", 303)


def _reflection(trying: Trying, found: Reflection, typed: dict[str, str]) -> str:
    shown, language = trying.edition.in_language(found, trying.on.language)
    return shown_here(
        trying,
        "learning/reflection.html",
        reflection=shown,
        writing=None,
        marking=None,
        history=None,
        state_names=MARKING_STATE_NAMES,
        reason_names=RETURN_REASON_NAMES,
        typed=typed,
        error=None,
        **common(trying, found, language),
    )


def _other(trying: Trying, found: Activity) -> str:
    shown, language = trying.edition.in_language(found, trying.on.language)
    values = common(trying, found, language)
    return shown_here(trying, "learning/other.html", activity=shown, attended_on=None, **values)


def _care(trying: Trying, page: str) -> str:
    """The page of advice, or the pause, with the numbers of the member chosen."""
    member = None if trying.member_code == NOBODY else trying.member_code
    found = list(list_helplines(session(), member)) if member else []
    today = now().date()
    numbers = {
        "helplines": found,
        "old_helplines": {one.id for one in found if is_stale(one.checked_on, today)},
        "own_name": language_name,
    }
    if page == "pause":
        return shown_here(trying, "learning/pause.html", here=trying.on.plan.next_key, **numbers)
    shown, language = trying.edition.in_language(trying.edition.wellbeing, trying.on.language)
    if not isinstance(shown, Wellbeing):
        raise LookupError("A translation is of the kind of its source.")
    return shown_here(
        trying,
        "learning/wellbeing.html",
        page=shown,
        rendered=trying.renderer(language).page(shown.body),
        text_language=language,
        **numbers,
    )


def _elsewhere(trying: Trying) -> str:
    return shown_here(trying, "authoring/preview_elsewhere.html")


def _of_kind(trying: Trying, key: str, kind: type[Kind]) -> Kind:
    found = next((each for each in trying.edition.activities if each.key == key), None)
    if not isinstance(found, kind):
        raise NotFoundError(N_("There is no such activity in this draft."))
    return found
