"""Playing a scenario: where a path leads and what the variables are there. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.courses.values.scenario import Condition, Node, Scenario, ScenarioChoice

ON = ""
"""Stands in a path for a node that has no choice and only leads on."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step made: from which node, and the choice (None where the node only led on)."""

    node: Node
    choice: ScenarioChoice | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a play stands. `choices` are those whose conditions hold."""

    node: Node
    variables: Mapping[str, int]
    taken: tuple[Taken, ...]
    choices: tuple[ScenarioChoice, ...]

    @property
    def is_over(self) -> bool:
        return self.node.ending is not None


def replay(scenario: Scenario, path: Sequence[str]) -> Moment:
    """Where this path leads. A step that is not possible ends the replay before it.

    Scenarios change over editions only with their keys, so a stored path replays; the
    rule above keeps a strange one from breaking a page.
    """
    nodes = {node.key: node for node in scenario.nodes}
    variables = {variable.key: variable.start for variable in scenario.variables}
    node = nodes[scenario.start]
    taken: list[Taken] = []
    for word in path:
        if word == ON and node.next is not None:
            taken.append(Taken(node, None))
            node = nodes[node.next]
            continue
        choice = next((found for found in _open(node, variables) if found.key == word), None)
        if choice is None:
            break
        for key, amount in choice.change.items():
            variables[key] = variables.get(key, 0) + amount
        taken.append(Taken(node, choice))
        node = nodes[choice.to]
    return Moment(node, variables, tuple(taken), tuple(_open(node, variables)))


def may_step(scenario: Scenario, path: Sequence[str], word: str) -> bool:
    """Whether this step is possible where the path stands."""
    moment = replay(scenario, path)
    if word == ON:
        return moment.node.next is not None
    return any(choice.key == word for choice in moment.choices)


def mixed(choices: Sequence[ScenarioChoice], play_id: int) -> list[ScenarioChoice]:
    """The choices in an order that is the same for this play and another for the next.

    Authors tend to write the wise choice first; its place must not give it away.
    """
    return sorted(
        choices,
        key=lambda choice: hashlib.sha256(f"{play_id}:{choice.key}".encode()).digest(),
    )


def debrief_of(scenario: Scenario, variables: Mapping[str, int]) -> list[str]:
    """What is said at the end: to all, then each band whose conditions hold."""
    bands = [band.text for band in scenario.debrief.bands if _hold(band.when, variables)]
    return [scenario.debrief.text, *bands]


def _open(node: Node, variables: Mapping[str, int]) -> list[ScenarioChoice]:
    return [choice for choice in node.choices if _hold(choice.when, variables)]


def _hold(conditions: Sequence[Condition], variables: Mapping[str, int]) -> bool:
    return all(
        (found.at_least is None or variables.get(found.variable, 0) >= found.at_least)
        and (found.at_most is None or variables.get(found.variable, 0) <= found.at_most)
        for found in conditions
    )
