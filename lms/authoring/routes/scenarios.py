"""The scenarios of a draft: the list, a story with its picture, its head, one step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.rules.plays import debrief_of, replay
from lms.authoring.forms.scenarios import (
    HeadForm,
    NewStepForm,
    NewStoryForm,
    StepForm,
    choices_of,
)
from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.drafts import may_write
from lms.authoring.queries.scenarios import StandingStory, get_standing
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import draft_and_checked, registry
from lms.authoring.rules.scenarios.files import Story, clean, head_of, mark_of, path_of
from lms.authoring.rules.scenarios.trial import playable, steps_of
from lms.authoring.services import scenarios as services
from lms.core.content.problems import Problem
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.courses.render.clean import safe
from lms.courses.render.page import Renderer
from lms.courses.story.drawing import draw
from lms.courses.story.faults import SENTENCES, FaultKind, faults_of, marks_of
from lms.courses.story.graph import Graph, graph_in, letter_of, text_of
from lms.courses.values.course import Glossary

MOST_PLAYED = 200
"""Steps of a trial; the address holds them."""
_STEP = re.compile(r"^nodes\[(\d+)\](?:\.choices\[(\d+)\])?\.?(.*)$")
_MARKED = frozenset(SENTENCES.values())
"""Sentences that a mark beside the step says in the words of this page."""
_ADDRESS = "/drafts/<int:draft_id>/scenarios"


@dataclass(frozen=True, slots=True)
class Told:
    """One problem of the check: the letter of its choice if it is about one, and the field."""

    problem: Problem
    letter: str
    field: str


@dataclass(frozen=True)
class Shown:
    """A scenario as its pages need it. `by_step` holds problems by the number of the step,
    `others` those of the head; `graph` is None where the file cannot be read."""

    standing: StandingStory
    graph: Graph | None
    marks: Mapping[str, list[FaultKind]]
    by_step: Mapping[int, list[Told]]
    others: Sequence[Problem]

    @property
    def title(self) -> str:
        """The title, or the key while there is none."""
        story = self.standing.story
        return (text_of(story.tree.get("title")) if story else "") or self.key

    @property
    def key(self) -> str:
        """The key, which is the name of the file."""
        return self.standing.path.rpartition("/")[2].removesuffix(".yaml")


@blueprint.route(_ADDRESS, methods=["GET"])
@policy(Permission.DRAFT_READ)
def scenarios(draft_id: int) -> str:
    """The scenarios of a draft."""
    draft, checked = draft_and_checked(draft_id)
    return _list(draft, checked, _new_story(checked))


@blueprint.post(_ADDRESS)
@policy(Permission.DRAFT_EDIT)
def scenario_begin(draft_id: int) -> Response | tuple[str, int]:
    """Begin a scenario with two steps."""
    draft, checked = draft_and_checked(draft_id)
    form = _new_story(checked)
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
            return redirect(_address("scenario", draft_id, key), 303)
    return _list(draft, checked, form), 400


@blueprint.get(f"{_ADDRESS}/<string:scenario_key>")
@policy(Permission.DRAFT_READ)
def scenario(draft_id: int, scenario_key: str) -> str:
    """A story: its picture, its steps in order, and what is to mend."""
    draft, checked = draft_and_checked(draft_id)
    shown = _shown(draft, checked, scenario_key)
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


@blueprint.route(f"{_ADDRESS}/<string:scenario_key>/about", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def scenario_head(draft_id: int, scenario_key: str) -> str | Response | tuple[str, int]:
    """All of a scenario but its steps."""
    draft, checked = draft_and_checked(draft_id)
    shown = _shown(draft, checked, scenario_key)
    story = _readable(shown)
    form = HeadForm() if request.method == "POST" else HeadForm.of(head_of(story), _mark(story))
    status, standing = 200, None
    if form.is_submitted():
        if not form.validate():
            status = 400
        elif request.form.get("do") != "more":
            try:
                services.save_head(
                    session(), actor(), draft_id, scenario_key, form.values(story),
                    based_on=form.based_on.data or "", now=now(),
                )  # fmt: skip
            except services.StepMovedOn as error:
                status, standing = 409, HeadForm.of(error.standing or {}, error.mark)
                form.based_on.data = error.mark
            else:
                flash(gettext("Saved."))
                return redirect(_address("scenario", draft_id, scenario_key), 303)
    course = checked.course
    form.offer(
        steps_of(story), [(each.key, each.text) for each in course.objectives] if course else []
    )
    page = render_template(
        "authoring/scenario_head.html", draft=draft, shown=shown, form=form, standing=standing
    )
    return page, status


@blueprint.route(
    f"{_ADDRESS}/<string:scenario_key>/steps/<string:step_key>", methods=["GET", "POST"]
)
@policy(Permission.DRAFT_EDIT)
def scenario_step(
    draft_id: int, scenario_key: str, step_key: str
) -> str | Response | tuple[str, int]:
    """One step: its words, and how it goes on."""
    draft, checked = draft_and_checked(draft_id)
    shown = _shown(draft, checked, scenario_key)
    story = _readable(shown)
    place = story.place(step_key)
    if request.method == "GET":
        if place is None:
            raise NotFoundError(N_("There is no such step in this scenario. It may be gone."))
        node = story.nodes[place]
        form = StepForm.of(node, mark_of(node))
        return _step_page(draft, shown, story, step_key, form)
    form = StepForm()
    do = request.form.get("do", "save")
    if do != "save":
        return _step_page(draft, shown, story, step_key, _rearranged(form, do), is_unsaved=True)
    if not form.validate():
        return _step_page(draft, shown, story, step_key, form), 400
    try:
        services.save_step(
            session(), actor(), draft_id, scenario_key, step_key, form.words(),
            based_on=form.based_on.data or "", now=now(),
        )  # fmt: skip
    except services.StepMovedOn as error:
        form.based_on.data = error.mark
        theirs = StepForm.of(error.standing, error.mark) if error.standing is not None else None
        page = _step_page(draft, shown, story, step_key, form, has_moved=True, theirs=theirs)
        return page, 409
    flash(gettext("Saved."))
    anchor = f"step-{place + 1}" if place is not None else None
    return redirect(_address("scenario", draft_id, scenario_key, anchor=anchor), 303)


@blueprint.post(f"{_ADDRESS}/<string:scenario_key>/steps")
@policy(Permission.DRAFT_EDIT)
def scenario_step_add(draft_id: int, scenario_key: str) -> Response:
    """Add a step and go to it."""
    form = NewStepForm()
    count = int(form.count.data) if (form.count.data or "").isdecimal() else -1
    title = clean(form.title.data, lines=False)
    key = services.add_step(
        session(), actor(), draft_id, scenario_key, title, count=count, now=now()
    )
    if key is None:
        flash(gettext("The story had changed meanwhile. Look whether your step is there."))
        return redirect(_address("scenario", draft_id, scenario_key), 303)
    return redirect(_address("scenario_step", draft_id, scenario_key, step_key=key), 303)


@blueprint.post(f"{_ADDRESS}/<string:scenario_key>/steps/<string:step_key>/move")
@policy(Permission.DRAFT_EDIT)
def scenario_step_move(draft_id: int, scenario_key: str, step_key: str) -> Response:
    """Move a step one place up or down."""
    at = request.form.get("at", default=-1, type=int)
    by = -1 if request.form.get("to") == "up" else 1
    services.move_step(
        session(), actor(), draft_id, scenario_key, step_key, at=at, by=by, now=now()
    )
    return redirect(
        _address("scenario", draft_id, scenario_key, anchor=f"step-{max(at + by, 0) + 1}"), 303
    )


@blueprint.post(f"{_ADDRESS}/<string:scenario_key>/steps/<string:step_key>/remove")
@policy(Permission.DRAFT_EDIT)
def scenario_step_remove(draft_id: int, scenario_key: str, step_key: str) -> Response:
    """Take a step out."""
    services.remove_step(session(), actor(), draft_id, scenario_key, step_key, now=now())
    flash(gettext("The step is taken out. The history of the file keeps it."))
    return redirect(_address("scenario", draft_id, scenario_key), 303)


@blueprint.get(f"{_ADDRESS}/<string:scenario_key>/play")
@policy(Permission.DRAFT_READ)
def scenario_play(draft_id: int, scenario_key: str) -> str:
    """Play a story, finished or not, from any step. The way stands in the address alone:
    nothing is kept of it."""
    draft, checked = draft_and_checked(draft_id)
    shown = _shown(draft, checked, scenario_key)
    story = _readable(shown)
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


def _address(
    view: str, draft_id: int, key: str, *, step_key: str | None = None, anchor: str | None = None
) -> str:
    return url_for(
        f"authoring.{view}",
        draft_id=draft_id,
        scenario_key=key,
        step_key=step_key,
        _anchor=anchor,
    )


def _new_story(checked: CheckedDraft) -> NewStoryForm:
    form = NewStoryForm()
    modules = [(module.path, module.title) for module in checked.outline.modules]
    form.module.choices = choices_of([*modules, ("", gettext("No module yet"))])
    if not form.is_submitted():
        form.module.data = request.args.get("module", "")[:200] or form.module.data
    return form


def _list(draft: Draft, checked: CheckedDraft, form: NewStoryForm) -> str:
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


def _shown(draft: Draft, checked: CheckedDraft, key: str) -> Shown:
    standing = get_standing(session(), draft, key)
    graph = graph_in(standing.story.tree) if standing.story is not None else None
    by_step: dict[int, list[Told]] = {}
    others = []
    for problem in checked.problems_in(path_of(key)):
        match = _STEP.match(problem.field)
        if match is None or graph is None:
            others.append(problem)
            continue
        step, choice, field = match.groups()
        if problem.sentence in _MARKED:
            continue
        letter = letter_of(int(choice) - 1) if choice else ""
        by_step.setdefault(int(step), []).append(Told(problem, letter, field))
    marks = marks_of(faults_of(graph)) if graph is not None else {}
    return Shown(standing, graph, marks, by_step, others)


def _readable(shown: Shown) -> Story:
    """The story, to change it. Raises NotPossibleError where its file cannot be read."""
    if shown.standing.story is None:
        raise NotPossibleError(N_("The file of this scenario cannot be read. Mend it first."))
    return shown.standing.story


def _mark(story: Story) -> str:
    return mark_of(head_of(story))


def _leading(graph: Graph) -> dict[str, int]:
    """How many ways lead to each step."""
    found: dict[str, int] = {}
    for step in graph.steps:
        for way in step.ways:
            found[way.to] = found.get(way.to, 0) + 1
    return found


def _rearranged(form: StepForm, do: str) -> StepForm:
    what, _, number = do.partition("-")
    place = int(number) if number.isdecimal() else -1
    if what == "up":
        return form.rearranged(up=place)
    return form.rearranged(out=place) if what == "out" else form.rearranged()


def _step_page(
    draft: Draft,
    shown: Shown,
    story: Story,
    step_key: str,
    form: StepForm,
    *,
    is_unsaved: bool = False,
    has_moved: bool = False,
    theirs: StepForm | None = None,
) -> str:
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
        is_unsaved=is_unsaved,
        has_moved=has_moved,
        theirs=theirs,
        letter_of=letter_of,
    )
