"""What is wrong with the graph of a story: every step is reached, every way comes to an ending."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lms.core.content.marked import Path
from lms.core.text import N_
from lms.courses.story.graph import Graph


class FaultKind(enum.StrEnum):
    """The sorts of fault. Each keeps a course from being published."""

    NO_START = "no_start"
    NOWHERE = "nowhere"
    NO_ENDING = "no_ending"
    NO_GOOD_ENDING = "no_good_ending"
    UNREACHED = "unreached"
    DEAD_END = "dead_end"
    CIRCLE = "circle"
    ENDLESS = "endless"


_NO_NODE = N_("There is no node with the key %(key)s in this scenario.")
SENTENCES: Mapping[FaultKind, str] = {
    FaultKind.NO_START: _NO_NODE,
    FaultKind.NOWHERE: _NO_NODE,
    FaultKind.NO_ENDING: N_("No node is an ending. Every story ends."),
    FaultKind.NO_GOOD_ENDING: N_("No node has ending: good. Every story can end well."),
    FaultKind.UNREACHED: N_("No choice leads to the node %(key)s."),
    FaultKind.DEAD_END: N_("The node %(key)s has no choices, no next and is no ending."),
    FaultKind.CIRCLE: N_(
        "The story goes round in a circle (%(keys)s) from which no way leads to an ending."
    ),
    FaultKind.ENDLESS: N_("From the node %(key)s no way leads to an ending."),
}
"""The sentence of the check for each sort."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where in the file, the steps it is about, and the values of its sentence."""

    kind: FaultKind
    path: Path
    steps: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The English sentence, marked for translation, with named values."""
        return SENTENCES[self.kind]


def faults_of(graph: Graph) -> list[Fault]:
    """Every fault of the graph. Steps without a key are left aside: the file says so itself."""
    return [*_of_keys(graph), *_of_endings(graph), *_of_ways(graph)]


def marks_of(faults: Iterable[Fault]) -> dict[str, list[FaultKind]]:
    """What is the matter with each step, by its key."""
    found: dict[str, list[FaultKind]] = {}
    for fault in faults:
        for key in fault.steps:
            kinds = found.setdefault(key, [])
            if fault.kind not in kinds:
                kinds.append(fault.kind)
    return found


def _of_keys(graph: Graph) -> Iterator[Fault]:
    known = graph.by_key
    if graph.start not in known:
        yield Fault(FaultKind.NO_START, ("start",), (), {"key": graph.start})
    for step in graph.steps:
        for way in step.ways:
            if way.to not in known:
                yield Fault(FaultKind.NOWHERE, way.path, (step.key,), {"key": way.to})


def _of_endings(graph: Graph) -> Iterator[Fault]:
    endings = {step.ending for step in graph.steps if step.ending}
    if not endings:
        yield Fault(FaultKind.NO_ENDING, ("nodes",))
    elif "good" not in endings:
        yield Fault(FaultKind.NO_GOOD_ENDING, ("nodes",))


def _of_ways(graph: Graph) -> Iterator[Fault]:
    known = graph.by_key
    reached = _reached(graph, [graph.start])
    ended = _leading_to_end(graph)
    has_ending = bool(ended)
    circles = {key: circle for circle in _circles(graph) for key in circle}
    for key, step in known.items():
        here = (*step.path, "key")
        values = {"key": key}
        if not key:
            continue
        if key not in reached:
            if graph.start in known:
                yield Fault(FaultKind.UNREACHED, here, (key,), values)
        elif not step.ways and not step.ending:
            yield Fault(FaultKind.DEAD_END, step.path, (key,), values)
        elif key in ended or not has_ending:
            continue
        elif key in circles:
            circle = circles[key]
            if key == circle[0]:
                yield Fault(FaultKind.CIRCLE, here, circle, {"keys": ", ".join(circle)})
        else:
            yield Fault(FaultKind.ENDLESS, here, (key,), values)


def _reached(graph: Graph, starts: list[str]) -> set[str]:
    found: set[str] = set()
    waiting = [key for key in starts if key in graph.by_key]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += graph.following(key)
    return found


def _leading_to_end(graph: Graph) -> set[str]:
    """Steps from which an ending can be reached, endings among them."""
    before: dict[str, list[str]] = {}
    for key in graph.by_key:
        for to in graph.following(key):
            before.setdefault(to, []).append(key)
    found: set[str] = set()
    waiting = [key for key, step in graph.by_key.items() if step.ending]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += before.get(key, [])
    return found


def _circles(graph: Graph) -> list[tuple[str, ...]]:
    """Sets of steps each of which leads to all others (Tarjan), in the order of the file.

    A step alone is a circle only when a way leads from it to itself.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_steps: list[str] = []
    is_open: set[str] = set()
    found: list[tuple[str, ...]] = []
    place = {key: index for index, key in enumerate(graph.by_key)}
    for root in graph.by_key:
        walk: list[tuple[str, Iterator[str]]] = []
        if root not in number:
            walk.append((root, iter(graph.following(root))))
        while walk:
            key, rest = walk[-1]
            if key not in number:
                number[key] = lowest[key] = len(number)
                open_steps.append(key)
                is_open.add(key)
            onward = next((to for to in rest if to not in number or to in is_open), None)
            if onward is not None and onward not in number:
                walk.append((onward, iter(graph.following(onward))))
                continue
            if onward is not None:
                lowest[key] = min(lowest[key], number[onward])
                continue
            walk.pop()
            if walk:
                above = walk[-1][0]
                lowest[above] = min(lowest[above], lowest[key])
            if lowest[key] == number[key]:
                circle: list[str] = []
                while not circle or circle[-1] != key:
                    circle.append(open_steps.pop())
                    is_open.discard(circle[-1])
                if len(circle) > 1 or key in graph.following(key):
                    found.append(tuple(sorted(circle, key=place.__getitem__)))
    return found
