"""The scenarios of a draft: the list, a story with its picture, its head, one step."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.rules.plays import debrief_of, replay
from lms.authoring.forms.scenarios import (
    NewStepForm,
    NewStoryForm,
    choices_of,
)
from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.drafts import may_write
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.scenario_parts import ADDRESS, address_of, readable, shown_of
from lms.authoring.routes.shared import draft_and_checked, registry
from lms.authoring.rules.scenarios.files import clean
from lms.authoring.rules.scenarios.trial import playable, steps_of
from lms.authoring.services import scenarios as services
from lms.core.errors import BadInputError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import is_whole_number, whole_number
from lms.courses.render.clean import safe
from lms.courses.render.page import Renderer
from lms.courses.story.drawing import draw
from lms.courses.story.graph import Graph, graph_in, letter_of
from lms.courses.values.course import Glossary

MOST_PLAYED = 200
"""Steps of a trial; the address holds them."""


@blueprint.route(ADDRESS, methods=["GET"])
@policy(Permission.DRAFT_READ)
def scenarios(draft_id: int) -> str:
    """The scenarios of a draft."""
    draft, checked = draft_and_checked(draft_id)
    form = NewStoryForm(formdata=None)
    form.module.data = request.args.get("module", "")[:200] or None
    return _list(draft, checked, form)


@blueprint.post(ADDRESS)
@policy(Permission.DRAFT_EDIT)
def scenario_begin(draft_id: int) -> Response | tuple[str, int]:
    """Begin a scenario with two steps."""
    form = NewStoryForm()
    if form.validate_on_submit():
        try:
            key = services.begin_story(
                session(), actor(), draft_id, clean(form.title.data, lines=False),
                form.module.data or "", words=(gettext("The beginning"), gettext("A good ending")),
                now=now(),
            )  # fmt: skip
        except BadInputError as error:
            form.form_errors.append(gettext(error.sentence, **error.values))
        else:
            flash(
                gettext("The scenario has a beginning and a good ending. Write what lies between.")
            )
            return redirect(address_of("scenario", draft_id, key), 303)
    only_read_on()
    draft, checked = draft_and_checked(draft_id)
    return _list(draft, checked, form), 400


@blueprint.get(f"{ADDRESS}/<string:scenario_key>")
@policy(Permission.DRAFT_READ)
def scenario(draft_id: int, scenario_key: str) -> str:
    """A story: its picture, its steps in order, and what is to mend."""
    draft, checked = draft_and_checked(draft_id)
    shown = shown_of(draft, checked, scenario_key)
    graph = shown.graph
    return render_template(
        "authoring/scenario.html",
        draft=draft,
        shown=shown,
        writes=may_write(session(), actor(), draft),
        drawing=draw(graph, with_notes=bool(shown.marks)) if graph else None,
        leading=_leading(graph) if graph else {},
        form=NewStepForm(count=len(graph.steps)) if graph else None,
    )


@blueprint.post(f"{ADDRESS}/<string:scenario_key>/steps")
@policy(Permission.DRAFT_EDIT)
def scenario_step_add(draft_id: int, scenario_key: str) -> Response:
    """Add a step and go to it."""
    form = NewStepForm()
    count = int(form.count.data) if is_whole_number(form.count.data or "") else -1
    title = clean(form.title.data, lines=False)
    key = services.add_step(
        session(), actor(), draft_id, scenario_key, title, count=count, now=now()
    )
    if key is None:
        flash(gettext("The story had changed meanwhile. Look whether your step is there."))
        return redirect(address_of("scenario", draft_id, scenario_key), 303)
    return redirect(address_of("scenario_step", draft_id, scenario_key, step_key=key), 303)


@blueprint.post(f"{ADDRESS}/<string:scenario_key>/steps/<string:step_key>/move")
@policy(Permission.DRAFT_EDIT)
def scenario_step_move(draft_id: int, scenario_key: str, step_key: str) -> Response:
    """Move a step one place up or down."""
    at = request.form.get("at", default=-1, type=whole_number)
    by = -1 if request.form.get("to") == "up" else 1
    services.move_step(
        session(), actor(), draft_id, scenario_key, step_key, at=at, by=by, now=now()
    )
    return redirect(
        address_of("scenario", draft_id, scenario_key, anchor=f"step-{max(at + by, 0) + 1}"), 303
    )


@blueprint.post(f"{ADDRESS}/<string:scenario_key>/steps/<string:step_key>/remove")
@policy(Permission.DRAFT_EDIT)
def scenario_step_remove(draft_id: int, scenario_key: str, step_key: str) -> Response:
    """Take a step out."""
    services.remove_step(session(), actor(), draft_id, scenario_key, step_key, now=now())
    flash(gettext("The step is taken out. The history of the file keeps it."))
    return redirect(address_of("scenario", draft_id, scenario_key), 303)


@blueprint.get(f"{ADDRESS}/<string:scenario_key>/play")
@policy(Permission.DRAFT_READ)
def scenario_play(draft_id: int, scenario_key: str) -> str:
    """Play a story, finished or not, from any step. The way stands in the address alone:
    nothing is kept of it."""
    draft, checked = draft_and_checked(draft_id)
    shown = shown_of(draft, checked, scenario_key)
    story = readable(shown.standing)
    begin = request.args.get("begin", "")[:80]
    nowhere = gettext("This way leads nowhere yet")
    played = playable(story, nowhere=nowhere, begin=begin)
    path = [word[:80] for word in request.args.getlist("way")[:MOST_PLAYED]]
    moment = replay(played, path) if played is not None else None
    return render_template(
        "authoring/scenario_play.html",
        draft=draft,
        shown=shown,
        begin=begin,
        steps=steps_of(story),
        scenario=played,
        moment=moment,
        path=path,
        debrief=debrief_of(played, moment.variables) if played and moment else [],
        words=_words(checked),
        letter_of=letter_of,
    )


def _words(checked: CheckedDraft) -> Callable[[str], Markup]:
    glossary = checked.glossary or Glossary(file="glossary.yaml", terms=())
    renderer = Renderer(registry(), glossary, {}, media_address="")
    return lambda text: safe(renderer.prose(text))


def _list(draft: Draft, checked: CheckedDraft, form: NewStoryForm) -> str:
    modules = [(module.path, module.title) for module in checked.outline.modules]
    form.module.choices = choices_of([*modules, ("", gettext("No module yet"))])
    lines = [line for line in checked.outline.all_activities if line.kind == "scenario"]
    sources = {source.path: source for source in checked.reading.sources}
    graphs = {
        line.path: graph_in(sources[line.path].marked.data)
        for line in lines
        if line.path in sources
    }
    return render_template(
        "authoring/scenarios.html",
        draft=draft,
        lines=lines,
        graphs=graphs,
        module_of=checked.outline.module_of,
        form=form,
        writes=may_write(session(), actor(), draft),
    )


def _leading(graph: Graph) -> dict[str, int]:
    """How many ways lead to each step."""
    found: dict[str, int] = {}
    for step in graph.steps:
        for way in step.ways:
            found[way.to] = found.get(way.to, 0) + 1
    return found
