"""Reflections and action plans: keep a draft, send."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import Writing
from lms.assessments.queries.writings import find_writing
from lms.assessments.rules.markings import MARKING_STATE_NAMES, RETURN_REASON_NAMES
from lms.assessments.services.writings import write
from lms.completion.services.crediting import credit
from lms.core.errors import BadInputError, NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_
from lms.courses.values.task import Reflection
from lms.enrolments.queries import lock_own
from lms.learning.pages import words
from lms.learning.queries.courses import OnCourse, get_activity, get_on_course
from lms.learning.queries.marking import find_own_text
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.care import way_out
from lms.learning.rules.plans import beside
from lms.learning.services.marking import tell_markers
from lms.progress.rules import EvidenceKind, Fact

LONGEST_ANSWER = 20_000


def show_reflection(
    on: OnCourse,
    reflection: Reflection,
    *,
    typed: dict[str, str] | None = None,
    error: BadInputError | None = None,
) -> str:
    """The page of a reflection with what was typed, saved or sent."""
    shown, language = on.edition.in_language(reflection, on.language)
    writing = find_writing(session(), actor(), on.enrolment.id, reflection.key)
    own = find_own_text(session(), actor(), on.enrolment.id, reflection)
    before, after = beside(on.edition, reflection.key)
    return render_template(
        "learning/reflection.html",
        on=on,
        reflection=shown,
        writing=writing,
        marking=own.marking if own else None,
        history=own.history if own else None,
        state_names=MARKING_STATE_NAMES,
        reason_names=RETURN_REASON_NAMES,
        typed=typed if typed is not None else dict(writing.answers) if writing else {},
        error=error,
        words=words(on.edition, language, settings().content_folder / "guides"),
        before=before,
        after=after,
        chapter=on.plan.chapter_of(reflection.key),
        language=on.language,
        text_language=language,
    )


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/writing")
@policy(Permission.LEARNING_TAKE)
def write_reflection(course_key: str, activity_key: str) -> Response | tuple[str, int]:
    """Keep what was written; with the other button send it."""
    on = get_on_course(session(), actor(), course_key)
    found = get_activity(on, activity_key)
    if not isinstance(found, Reflection):
        raise NotFoundError(N_("There is no such reflection in this course."))
    typed = {
        prompt.key: request.form.get(prompt.key, "")[:LONGEST_ANSWER] for prompt in found.prompts
    }
    sends = request.form.get("act") == "send"
    enrolment, _stored = lock_own(session(), actor(), course_key)
    try:
        writing = write(
            session(),
            actor(),
            enrolment,
            found,
            typed,
            send=sends,
            language=on.language,
            now=now(),
        )
    except BadInputError as error:
        return show_reflection(on, found, typed=typed, error=error), 400
    away = way_out(course_key, activity_key)
    if away is not None:
        return away
    here = url_for("learning.activity", course_key=course_key, activity_key=activity_key)
    if not sends:
        flash(gettext("Your draft is saved. Only you can read it."))
        return redirect(here, 303)
    if found.done_when == "marked":
        tell_markers(session(), enrolment, found.title, now=now())
    else:
        if _credit_sent(on, writing):
            flash(gettext("You have completed this course."))
    flash(gettext("Sent."))
    return redirect(here, 303)


def _credit_sent(on: OnCourse, writing: Writing) -> bool:
    """Credit what was sent; whether that completes the course.

    Sending anew is no new fact, unless the first was taken back by a correction.
    """
    fact = Fact(
        client_id=f"writing:{writing.id}",
        kind=EvidenceKind.REFLECTED,
        activity_key=writing.activity_key,
        happened_at=writing.sent_at or now(),
        facts={},
    )
    credited = credit(session(), actor(), on.enrolment.id, fact, now=now())
    if any(lacking.activity_key == writing.activity_key for lacking in credited.missing):
        moment = f"{writing.saved_at:%Y%m%d%H%M%S}"
        anew = replace(fact, client_id=f"{fact.client_id}:{moment}", happened_at=writing.saved_at)
        credited = credit(session(), actor(), on.enrolment.id, anew, now=now())
    return credited.completes
