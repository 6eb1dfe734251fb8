"""Marking: the queue, one text, holding it and putting it back, the mark."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import MarkingDecision
from lms.assessments.queries.markings import QueueFilter, marked_courses
from lms.assessments.rules.markings import (
    MARKING_STATE_NAMES,
    RETURN_REASON_NAMES,
    MarkingState,
)
from lms.assessments.services import markings
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, only_read_on, record_access, session, settings
from lms.core.text import is_whole_number, whole_number
from lms.courses.routes import page_language
from lms.learning.forms.marking import levels_in, mark_form, reason_in
from lms.learning.pages import words
from lms.learning.queries.marking import (
    MarkingPage,
    Task,
    get_marking_page,
    list_queue,
    task_in,
)
from lms.learning.queries.taught import editions_of
from lms.learning.routes.blueprint import blueprint
from lms.learning.services.marking import mark

SHOWN = (MarkingState.SENT, MarkingState.RETURNED, MarkingState.ACCEPTED)


@blueprint.get("/marking")
@policy(Permission.ANSWER_MARK, recorded=True)
def marking() -> str:
    """The texts that wait, over all courses the actor marks; what was sent first comes first."""
    state = request.args.get("state", "")
    wanted = QueueFilter(
        state=MarkingState(state) if state in SHOWN else MarkingState.SENT,
        course_key=request.args.get("course", "")[:80],
        only_mine=request.args.get("mine") == "1",
    )
    after = request.args.get("after", type=whole_number)
    lines, following = list_queue(session(), actor(), wanted, after=after, now=now())
    record_access([line.marking.person_id for line in lines])
    courses = {
        key: edition.course.title
        for key, edition in editions_of(session(), marked_courses(actor())).items()
    }
    kept = {"state": wanted.state.value, "course": wanted.course_key}
    arguments: dict[str, Any] = {name: value for name, value in kept.items() if value}
    if wanted.only_mine:
        arguments["mine"] = "1"
    return render_template(
        "learning/marking.html",
        lines=lines,
        wanted=wanted,
        courses=courses,
        state_names=MARKING_STATE_NAMES,
        states=[(state, MARKING_STATE_NAMES[state]) for state in SHOWN],
        first_page=url_for("learning.marking", **arguments) if after else None,
        next_page=url_for("learning.marking", **arguments, after=following) if following else None,
    )


@blueprint.get("/marking/<int:marking_id>")
@policy(Permission.ANSWER_MARK, recorded=True)
def marking_text(marking_id: int) -> str:
    """One text with its rubric, for the marker who holds it."""
    page = get_marking_page(session(), actor(), marking_id, now=now())
    form = mark_form(_task(page)[0].rubric)
    form.version.data = str(page.marking.version)
    return _show(page, form)


@blueprint.post("/marking/<int:marking_id>/claim")
@policy(Permission.ANSWER_MARK)
def claim_marking(marking_id: int) -> Response:
    """Hold a text, so that nobody else marks it meanwhile."""
    markings.claim(session(), actor(), marking_id, now=now())
    return redirect(url_for("learning.marking_text", marking_id=marking_id), 303)


@blueprint.post("/marking/<int:marking_id>/release")
@policy(Permission.ANSWER_MARK)
def release_marking(marking_id: int) -> Response:
    """Put a text back into the queue."""
    markings.release(session(), actor(), marking_id, now=now())
    flash(gettext("The text is back in the queue."))
    return redirect(url_for("learning.marking"), 303)


@blueprint.post("/marking/<int:marking_id>")
@policy(Permission.ANSWER_MARK, recorded=True)
def mark_text(marking_id: int) -> str | Response | tuple[str, int]:
    """Accept a text, or return it to its author."""
    page = get_marking_page(session(), actor(), marking_id, now=now())
    rubric = _task(page)[0].rubric
    form = mark_form(rubric)
    verb = "accept" if request.form.get("act") == "accept" else "return"
    if form.validate_on_submit() and is_whole_number(str(form.version.data)):
        try:
            decision = mark(
                session(),
                actor(),
                marking_id,
                version=int(form.version.data),
                verb=verb,
                levels=levels_in(form, rubric),
                comment=form.comment.data or "",
                reason=reason_in(form),
                now=now(),
            )
        except BadInputError as error:
            form[error.field or "comment"].errors = [gettext(error.sentence, **error.values)]
        except NotPossibleError as error:
            return _refused(marking_id, form, gettext(error.sentence, **error.values))
        else:
            flash(_said(page, decision))
            return redirect(url_for("learning.marking"), 303)
    only_read_on()
    return _show(get_marking_page(session(), actor(), marking_id, now=now()), form), 400


def _said(page: MarkingPage, decision: MarkingDecision) -> str:
    """What became of it, in a sentence."""
    if page.marking.attempt_id is not None:
        return gettext("Marked. The learner is told when all of the attempt is marked.")
    if decision.outcome is MarkingState.ACCEPTED:
        return gettext("Accepted. The author is told.")
    return gettext("Returned. The author is told.")


def _refused(marking_id: int, form: Any, sentence: str) -> tuple[str, int]:
    """The page as things stand now, with what was typed: a newer text, or another marker."""
    only_read_on()
    page = get_marking_page(session(), actor(), marking_id, now=now())
    form.version.data = str(page.marking.version)
    form.form_errors.append(sentence)
    return _show(page, form), 409


def _show(page: MarkingPage, form: Any) -> str:
    task, language = _task(page)
    record_access([page.marking.person_id])
    guides = settings().content_folder / "guides"
    text_language = page.text.language if page.text is not None else language
    asked, asked_language = task_in(page.edition, page.marking, text_language)
    return render_template(
        "learning/marking_text.html",
        page=page,
        form=form,
        task=task,
        task_language=language,
        asked=asked,
        asked_language=asked_language,
        course=page.edition.in_language(page.edition.course, page_language())[0],
        words=words(page.edition, asked_language, guides),
        state_names=MARKING_STATE_NAMES,
        reason_names=RETURN_REASON_NAMES,
    )


def _task(page: MarkingPage) -> tuple[Task, str]:
    """The task in the marker's language, and which language that is."""
    return task_in(page.edition, page.marking, page_language())
