"""Problems on pages: learners report them, trainers and the secretariat see to them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, BekalError
from lms.core.languages import own_name
from lms.core.request import actor, engine, now, session
from lms.core.text import whole_number
from lms.core.throttle import count_try
from lms.courses.routes import page_language
from lms.learning.forms.problems import ProblemForm
from lms.learning.forms.questions import new_id
from lms.learning.queries.places import get_place
from lms.learning.queries.problems import list_own_problems, list_problems
from lms.learning.queries.taught import get_taught
from lms.learning.routes.blueprint import blueprint
from lms.learning.rules.problems import (
    PROBLEM_KIND_NAMES,
    PROBLEM_STATE_NAMES,
    PROBLEM_VERB_NAMES,
    REPORTED_BY_PERSON,
    ProblemKind,
    ProblemState,
    ProblemVerb,
    problem_verbs,
)
from lms.learning.services.problems import move_problem, report
from lms.people.routes.entering import show


@blueprint.route(
    "/learning/<string:course_key>/<string:activity_key>/problems", methods=["GET", "POST"]
)
@policy(Permission.LEARNING_TAKE)
def report_problem(course_key: str, activity_key: str) -> str | Response | tuple[str, int]:
    """Report what is wrong with a page, and see what became of earlier reports."""
    form = ProblemForm()
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            count_try(engine(), [(REPORTED_BY_PERSON, str(actor().person_id))], now=now())
            report(
                session(),
                actor(),
                get_place(session(), actor(), course_key, activity_key),
                client_id=str(form.client_id.data),
                kind=ProblemKind(form.kind.data),
                text=str(form.text.data),
                language=page_language(),
                now=now(),
            )
        except BekalError as error:
            status = show(form, error)
        else:
            flash(gettext("Your report is sent. You are told what becomes of it."))
            here = url_for(
                "learning.report_problem", course_key=course_key, activity_key=activity_key
            )
            return redirect(here, 303)
    place = get_place(session(), actor(), course_key, activity_key)
    form.client_id.data = form.client_id.data or new_id()
    page = render_template(
        "learning/report_problem.html",
        place=place,
        form=form,
        own=list_own_problems(session(), actor(), place),
        kind_names=PROBLEM_KIND_NAMES,
        state_names=PROBLEM_STATE_NAMES,
        language=page_language(),
    )
    return page, status


@blueprint.get("/teaching/<string:course_key>/problems")
@policy(Permission.COURSE_TEACH)
def problems(course_key: str) -> str:
    """The problems reported on pages of a course, by state; nobody is named."""
    return _page(course_key)


@blueprint.post("/teaching/<string:course_key>/problems/<int:problem_id>")
@policy(Permission.COURSE_TEACH)
def settle_problem(course_key: str, problem_id: int) -> Response | tuple[str, int]:
    """Take a report into work or end it, with a word back to its reporter."""
    wish = request.form.get("act", "")
    if wish not in set(ProblemVerb):
        return _page(course_key), 400
    answer = request.form.get("answer", "")
    try:
        found = move_problem(
            session(), actor(), course_key, problem_id, ProblemVerb(wish), answer=answer, now=now()
        )
    except BadInputError as error:
        sentence = gettext(error.sentence, **error.values)
        return _page(course_key, wrong=(problem_id, sentence, answer)), 400
    flash(gettext("The report is now: %(state)s.", state=gettext(PROBLEM_STATE_NAMES[found.state])))
    here = url_for("learning.problems", course_key=course_key, state=request.args.get("state"))
    return redirect(here, 303)


def _page(course_key: str, wrong: tuple[int, str, str] | None = None) -> str:
    """The list; `wrong` is the report, the sentence and what was typed, after a refusal."""
    edition = get_taught(session(), actor(), course_key)
    wish = request.args.get("state", "")
    state = ProblemState(wish) if wish in set(ProblemState) else ProblemState.OPEN
    after = request.args.get("after", type=whole_number)
    found, following = list_problems(session(), actor(), course_key, state, after=after)
    here = url_for("learning.problems", course_key=course_key, state=state.value)
    return render_template(
        "learning/problems.html",
        course_key=course_key,
        course=edition.in_language(edition.course, page_language())[0],
        titles={activity.key: activity.title for activity in edition.activities},
        found=found,
        wrong=wrong,
        state=state,
        states=list(PROBLEM_STATE_NAMES.items()),
        verbs=problem_verbs(state),
        verb_names=PROBLEM_VERB_NAMES,
        kind_names=PROBLEM_KIND_NAMES,
        own_name=own_name,
        first_page=here if after else None,
        next_page=f"{here}&after={following}" if following else None,
    )
