"""Scenarios: every node is reached, every way leads to an ending, every harm can be repaired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lms.core.content.marked import Path
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.values.scenario import Condition, Node, Scenario

_NO_NODE = N_("There is no node with the key %(key)s in this scenario.")
_NO_VARIABLE = N_("%(key)s is not one of the variables of this scenario.")


def check_scenarios(subject: Subject) -> None:
    """Every scenario's graph, variables and repairs."""
    for source, scenario in subject.reading.of(Scenario):
        _check_graph(subject, source, scenario)
        _check_variables(subject, source, scenario)
        for place, node in enumerate(scenario.nodes):
            _check_choices(subject, source, ("nodes", place), node)


def _check_graph(subject: Subject, source: SourceFile, scenario: Scenario) -> None:
    nodes = {node.key: node for node in scenario.nodes}
    if scenario.start not in nodes:
        subject.error(source, ("start",), _NO_NODE, key=scenario.start)
    for place, node in enumerate(scenario.nodes):
        for path, key in _ways(("nodes", place), node):
            if key not in nodes:
                subject.error(source, path, _NO_NODE, key=key)
    reached = _reached([scenario.start], nodes)
    ended = _leading_to_end(nodes)
    good = any(node.ending == "good" for node in scenario.nodes)
    if not good:
        subject.error(source, ("nodes",), N_("No node has ending: good. Every story can end well."))
    for place, node in enumerate(scenario.nodes):
        here = ("nodes", place, "key")
        if node.key not in reached:
            sentence = N_("No choice leads to the node %(key)s.")
            subject.error(source, here, sentence, key=node.key)
        elif node.key not in ended:
            sentence = N_("From the node %(key)s no way leads to an ending.")
            subject.error(source, here, sentence, key=node.key)


def _ways(path: Path, node: Node) -> Iterable[tuple[Path, str]]:
    if node.next is not None:
        yield (*path, "next"), node.next
    for place, choice in enumerate(node.choices):
        yield (*path, "choices", place, "to"), choice.to


def _reached(starts: list[str], nodes: Mapping[str, Node]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        key = waiting.pop()
        if key in found or key not in nodes:
            continue
        found.add(key)
        waiting += [to for _, to in _ways((), nodes[key])]
    return found


def _leading_to_end(nodes: Mapping[str, Node]) -> set[str]:
    """Nodes from which an ending can be reached."""
    found = {key for key, node in nodes.items() if node.ending is not None}
    size = -1
    while size != len(found):
        size = len(found)
        found |= {
            key for key, node in nodes.items() if any(to in found for _, to in _ways((), node))
        }
    return found


def _check_choices(subject: Subject, source: SourceFile, path: Path, node: Node) -> None:
    if not node.choices:
        return
    here = (*path, "choices")
    if len(node.choices) < 2:
        sentence = N_("One choice is none. Add another, or write next instead of choices.")
        subject.error(source, here, sentence)
    if all(choice.when for choice in node.choices):
        sentence = N_("Every choice has a condition, so that a learner could be stuck here.")
        subject.error(source, here, sentence)
    if not any(choice.quality != "harmful" for choice in node.choices):
        subject.warn(source, here, N_("All choices of this node do harm. Offer a better one."))
    for place, choice in enumerate(node.choices):
        if choice.quality == "harmful" and choice.way_back is None:
            sentence = N_("A harmful choice needs a way_back: how this can be repaired.")
            subject.error(source, (*here, place), sentence)


def _check_variables(subject: Subject, source: SourceFile, scenario: Scenario) -> None:
    known = {variable.key for variable in scenario.variables}
    for place, node in enumerate(scenario.nodes):
        for number, choice in enumerate(node.choices):
            here: Path = ("nodes", place, "choices", number)
            for key in choice.change:
                if key not in known:
                    subject.error(source, (*here, "change", key), _NO_VARIABLE, key=key)
            _check_conditions(subject, source, (*here, "when"), choice.when, known)
    for place, band in enumerate(scenario.debrief.bands):
        path = ("debrief", "bands", place, "when")
        _check_conditions(subject, source, path, band.when, known)


def _check_conditions(
    subject: Subject,
    source: SourceFile,
    path: Path,
    conditions: tuple[Condition, ...],
    known: set[str],
) -> None:
    for place, condition in enumerate(conditions):
        if condition.variable not in known:
            here = (*path, place, "variable")
            subject.error(source, here, _NO_VARIABLE, key=condition.variable)
