"""What the views of a scenario share: the story with its faults, and addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.scenarios import StandingStory, get_standing
from lms.authoring.rules.scenarios.files import Story, path_of
from lms.core.content.problems import Problem
from lms.core.errors import NotPossibleError
from lms.core.request import session
from lms.core.text import N_
from lms.courses.story.faults import SENTENCES, FaultKind, faults_of, marks_of
from lms.courses.story.graph import Graph, graph_in, letter_of, text_of

ADDRESS = "/drafts/<int:draft_id>/scenarios"
_STEP = re.compile(r"^nodes\[(\d+)\](?:\.choices\[(\d+)\])?\.?(.*)$")
_MARKED = frozenset(SENTENCES.values())
"""Sentences that a mark beside the step says in the words of this page."""


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


def address_of(
    view: str, draft_id: int, key: str, *, step_key: str | None = None, anchor: str | None = None
) -> str:
    return url_for(
        f"authoring.{view}",
        draft_id=draft_id,
        scenario_key=key,
        step_key=step_key,
        _anchor=anchor,
    )


def shown_of(draft: Draft, checked: CheckedDraft, key: str) -> Shown:
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


def readable(standing: StandingStory) -> Story:
    """The story, to change it. Raises NotPossibleError where its file cannot be read."""
    if standing.story is None:
        raise NotPossibleError(N_("The file of this scenario cannot be read. Mend it first."))
    return standing.story
