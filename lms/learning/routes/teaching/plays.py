"""How the scenarios of a course are played through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext, ngettext

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.assessments.queries.play_statistics import play_sums_of
from lms.assessments.rules.play_statistics import PlaySums, taken_key
from lms.assessments.rules.statistics import FEWEST
from lms.core.request import session
from lms.courses.routes import page_language
from lms.courses.story.drawing import Drawing, draw
from lms.courses.story.graph import Graph, graph_of, letter_of
from lms.courses.values.scenario import Scenario
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.shared import course_page, course_title, module_titles


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice of a step and how many took it."""

    letter: str
    text: str
    quality: str
    taken: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: how many came to it, took each choice, ended or stopped there."""

    number: int
    title: str
    ending: str
    reached: int
    left: int
    choices: tuple[ChoiceLine, ...]


@dataclass(frozen=True)
class Played:
    """One scenario in the language of the page, with its sums, picture and table.

    `notes` and `counts` are what stands in the picture; all is empty where too few played.
    """

    scenario: Scenario
    graph: Graph
    sums: PlaySums
    drawing: Drawing | None
    steps: tuple[StepLine, ...]
    notes: Mapping[str, str]
    counts: Mapping[tuple[str, str], int]


@blueprint.get("/teaching/<string:course_key>/scenarios")
@policy(Permission.COURSE_TEACH)
def teaching_scenarios(course_key: str) -> str:
    """Steps reached, choices taken, endings and where people stop, for every scenario."""
    page = course_page(course_key)
    language = page_language()
    found = play_sums_of(session(), course_key)
    played = [
        _played(page.edition.in_language(activity, language)[0], found[activity.key])
        for key in page.edition.order
        if isinstance(activity := page.edition.activity(key), Scenario)
    ]
    return render_template(
        "learning/teaching/scenarios.html",
        course_key=course_key,
        title=course_title(page.edition),
        played=played,
        modules=module_titles(page.edition),
        fewest=FEWEST,
    )


def _played(scenario: Scenario, sums: PlaySums) -> Played:
    graph = graph_of(scenario)
    if not sums.is_shown:
        return Played(scenario, graph, sums, None, (), {}, {})
    steps = tuple(
        StepLine(
            number=place,
            title=node.title,
            ending=str(node.ending or ""),
            reached=sums.reached.get(node.key, 0),
            left=sums.left.get(node.key, 0),
            choices=tuple(
                ChoiceLine(
                    letter_of(number),
                    choice.text,
                    choice.quality,
                    sums.taken.get(taken_key(node.key, choice.key), 0),
                )
                for number, choice in enumerate(node.choices)
            ),
        )
        for place, node in enumerate(scenario.nodes, 1)
    )
    keys = {node.key: line for node, line in zip(scenario.nodes, steps, strict=True)}
    return Played(
        scenario,
        graph,
        sums,
        draw(graph, with_notes=True),
        steps,
        {key: _note(line) for key, line in keys.items()},
        {(key, each.letter): each.taken for key, line in keys.items() for each in line.choices},
    )


def _note(line: StepLine) -> str:
    words = ngettext("%(num)s person", "%(num)s persons", line.reached)
    if line.left:
        return gettext("%(persons)s, %(left)s stopped", persons=words, left=line.left)
    return words
