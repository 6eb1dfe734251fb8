"""Writing a scenario: its head, and one step."""

from __future__ import annotations

import enum

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.scenarios import HeadForm, StepForm
from lms.authoring.queries.drafts import draft_for
from lms.authoring.queries.scenarios import get_standing
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.scenario_parts import ADDRESS, address_of, readable, shown_of
from lms.authoring.routes.shared import draft_and_checked
from lms.authoring.rules.scenarios.files import head_of, mark_of
from lms.authoring.rules.scenarios.trial import steps_of
from lms.authoring.services import scenarios as services
from lms.core.errors import NotFoundError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import N_, is_whole_number
from lms.courses.story.graph import letter_of


class Meeting(enum.Enum):
    """Why the form of a step is shown again."""

    NONE = enum.auto()
    UNSAVED = enum.auto()
    MOVED = enum.auto()


@blueprint.get(f"{ADDRESS}/<string:scenario_key>/about")
@policy(Permission.DRAFT_EDIT)
def scenario_head(draft_id: int, scenario_key: str) -> str:
    """All of a scenario but its steps."""
    story = readable(get_standing(session(), draft_for(session(), actor(), draft_id), scenario_key))
    head = head_of(story)
    return _head_page(draft_id, scenario_key, HeadForm.of(head, mark_of(head)))


@blueprint.post(f"{ADDRESS}/<string:scenario_key>/about")
@policy(Permission.DRAFT_EDIT)
def scenario_head_save(draft_id: int, scenario_key: str) -> Response | tuple[str, int]:
    """Save it; what cannot be read, or was changed by somebody else, is shown again."""
    form = HeadForm()
    status, standing = 400, None
    is_whole = form.validate()
    if request.form.get("do") == "more":
        status = 200
    elif is_whole:
        try:
            services.save_head(
                session(), actor(), draft_id, scenario_key, form.values,
                based_on=form.based_on.data or "", now=now(),
            )  # fmt: skip
        except services.StepMovedOnError as error:
            status, standing = 409, HeadForm.of(error.standing or {}, error.mark)
            form.based_on.data = error.mark
        else:
            flash(gettext("Saved."))
            return redirect(address_of("scenario", draft_id, scenario_key), 303)
    only_read_on()
    return _head_page(draft_id, scenario_key, form, standing), status


def _head_page(
    draft_id: int, scenario_key: str, form: HeadForm, standing: HeadForm | None = None
) -> str:
    draft, checked = draft_and_checked(draft_id)
    shown = shown_of(draft, checked, scenario_key)
    course = checked.course
    objectives = [(each.key, each.text) for each in course.objectives] if course else []
    form.offer(steps_of(readable(shown.standing)), objectives)
    return render_template(
        "authoring/scenario_head.html", draft=draft, shown=shown, form=form, standing=standing
    )


@blueprint.get(f"{ADDRESS}/<string:scenario_key>/steps/<string:step_key>")
@policy(Permission.DRAFT_EDIT)
def scenario_step(draft_id: int, scenario_key: str, step_key: str) -> str:
    """One step: its words, and how it goes on."""
    story = readable(get_standing(session(), draft_for(session(), actor(), draft_id), scenario_key))
    place = story.place(step_key)
    if place is None:
        raise NotFoundError(N_("There is no such step in this scenario. It may be gone."))
    node = story.nodes[place]
    return _step_page(draft_id, scenario_key, step_key, StepForm.of(node, mark_of(node)))


@blueprint.post(f"{ADDRESS}/<string:scenario_key>/steps/<string:step_key>")
@policy(Permission.DRAFT_EDIT)
def scenario_step_save(
    draft_id: int, scenario_key: str, step_key: str
) -> Response | tuple[str, int]:
    """Save a step; or show it again, unsaved, with its choices in another order."""
    form, status, meeting = StepForm(), 400, Meeting.NONE
    theirs = None
    is_whole = form.validate()
    do = request.form.get("do", "save")
    if do != "save":
        form, status, meeting = _rearranged(form, do), 200, Meeting.UNSAVED
    elif is_whole:
        try:
            story = services.save_step(
                session(), actor(), draft_id, scenario_key, step_key, form.words(),
                based_on=form.based_on.data or "", now=now(),
            )  # fmt: skip
        except services.StepMovedOnError as error:
            status, meeting = 409, Meeting.MOVED
            form.based_on.data = error.mark
            theirs = StepForm.of(error.standing, error.mark) if error.standing else None
        else:
            flash(gettext("Saved."))
            anchor = f"step-{(story.place(step_key) or 0) + 1}"
            return redirect(address_of("scenario", draft_id, scenario_key, anchor=anchor), 303)
    only_read_on()
    page = _step_page(draft_id, scenario_key, step_key, form, meeting=meeting, theirs=theirs)
    return page, status


def _rearranged(form: StepForm, do: str) -> StepForm:
    what, _, number = do.partition("-")
    place = int(number) if is_whole_number(number) else -1
    if what == "up":
        return form.rearranged(up=place)
    return form.rearranged(out=place) if what == "out" else form.rearranged()


def _step_page(
    draft_id: int,
    scenario_key: str,
    step_key: str,
    form: StepForm,
    *,
    meeting: Meeting = Meeting.NONE,
    theirs: StepForm | None = None,
) -> str:
    draft, checked = draft_and_checked(draft_id)
    shown = shown_of(draft, checked, scenario_key)
    story = readable(shown.standing)
    place = story.place(step_key)
    form.offer(steps_of(story), spare=2)
    if theirs is not None:
        theirs.offer(steps_of(story), spare=0)
    return render_template(
        "authoring/scenario_step.html",
        draft=draft,
        shown=shown,
        step_key=step_key,
        number=place + 1 if place is not None else len(story.nodes) + 1,
        form=form,
        told=shown.by_step.get(place + 1, []) if place is not None else [],
        marks=shown.marks.get(step_key, []),
        has_variables=bool(story.tree.get("variables")),
        is_unsaved=meeting is Meeting.UNSAVED,
        has_moved=meeting is Meeting.MOVED,
        theirs=theirs,
        letter_of=letter_of,
    )
