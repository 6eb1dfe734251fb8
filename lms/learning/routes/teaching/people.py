"""The learners of a course, and one of them."""

from __future__ import annotations

from flask import render_template, request, url_for

from lms.access.disclosure import Field, Shown, shown
from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.certificates.queries.own import states_of_enrolments
from lms.certificates.routes.showing import CERTIFICATE_WORDS
from lms.core.request import actor, now, record_access, session
from lms.core.text import whole_number
from lms.courses.routes import page_language
from lms.courses.values.quiz import Quiz
from lms.enrolments.rules.states import ENROLMENT_STATE_NAMES, SOURCE_NAMES
from lms.learning.queries.learners import list_learners
from lms.learning.queries.one_learner import get_learner
from lms.learning.queries.summaries import get_list_page
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.lines import lines_of
from lms.learning.routes.teaching.shared import (
    course_title,
    filter_words,
    member_options,
    module_options,
    module_titles,
    pace_options,
    state_options,
    wanted_here,
)
from lms.learning.rules.teaching import ORDER_NAMES, Order
from lms.people.models.members import AGENCY_TYPE_NAMES
from lms.people.queries.members import member_names


@blueprint.get("/teaching/<string:course_key>/people")
@policy(Permission.COURSE_TEACH, recorded=True)
def teaching_people(course_key: str) -> str:
    """A page of the learners of a course, by the order and the filter in the address."""
    page = get_list_page(session(), actor(), course_key)
    wanted = wanted_here()
    given = request.args.get("order", "")
    order = Order(given) if given in set(Order) else Order.ACTIVITY
    after = request.args.get("after", type=whole_number)
    learners, following = list_learners(
        session(), actor(), course_key, wanted, order,
        after=after, as_of=page.as_of or now(), now=now(),
    )  # fmt: skip
    record_access([learner.view.person_id for learner in learners])
    names = member_names(session())
    arguments = {**wanted.as_json, "course_key": course_key}
    if order is not Order.ACTIVITY:
        arguments["order"] = order.value
    here = "learning.teaching_people"
    return render_template(
        "learning/teaching/people.html",
        as_of=page.as_of,
        course_key=course_key,
        title=course_title(page.edition),
        lines=lines_of(learners, names),
        here=url_for(here, course_key=course_key),
        wanted=wanted,
        order=order,
        orders=list(ORDER_NAMES.items()),
        narrowed_to=filter_words(wanted, page.edition),
        member_options=member_options(names),
        module_options=module_options(page.edition),
        pace_options=pace_options(),
        state_options=state_options(),
        state_names=ENROLMENT_STATE_NAMES,
        first_page=url_for(here, **arguments) if after is not None else None,
        next_page=url_for(here, **arguments, after=following) if following else None,
    )


@blueprint.get("/teaching/<string:course_key>/people/<int:enrolment_id>")
@policy(Permission.COURSE_TEACH, recorded=True)
def teaching_person(course_key: str, enrolment_id: int) -> str:
    """One learner: what is done, and what was reached in quizzes; no answers."""
    learner = get_learner(session(), actor(), course_key, enrolment_id, now=now())
    record_access([learner.view.person_id])
    language = page_language()
    quizzes = [
        (learner.edition.in_language(activity, language)[0], attempts)
        for key, attempts in learner.attempts.items()
        if (activity := _quiz(learner.edition.activities, key)) is not None
    ]
    return render_template(
        "learning/teaching/person.html",
        learner=learner,
        course_key=course_key,
        title=course_title(learner.edition),
        quizzes=quizzes,
        modules=module_titles(learner.edition),
        shows_scores=shown(Field.SCORES, learner.view.viewer) is not Shown.PASSED_OR_NOT,
        language=language,
        members=member_names(session()),
        state_names=ENROLMENT_STATE_NAMES,
        source_names=SOURCE_NAMES,
        agency_types=AGENCY_TYPE_NAMES,
        certificates=states_of_enrolments(session(), actor(), Reach.TAUGHT, [enrolment_id]).get(
            enrolment_id, []
        ),
        **CERTIFICATE_WORDS,
    )


def _quiz(activities: tuple[object, ...], key: str) -> Quiz | None:
    return next(
        (found for found in activities if isinstance(found, Quiz) and found.key == key), None
    )
