"""Assigning a course or a path to many: what, whom, a look at what it does, and doing it."""

from __future__ import annotations

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_decimal, gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import scopes_for
from lms.core.errors import BadInputError, NotFoundError
from lms.core.languages import own_name
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.text import N_, is_whole_number, whole_number
from lms.courses.routes import page_language
from lms.enrolments.models import Assignment
from lms.enrolments.queries.assignments import (
    chosen_ids,
    get_assignment,
    list_assignments,
    planned,
)
from lms.enrolments.queries.own_people import (
    count_own_people,
    every_own_id,
    list_own_people,
)
from lms.enrolments.queries.subjects import get_subject, list_subjects
from lms.enrolments.rules.assigning import (
    DOES_SOMETHING,
    DONE_NAMES,
    MOST_AT_ONCE,
    MOST_PEOPLE,
    OUTCOME_NAMES,
    AssignmentState,
    Outcome,
    SubjectKind,
)
from lms.enrolments.rules.standing import STANDING_NAMES
from lms.enrolments.services import assigning, undoing
from lms.learning.forms.assignments import AssignForm
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.own import Wanted, filter_options
from lms.people.queries.disclosed import PersonView, disclose_to
from lms.people.queries.members import member_names
from lms.people.queries.persons import place_of

MOST_NAMED = 50
"""Names shown in each group of the preview; the numbers are of all."""


@blueprint.get("/own/assignments")
@policy(Permission.ASSIGNMENT_MAKE)
def assignments() -> str:
    """The latest assignments of one's member or agency."""
    language = page_language()
    titles = {
        (subject.kind, subject.key): subject.title(language)
        for subject in list_subjects(session(), actor())
    }
    return render_template(
        "learning/assignments.html",
        assignments=list_assignments(session(), actor()),
        titles=titles,
    )


@blueprint.route("/own/assignments/new", methods=["GET", "POST"])
@policy(Permission.ASSIGNMENT_MAKE)
def assignment_new() -> str | Response | tuple[str, int]:
    """What to assign, and by when."""
    form = AssignForm()
    subjects = list_subjects(session(), actor())
    language = page_language()
    form.subject.choices = {
        gettext("Choose a course or a path"): [("", gettext("Not chosen yet"))],
        **{
            words: [
                (f"{subject.kind.value}:{subject.key}", subject.title(language))
                for subject in subjects
                if subject.kind is kind
            ]
            for kind, words in (
                (SubjectKind.PATH, gettext("Paths")),
                (SubjectKind.COURSE, gettext("Courses")),
            )
        },
    }
    if not form.is_submitted():
        form.subject.data = request.args.get("subject", "")
    if form.validate_on_submit():
        kind, _, key = form.subject.data.partition(":")
        try:
            made = assigning.draft(
                session(), actor(), SubjectKind(kind), key, due_on=form.due_on.data, now=now()
            )
        except BadInputError as error:
            form.due_on.errors = (gettext(error.sentence, **error.values),)
        else:
            return redirect(url_for("learning.assignment_people", run_id=made.run_id), 303)
    page = render_template("learning/assignment_new.html", form=form, subjects=subjects)
    return page, 400 if form.is_submitted() else 200


@blueprint.get("/own/assignments/<string:run_id>/people")
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def assignment_people(run_id: str) -> str:
    """Whom to assign it to: a list to search, with ticks."""
    return _people_page(_draft(run_id))


@blueprint.post("/own/assignments/<string:run_id>/people")
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def assignment_choose(run_id: str) -> Response | tuple[str, int]:
    """Add the people ticked, or all who match; take out the ones ticked."""
    _draft(run_id)
    wanted = Wanted.of_request()
    ticked = _ticked("person")
    act = request.form.get("act", "")
    add = ticked
    if act == "all":
        add = every_own_id(session(), actor(), wanted.filter, now=now(), most=MOST_PEOPLE + 1)
    try:
        made = assigning.choose(
            session(),
            actor(),
            run_id,
            add=() if act == "remove" else add,
            remove=ticked if act == "remove" else (),
        )
    except BadInputError as error:
        only_read_on()
        return _people_page(_draft(run_id), ticked, gettext(error.sentence, **error.values)), 400
    count = len(chosen_ids(made))
    if act == "go":
        return redirect(url_for("learning.assignment", run_id=run_id), 303)
    flash(gettext("Chosen: %(count)s", count=format_decimal(count)))
    here = url_for("learning.assignment_people", run_id=run_id, **wanted.arguments)
    return redirect(here, 303)


@blueprint.get("/own/assignments/<string:run_id>")
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def assignment(run_id: str) -> str:
    """What a draft would do, person by person; what came of one that was carried out."""
    return _page(get_assignment(session(), actor(), run_id))


@blueprint.post("/own/assignments/<string:run_id>/carry-out")
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def assignment_carry_out(run_id: str) -> Response | tuple[str, int]:
    """Do it; a second press changes nothing."""
    try:
        _made, job = assigning.carry_out(session(), actor(), run_id, now=now())
    except BadInputError as error:
        only_read_on()
        found = get_assignment(session(), actor(), run_id)
        return _page(found, gettext(error.sentence, **error.values)), 400
    if job is not None:
        return redirect(url_for("jobs.job", run_id=job.run_id), 303)
    return redirect(url_for("learning.assignment", run_id=run_id), 303)


@blueprint.post("/own/assignments/<string:run_id>/undo")
@policy(Permission.ASSIGNMENT_MAKE)
def assignment_undo(run_id: str) -> Response:
    """Undo it for everybody who has not begun."""
    _made, job = undoing.undo(session(), actor(), run_id, now=now())
    if job is not None:
        return redirect(url_for("jobs.job", run_id=job.run_id), 303)
    flash(gettext("The assignment is undone for everybody who had not begun."))
    return redirect(url_for("learning.assignment", run_id=run_id), 303)


def _draft(run_id: str) -> Assignment:
    found = get_assignment(session(), actor(), run_id)
    if found.state is not AssignmentState.DRAFT:
        raise NotFoundError(N_("This was assigned already. Begin a new assignment."))
    return found


def _ticked(name: str) -> list[int]:
    """The ids ticked in a list; what is no number is left out."""
    values = request.form.getlist(name)[: MOST_PEOPLE + 1]
    return [int(value) for value in values if is_whole_number(value)]


def _people_page(
    draft: Assignment, ticked: list[int] | None = None, refused: str | None = None
) -> str:
    wanted = Wanted.of_request()
    after = place_of(session(), actor(), request.args.get("after", type=whole_number))
    people, following = list_own_people(session(), actor(), wanted.filter, now=now(), after=after)
    record_access([each.person.id for each in people])
    subject = get_subject(session(), actor(), draft.subject_kind, draft.subject_key)
    chosen = set(chosen_ids(draft))
    views = disclose_to(actor(), [(each.person, each.agency) for each in people])
    standing = {
        each.person.id: next(
            (
                on.standing
                for on in each.on
                if on.kind is draft.subject_kind and on.key == draft.subject_key
            ),
            None,
        )
        for each in people
    }
    everywhere = scopes_for(actor(), Permission.ASSIGNMENT_MAKE).everywhere
    members = member_names(session()) if everywhere else {}
    return render_template(
        "learning/assignment_people.html",
        draft=draft,
        subject=subject,
        language=page_language(),
        people=[(view, standing[view.person_id]) for view in views],
        chosen=chosen,
        ticked=set(ticked or ()),
        refused=refused,
        wanted=wanted,
        total=count_own_people(session(), actor(), wanted.filter, now=now(), most=MOST_PEOPLE),
        most=MOST_PEOPLE,
        standing_names=STANDING_NAMES,
        next_page=url_for(
            "learning.assignment_people",
            run_id=draft.run_id,
            **wanted.arguments,
            after=following.person_id,
        )
        if following is not None
        else None,
        is_first=after is None,
        members=members,
        **filter_options(wanted.member, members),
    )


def _page(found: Assignment, refused: str | None = None) -> str:
    subject = get_subject(session(), actor(), found.subject_kind, found.subject_key)
    counts: Counter[Outcome] = Counter()
    named: dict[Outcome, list[PersonView]] = {outcome: [] for outcome in Outcome}
    if found.state is AssignmentState.DRAFT:
        for each in planned(session(), actor(), found, subject):
            counts[each.outcome] += 1
            if len(named[each.outcome]) < MOST_NAMED:
                named[each.outcome] += disclose_to(actor(), [(each.person, each.agency)])
    else:
        counts.update(
            {Outcome(name): number for name, number in found.counts.items() if name in set(Outcome)}
        )
    shown = [view.person_id for views in named.values() for view in views]
    record_access(shown)
    return render_template(
        "learning/assignment.html",
        found=found,
        subject=subject,
        language=page_language(),
        counts=counts,
        named=named,
        outcomes=OUTCOME_NAMES if found.state is AssignmentState.DRAFT else DONE_NAMES,
        total=sum(counts.values()),
        doing=sum(counts[outcome] for outcome in DOES_SOMETHING),
        refused=refused,
        most_at_once=MOST_AT_ONCE,
        language_names=[own_name(code) for code in subject.languages],
        undone=found.counts.get(undoing.UNDONE),
        begun=found.counts.get(undoing.BEGUN),
    )
