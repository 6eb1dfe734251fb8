"""The editions of a course for who looks after it: who is where, withdrawing, moving people."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.completion.queries.moving import (
    count_on_editions,
    get_edition_of,
    list_editions,
    preview,
)
from lms.completion.rules.moving import (
    GROUP_NAMES,
    OUTCOME_NAMES,
    Outcome,
    chosen_groups,
    compare,
    moves,
)
from lms.completion.services import withdrawing
from lms.completion.services.moving import ask_to_move, check_open, move_to_edition
from lms.core.errors import BekalError, NotFoundError
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.routes import page_language
from lms.courses.rules import EDITION_WITHDRAWAL_NAMES
from lms.courses.services.editions import restore_edition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.rules.states import ENROLMENT_STATE_NAMES, EnrolmentState
from lms.learning.forms.editions import MoveGroupsForm, MovePersonForm, WithdrawForm, group_choices
from lms.learning.queries.one_learner import LearnerPage, get_learner
from lms.learning.routes.blueprint import blueprint
from lms.people.routes.entering import show as show_error


@blueprint.get("/teaching/<string:course_key>/editions")
@policy(Permission.COURSE_PUBLISH)
def editions(course_key: str) -> str:
    """Every edition of a course, with how many are on it."""
    found = list_editions(session(), actor(), course_key)
    latest = get_edition(session(), found[0].digest)
    return render_template(
        "learning/teaching/editions.html",
        course_key=course_key,
        title=_title(latest),
        editions=found,
        counts=count_on_editions(session(), actor(), course_key),
        reasons=EDITION_WITHDRAWAL_NAMES,
        states=list(EnrolmentState),
        state_names=ENROLMENT_STATE_NAMES,
    )


@blueprint.get("/teaching/<string:course_key>/editions/<int:number>/withdraw")
@policy(Permission.COURSE_PUBLISH)
def withdraw_page(course_key: str, number: int) -> str:
    """Whom withdrawing an edition touches, and why it is done."""
    return _withdrawing(course_key, number, WithdrawForm(formdata=None))


@blueprint.post("/teaching/<string:course_key>/editions/<int:number>/withdraw")
@policy(Permission.COURSE_PUBLISH)
def withdraw(course_key: str, number: int) -> Response | tuple[str, int]:
    """Offer an edition to nobody any more."""
    form = WithdrawForm()
    if not form.validate_on_submit():
        only_read_on()
        return _withdrawing(course_key, number, form), 400
    job = withdrawing.withdraw(
        session(), actor(), course_key, number, reason=form.chosen, now=now()
    )
    flash(gettext("Edition %(number)s is withdrawn.", number=number))
    if job is not None:
        flash(gettext("Everybody who is on it or has completed it is told."))
    return _back(course_key)


@blueprint.post("/teaching/<string:course_key>/editions/<int:number>/restore")
@policy(Permission.COURSE_PUBLISH)
def restore(course_key: str, number: int) -> Response:
    """Offer an edition again as it was."""
    get_edition_of(session(), actor(), course_key, number)
    restore_edition(session(), actor(), course_key, number, now=now())
    flash(gettext("Edition %(number)s is offered again.", number=number))
    return _back(course_key)


@blueprint.get("/teaching/<string:course_key>/editions/<int:number>/move")
@policy(Permission.COURSE_PUBLISH)
def move_page(course_key: str, number: int) -> str:
    """Whom a move to this edition would touch, in numbers."""
    return _moving(course_key, number, MoveGroupsForm(formdata=None))


@blueprint.post("/teaching/<string:course_key>/editions/<int:number>/move")
@policy(Permission.COURSE_PUBLISH)
def move(course_key: str, number: int) -> Response | tuple[str, int]:
    """Ask the worker to move the groups that were chosen."""
    get_edition_of(session(), actor(), course_key, number)
    form = MoveGroupsForm()
    form.offer([(group.value, "") for group in GROUP_NAMES])
    status = 400
    if form.validate_on_submit():
        groups = chosen_groups(form.groups.data or ())
        try:
            job = ask_to_move(session(), actor(), course_key, number, groups, now=now())
        except BekalError as error:
            status = show_error(form, error)
        else:
            return redirect(url_for("jobs.job", run_id=job.run_id), 303)
    only_read_on()
    return _moving(course_key, number, form), status


@blueprint.get("/teaching/<string:course_key>/people/<int:enrolment_id>/move")
@policy(Permission.COURSE_PUBLISH, recorded=True)
def move_person_page(course_key: str, enrolment_id: int) -> str:
    """To which edition one person may go, and what they would find there."""
    return _moving_one(course_key, enrolment_id, MovePersonForm(formdata=None))


@blueprint.post("/teaching/<string:course_key>/people/<int:enrolment_id>/move")
@policy(Permission.COURSE_PUBLISH, recorded=True)
def move_person(course_key: str, enrolment_id: int) -> Response | tuple[str, int]:
    """Move one person; they are told."""
    list_editions(session(), actor(), course_key)
    get_learner(session(), actor(), course_key, enrolment_id, now=now())
    form = MovePersonForm()
    form.offer([(each.id, "") for each in list_editions(session(), actor(), course_key)])
    status = 400
    if form.validate_on_submit():
        try:
            moved = move_to_edition(
                session(), actor(), enrolment_id, int(form.edition.data), now=now()
            )
        except BekalError as error:
            status = show_error(form, error)
        else:
            words = gettext(OUTCOME_NAMES[moved.outcome])
            is_done = moved.outcome in {Outcome.MOVED, Outcome.COMPLETED}
            flash(f"{words}.", "good" if is_done else "law")
            address = url_for(
                "learning.teaching_person", course_key=course_key, enrolment_id=enrolment_id
            )
            return redirect(address, 303)
    only_read_on()
    return _moving_one(course_key, enrolment_id, form), status


def _withdrawing(course_key: str, number: int, form: WithdrawForm) -> str:
    stored = get_edition_of(session(), actor(), course_key, number)
    counts = count_on_editions(session(), actor(), course_key).get(stored.id, {})
    return render_template(
        "learning/teaching/edition_withdraw.html",
        course_key=course_key,
        title=_title(get_edition(session(), stored.digest)),
        stored=stored,
        active=counts.get(EnrolmentState.ACTIVE, 0),
        completed=counts.get(EnrolmentState.COMPLETED, 0),
        form=form,
    )


def _moving(course_key: str, number: int, form: MoveGroupsForm) -> str:
    stored = get_edition_of(session(), actor(), course_key, number)
    check_open(stored)
    target = get_edition(session(), stored.digest)
    found = preview(session(), actor(), course_key, target, target_id=stored.id, now=now())
    form.offer(group_choices(found))
    older = {
        source.number: get_edition(session(), _digest(source.edition_id))
        for source in found.sources
    }
    return render_template(
        "learning/teaching/edition_move.html",
        course_key=course_key,
        title=_title(target),
        stored=stored,
        found=found,
        titles=_titles(target, *older.values()),
        group_names=GROUP_NAMES,
        form=form,
    )


def _moving_one(course_key: str, enrolment_id: int, form: MovePersonForm) -> str:
    found = list_editions(session(), actor(), course_key)
    learner = get_learner(session(), actor(), course_key, enrolment_id, now=now())
    record_access([learner.view.person_id])
    if not moves(learner.enrolment.state):
        raise NotFoundError(N_("Only who is under way can go on in another edition."))
    others = [
        each
        for each in found
        if each.id != learner.enrolment.edition_id and each.withdrawn_at is None
    ]
    form.offer([(each.id, _words_of(learner, each)) for each in others])
    return render_template(
        "learning/teaching/person_move.html",
        course_key=course_key,
        title=_title(learner.edition),
        learner=learner,
        others=others,
        form=form,
    )


def _words_of(learner: LearnerPage, stored: StoredEdition) -> str:
    """An edition as a choice: its number, and what this person would find there."""
    target = get_edition(session(), stored.digest)
    found = compare(learner.edition, target)
    return gettext(
        "Edition %(number)s: %(kept)s activities kept, %(new)s new, %(gone)s gone",
        number=stored.number,
        kept=len(found.kept),
        new=len(found.new),
        gone=len(found.gone),
    )


def _digest(edition_id: int) -> str:
    return session().get_one(StoredEdition, edition_id).digest


def _title(edition: Edition) -> str:
    return edition.in_language(edition.course, page_language())[0].title


def _titles(*editions: Edition) -> dict[str, str]:
    language = page_language()
    return {
        activity.key: edition.in_language(activity, language)[0].title
        for edition in reversed(editions)
        for activity in edition.activities
    }


def _back(course_key: str) -> Response:
    return redirect(url_for("learning.editions", course_key=course_key), 303)
