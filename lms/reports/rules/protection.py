"""Which cells of a family are not shown (docs/decisions/0008). Pure.

A count of 1 to 4 persons is *small*. Small cells are not shown, and neither is any cell
from which one could be worked out, alone or with what a member knows of its own people.

The cells of a family are the arcs of a network in which people flow from "all" through
courses and sub-regions to members and back. What is shown is fixed; on the arcs that are
not shown, other flows are possible. Each such flow is a *world*: people thought elsewhere,
with every shown number, persons and participations, as it is. How far a small cell can
move in such worlds is a question of maximal flows, which this file answers exactly; it
hides the cheapest further cells until each small cell can take at least six values, for
every reader. After network-flow cell suppression (Hundepool and others, Statistical
Disclosure Control, Wiley 2012, chapter 4), with readers who know their own cells.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.reports.rules.families import ALL, GROUP, Cell, Counted, Frame, Numbers

SMALLEST_SHOWN = 5
"""Counts from 1 to one below this are small."""
VALUES_LEFT = 6
"""So many values of a small cell must stay possible. With six, whatever sum of hidden
cells a reader works out is 5 or more."""
_ROOM = VALUES_LEFT - 1

Node = tuple[str, str]


def is_small(persons: int) -> bool:
    """Whether a count of persons could point to someone."""
    return 0 < persons < SMALLEST_SHOWN


@dataclass(frozen=True, slots=True)
class Arc:
    """A cell as an arc of the network."""

    tail: Node
    head: Node
    cell: Cell


@dataclass
class Network:
    """The arcs of a frame, by the nodes they touch."""

    arcs: list[Arc]
    touching: Mapping[Node, list[int]]
    place: Mapping[Cell, int]

    @classmethod
    def of(cls, frame: Frame) -> Network:
        """All members → course → course within a sub-region → sub-region → member → all."""
        arcs = [Arc(("end", ""), ("all", ""), (ALL, ALL))]
        arcs += [Arc(("all", ""), ("course", key), (ALL, key)) for key in frame.courses]
        for group in frame.group_names:
            into, out, row = ("into", group), ("out of", group), GROUP + group
            arcs.append(Arc(into, out, (row, ALL)))
            arcs += [Arc(("course", key), into, (row, key)) for key in frame.courses]
        arcs += [
            Arc(("out of", group), ("end", ""), (member, ALL))
            for member, group in frame.groups.items()
        ]
        touching: dict[Node, list[int]] = defaultdict(list)
        for number, arc in enumerate(arcs):
            touching[arc.tail].append(number)
            touching[arc.head].append(number)
        return cls(arcs, touching, {arc.cell: number for number, arc in enumerate(arcs)})


@dataclass
class Protection:
    """The cells not shown, and how many counts were small, for somebody, that are safe now."""

    hidden: set[Cell] = field(default_factory=set)
    small: int = 0


def readers_of(frame: Frame) -> list[str | None]:
    """Who may read a release: anybody, and each member that knows its own people."""
    return [None, *frame.groups]


def small_cells(frame: Frame, numbers: Numbers, reader: str | None) -> list[Cell]:
    """The cells in which the persons this reader does not know as its own are 1 to 4."""
    return [cell for cell in frame.cells() if is_small(numbers.unknown_to(reader, cell))]


def protect(frame: Frame, numbers: Mapping[Counted, Numbers]) -> Protection:
    """Decide which cells are not shown, for all measures alike.

    Hiding a cell never narrows what another can be, so cells are only ever added, until
    no reader can tell any cell that is small for it to within fewer than six values.
    """
    network = Network.of(frame)
    found = Protection()
    costs = [
        1.0 + sum(number.of(arc.cell).participations for number in numbers.values())
        for arc in network.arcs
    ]
    for number in numbers.values():
        for reader in readers_of(frame):
            small = small_cells(frame, number, reader)
            found.hidden.update(small)
            found.small += len(small)
    for number in numbers.values():
        for reader in readers_of(frame):
            room = _room(frame, network, number, reader)
            for cell in small_cells(frame, number, reader):
                _widen(network, network.place[cell], room, found.hidden, costs, reader)
    return found


def values_left(
    frame: Frame, numbers: Numbers, hidden: set[Cell], cell: Cell, reader: str | None
) -> int:
    """How many values of a hidden cell stay possible for this reader, counted up to six.

    `reader` is a member who knows all of its own people, or None for anybody else.
    """
    network = Network.of(frame)
    room = _room(frame, network, numbers, reader)
    number = network.place[cell]
    return 1 + _possible(network, number, room, hidden, reader)


def _possible(
    network: Network, number: int, room: list[int], hidden: set[Cell], reader: str | None
) -> int:
    """By how much the arc can rise and fall together, up to what is needed."""
    risen = _Flow(network, number, room, hidden, reader, rises=True).push(_ROOM)
    if risen >= _ROOM:
        return risen
    falls = min(_ROOM - risen, room[number])
    return risen + _Flow(network, number, room, hidden, reader, rises=False).push(falls)


def _widen(
    network: Network,
    number: int,
    room: list[int],
    hidden: set[Cell],
    costs: list[float],
    reader: str | None,
) -> None:
    """Hide what must be hidden, at the least cost, so that the arc has its six values."""
    lacking = _ROOM - _possible(network, number, room, hidden, reader)
    if lacking <= 0:
        return
    rising = _Flow(network, number, room, hidden, reader, rises=True)
    rising.push(_ROOM)
    pushed = rising.push(lacking, costs=costs)
    if pushed < lacking:
        raise AssertionError(f"{network.arcs[number].cell} cannot be hidden from {reader}.")
    changed = {network.arcs[place].cell for place, moved in rising.moved.items() if moved}
    hidden |= changed


class _Flow:
    """People thought to be more (or fewer) on one arc, and where they come from (or go to)."""

    def __init__(
        self,
        network: Network,
        number: int,
        room: list[int],
        hidden: set[Cell],
        reader: str | None,
        *,
        rises: bool,
    ) -> None:
        self._network = network
        self._number = number
        self._room = room
        self._hidden = hidden
        self._fixed = network.place.get((reader, ALL)) if reader is not None else None
        arc = network.arcs[number]
        self._source, self._target = (arc.head, arc.tail) if rises else (arc.tail, arc.head)
        self.moved: dict[int, int] = defaultdict(int)

    def push(self, wanted: int, *, costs: list[float] | None = None) -> int:
        """Send up to `wanted` along the cheapest ways; how much went.

        Without `costs` only hidden arcs may change; with them shown ones too, at a cost.
        """
        sent = 0
        while sent < wanted:
            way = self._way(costs)
            if way is None:
                break
            amount = min([wanted - sent, *(self._left(place, sign) for place, sign in way)])
            for place, sign in way:
                self.moved[place] += sign * int(amount)
            sent += int(amount)
        return sent

    def _left(self, place: int, sign: int) -> float:
        """How far an arc can still change: up without end, down to nobody who can be missed."""
        return math.inf if sign > 0 else self._room[place] + self.moved[place]

    def _way(self, costs: list[float] | None) -> list[tuple[int, int]] | None:
        """The cheapest way from source to target in what is left, as arcs with their sense."""
        arcs = self._network.arcs
        reached: dict[Node, float] = {self._source: 0.0}
        came: dict[Node, tuple[Node, int, int]] = {}
        queue: list[tuple[float, Node]] = [(0.0, self._source)]
        while queue:
            spent, node = heapq.heappop(queue)
            if node == self._target:
                break
            if spent > reached[node]:
                continue
            for place in self._network.touching[node]:
                if place in (self._number, self._fixed):
                    continue
                arc = arcs[place]
                sign = 1 if arc.tail == node else -1
                onward = arc.head if sign > 0 else arc.tail
                is_free = arc.cell in self._hidden or bool(self.moved.get(place))
                if (costs is None and not is_free) or self._left(place, sign) <= 0:
                    continue
                total = spent + (0.0 if is_free or costs is None else costs[place])
                if total < reached.get(onward, math.inf):
                    reached[onward] = total
                    came[onward] = (node, place, sign)
                    heapq.heappush(queue, (total, onward))
        if self._target not in came:
            return None
        way: list[tuple[int, int]] = []
        node = self._target
        while node != self._source:
            node, place, sign = came[node]
            way.append((place, sign))
        return way


def _room(frame: Frame, network: Network, numbers: Numbers, reader: str | None) -> list[int]:
    """How many people of each cell can be missed there: alone in it, and not the reader's own."""
    missed: dict[Cell, int] = defaultdict(int)
    for atom, alone in numbers.alone.items():
        if atom[0] != reader:
            for cell in frame.cells_over(atom):
                missed[cell] += alone
    return [missed[arc.cell] for arc in network.arcs]
