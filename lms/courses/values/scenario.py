"""`scenarios/*.yaml`: stories that branch, and always lead on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lms.core.content.values import Key, Line, Prose, Value, refuse
from lms.core.text import N_
from lms.courses.values.base import Citation, ContentNote, FileValue, Minutes

Amount = Annotated[int, Field(ge=-100, le=100)]


class Variable(Value):
    """A number the story keeps, such as trust; the debrief reports on it by its label."""

    key: Key
    label: Line
    start: Amount = 0


class Condition(Value):
    """True when the variable lies within the bounds given; at least one bound is."""

    variable: Key
    at_least: Amount | None = None
    at_most: Amount | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Condition:
        if self.at_least is None and self.at_most is None:
            raise refuse(N_("A condition needs at_least or at_most with a number."))
        return self


class ScenarioChoice(Value):
    """What the learner may do at a node.

    `consequence` is what happens next, `reason` why this was wise or not (said without
    blame), `way_back` how it can be repaired; `to` is the node that follows. `change`
    adds to variables; the choice is offered only when all conditions of `when` hold.
    """

    key: Key
    text: Prose
    quality: Literal["good", "tolerable", "harmful"]
    when: tuple[Condition, ...] = ()
    change: dict[Key, Amount] = Field(default_factory=dict)
    consequence: Prose
    reason: Prose
    way_back: Prose | None = None
    to: Key


class Node(Value):
    """A moment of the story: it has choices, or one `next` node, or is an `ending`."""

    key: Key
    title: Line
    text: Prose
    choices: tuple[ScenarioChoice, ...] = ()
    next: Key | None = None
    ending: Literal["good", "mixed", "poor"] | None = None

    @model_validator(mode="after")
    def _leads_on(self) -> Node:
        ways = (bool(self.choices), self.next is not None, self.ending is not None)
        if sum(ways) != 1:
            raise refuse(N_("A node has choices, or next, or ending: exactly one of the three."))
        return self


class DebriefBand(Value):
    """Said in the debrief when all conditions hold at the end."""

    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    text: Prose


class Debrief(Value):
    """What is said after the ending: to all, then each band whose conditions hold."""

    text: Prose
    bands: tuple[DebriefBand, ...] = ()
    questions: tuple[Line, ...] = ()


class Scenario(FileValue):
    """A branching story, done when any ending is reached."""

    kind: Literal["scenario"] = "scenario"
    key: Key
    title: Line
    minutes: Minutes
    summary: Line
    objectives: tuple[Key, ...] = ()
    cites: tuple[Citation, ...] = ()
    required: bool = True
    done_when: Literal["played"] = "played"
    content_note: ContentNote | None = None
    intro: Prose
    variables: tuple[Variable, ...] = ()
    start: Key
    nodes: Annotated[tuple[Node, ...], Field(min_length=2)]
    debrief: Debrief
