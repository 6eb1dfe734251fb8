"""Scenarios: begin, take a step, begin again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.models import Play
from lms.assessments.queries.plays import find_last_play
from lms.assessments.rules.plays import debrief_of, mixed, replay
from lms.assessments.services import plays
from lms.completion.services.crediting import credit
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, session, settings
from lms.core.text import N_, whole_number
from lms.courses.values.scenario import Scenario
from lms.enrolments.queries import lock_own
from lms.learning.pages import words
from lms.learning.queries.courses import OnCourse, as_begun, get_activity, get_on_course
from lms.learning.routes.blueprint import blueprint
from lms.learning.rules.plans import beside
from lms.progress.rules import EvidenceKind, Fact


def show_scenario(on: OnCourse, scenario: Scenario) -> str:
    """The scenario where the learner stands in it: before it, in it, or at one of its ends."""
    play = find_last_play(session(), actor(), on.enrolment.id, scenario.key)
    begun, scenario = _as_played(on, scenario, play)
    shown, language = begun.edition.in_language(scenario, on.language)
    if not isinstance(shown, Scenario):
        raise LookupError("A translation is of the kind of its source.")
    moment = replay(shown, play.path) if play is not None else None
    before, after = beside(on.edition, scenario.key)
    note = shown.content_note
    return render_template(
        "learning/scenario.html",
        on=on,
        scenario=shown,
        play=play,
        moment=moment,
        choices=mixed(moment.choices, play.id) if play is not None and moment else [],
        debrief=debrief_of(shown, moment.variables) if moment and moment.is_over else [],
        other=note.alternative if note else None,
        words=words(begun.edition, language, settings().content_folder / "guides"),
        before=before,
        after=after,
        chapter=on.plan.chapter_of(scenario.key),
        language=on.language,
        text_language=language,
    )


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/plays")
@policy(Permission.LEARNING_TAKE)
def begin_play(course_key: str, activity_key: str) -> Response:
    """Begin a scenario, or begin it again after its end."""
    _on, scenario = _scenario(course_key, activity_key)
    enrolment, _stored = lock_own(session(), actor(), course_key)
    plays.begin_play(session(), actor(), enrolment, scenario, now=now())
    return _back(course_key, activity_key)


@blueprint.post("/learning/<string:course_key>/<string:activity_key>/steps")
@policy(Permission.LEARNING_TAKE)
def step(course_key: str, activity_key: str) -> Response:
    """Take one step. One from a place that is past changes nothing."""
    on, scenario = _scenario(course_key, activity_key)
    at = request.form.get("at", default=-1, type=whole_number)
    word = request.form.get("choice", "")[:80]
    last = find_last_play(session(), actor(), on.enrolment.id, scenario.key)
    _begun, scenario = _as_played(on, scenario, last)
    play = plays.step(session(), actor(), on.enrolment.id, scenario, at=at, word=word, now=now())
    if play is not None and play.ended_at is not None:
        fact = Fact(
            client_id=f"play:{play.id}",
            kind=EvidenceKind.PLAYED,
            activity_key=scenario.key,
            happened_at=play.ended_at,
            facts={"play": play.number},
        )
        if credit(session(), actor(), on.enrolment.id, fact, now=now()).completes:
            flash(gettext("You have completed this course."))
    return _back(course_key, activity_key)


def _scenario(course_key: str, activity_key: str) -> tuple[OnCourse, Scenario]:
    on = get_on_course(session(), actor(), course_key)
    found = get_activity(on, activity_key)
    if not isinstance(found, Scenario):
        raise NotFoundError(N_("There is no such scenario in this course."))
    return on, found


def _as_played(on: OnCourse, scenario: Scenario, play: Play | None) -> tuple[OnCourse, Scenario]:
    """The scenario as it was when the play was begun: the learner may have moved since."""
    begun = as_begun(session(), on, play.edition_id if play is not None else None)
    found = get_activity(begun, scenario.key)
    return (begun, found) if isinstance(found, Scenario) else (on, scenario)


def _back(course_key: str, activity_key: str) -> Response:
    address = url_for(
        "learning.activity", course_key=course_key, activity_key=activity_key, _anchor="now"
    )
    return redirect(address, 303)
