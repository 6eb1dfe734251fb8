"""Scenarios: every node is reached, every way leads to an ending, every harm can be repaired."""

from __future__ import annotations

from lms.core.content.marked import Path
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.story.faults import FaultKind, faults_of
from lms.courses.story.graph import graph_in, graph_of
from lms.courses.values.scenario import Condition, Node, Scenario

_NO_VARIABLE = N_("%(key)s is not one of the variables of this scenario.")
# The fields of such a node are refused already, as are keys that are not given.
_SAID_BY_FIELDS = {FaultKind.DEAD_END}


def check_scenarios(subject: Subject) -> None:
    """Every scenario's graph, variables and repairs."""
    _check_unread(subject)
    for source, scenario in subject.reading.of(Scenario):
        _check_graph(subject, source, scenario)
        _check_variables(subject, source, scenario)
        for place, node in enumerate(scenario.nodes):
            _check_choices(subject, source, ("nodes", place), node)


def _check_graph(subject: Subject, source: SourceFile, scenario: Scenario) -> None:
    for fault in faults_of(graph_of(scenario)):
        subject.error(source, fault.path, fault.sentence, **fault.values)


def _check_unread(subject: Subject) -> None:
    """A file with other mistakes has its graph told too: both are mended in one go."""
    for source in subject.reading.sources:
        is_story = source.place.shape.value is Scenario and source.place.language is None
        if source.value is None and is_story and source.marked.data.get("nodes"):
            for fault in faults_of(graph_in(source.marked.data)):
                if fault.kind not in _SAID_BY_FIELDS and fault.values.get("key") != "":
                    subject.error(source, fault.path, fault.sentence, **fault.values)


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
