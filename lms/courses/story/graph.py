"""Steps and the ways between them, from a scenario or from the data of one still being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.core.content.marked import Data, Path
from lms.courses.values.scenario import Scenario

ENDINGS = ("good", "mixed", "poor")
QUALITIES = ("good", "tolerable", "harmful")


@dataclass(frozen=True, slots=True)
class Way:
    """One way on. `choice` is the key of the choice, or empty where the step only leads on.

    `letter` names the choice in pictures and lists (a, b, c in order); `path` is where `to`
    stands in the file.
    """

    path: Path
    to: str
    choice: str = ""
    letter: str = ""
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `number` counts from 1 in the order of the file."""

    number: int
    path: Path
    key: str
    title: str
    ways: tuple[Way, ...] = ()
    ending: str = ""


@dataclass(frozen=True)
class Graph:
    """All steps in the order of the file, and the key of the one the story begins with."""

    start: str
    steps: tuple[Step, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Step]:
        """Steps by key; the first of a doubled key."""
        found: dict[str, Step] = {}
        for step in self.steps:
            found.setdefault(step.key, step)
        return found

    def following(self, key: str) -> list[str]:
        """Keys of the steps that exist and to which a way leads from here, each once, in order."""
        known = self.by_key
        return list(dict.fromkeys(way.to for way in known[key].ways if way.to in known))


def letter_of(place: int) -> str:
    """The letter of a choice by its place from 0: a to z, then a2 to z2."""
    turn, rest = divmod(place, 26)
    return chr(ord("a") + rest) + (str(turn + 1) if turn else "")


def graph_of(scenario: Scenario) -> Graph:
    """The graph of a scenario that could be read."""
    steps = []
    for place, node in enumerate(scenario.nodes):
        here: Path = ("nodes", place)
        ways = [
            Way((*here, "choices", number, "to"), choice.to, choice.key, letter_of(number),
                choice.quality)
            for number, choice in enumerate(node.choices)
        ]  # fmt: skip
        if node.next is not None:
            ways.append(Way((*here, "next"), node.next))
        steps.append(
            Step(place + 1, here, node.key, node.title, tuple(ways), str(node.ending or ""))
        )
    return Graph(scenario.start, tuple(steps))


def graph_in(data: Mapping[str, Data]) -> Graph:
    """The graph of a file as far as it says one; never raises for what an author wrote."""
    steps = []
    for place, node in enumerate(_rows(data.get("nodes"))):
        here: Path = ("nodes", place)
        ways = []
        for number, choice in enumerate(_rows(node.get("choices"))):
            path = (*here, "choices", number, "to")
            to, quality = text_of(choice.get("to")), text_of(choice.get("quality"))
            ways.append(Way(path, to, text_of(choice.get("key")), letter_of(number), quality))
        if text_of(node.get("next")):
            ways.append(Way((*here, "next"), text_of(node.get("next"))))
        steps.append(
            Step(
                place + 1, here, text_of(node.get("key")), text_of(node.get("title")),
                tuple(ways), text_of(node.get("ending")),
            )
        )  # fmt: skip
    return Graph(text_of(data.get("start")), tuple(steps))


def _rows(value: Data | Sequence[Data]) -> list[Mapping[str, Data]]:
    """The mappings of a list; in the place of anything else an empty one, so that places hold."""
    if not isinstance(value, list):
        return []
    return [each if isinstance(each, dict) else {} for each in value]


def text_of(value: Data) -> str:
    """A text as it stands in a file, trimmed; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""
