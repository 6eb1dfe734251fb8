"""Where the steps of a story stand in its picture, and how the ways run between them.

A layered drawing after Sugiyama: layers by the longest path from the start, order within a
layer by barycentres in a few sweeps, places by least squares that keep order and distance.
Ways that lead back are left out of the layers and drawn round the side. Units are CSS
pixels; the same graph always gives the same picture.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lms.courses.story.graph import Graph, Step

MOST_DRAWN = 80
"""With more steps a picture shows nothing any more, and the list beside it has to do."""
WIDTH, GAP = 152, 20
HEIGHT, NOTE = 72, 18
BETWEEN = 50
EDGE = 12
LANE = 14
_LETTERS, _LINES = 19, 2
_SWEEPS = 6

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """One step in the picture; `x` and `y` are its corner, `lines` its title, cut to fit."""

    step: Step
    x: float
    y: float
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The middle of the box across."""
        return self.x + WIDTH / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """The ways from one step to another as one line. `letters` names the choices it stands for."""

    start: str
    end: str
    letters: tuple[str, ...]
    path: str
    x: float
    y: float
    leads_back: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw(graph: Graph, *, with_notes: bool = False) -> Drawing | None:
    """The picture of a graph; None with no step, or more than `MOST_DRAWN`.

    `with_notes` leaves room for one more line in each box. Steps without a key, doubled ones
    and ways to nowhere are not drawn.
    """
    keys = [key for key in graph.by_key if key]
    if not keys or len(keys) > MOST_DRAWN:
        return None
    ways = _ways(graph, keys)
    back = _leading_back(graph, keys, ways)
    onward = [way for way in ways if way not in back]
    layers = _ordered(*_layers(keys, onward))
    height = HEIGHT + (NOTE if with_notes else 0)
    middles = _middles(layers, onward)
    lowest = min(middles[item] - _wide(item) / 2 for layer in layers for item in layer)
    tops = {
        item: EDGE + LANE + place * (height + BETWEEN)
        for place, layer in enumerate(layers)
        for item in layer
    }
    centres = {item: middles[item] - lowest + EDGE for layer in layers for item in layer}
    boxes = {
        key: Box(
            graph.by_key[key], round(centres[key] - WIDTH / 2, 1), tops[key], height,
            wrapped(graph.by_key[key].title or key),
        )
        for key in keys
    }  # fmt: skip
    side = max(centres[item] + _wide(item) / 2 for item in centres)
    arrows = [
        *_arrows_down(graph, onward, boxes, centres, tops, height),
        *_arrows_back(graph, sorted(back, key=ways.index), boxes, side, height),
    ]
    return Drawing(
        width=int(side + EDGE + LANE * len(back)) + 1,
        height=int(max(tops.values()) + height + EDGE + LANE) + 1,
        boxes=tuple(boxes[key] for key in keys),
        arrows=tuple(arrows),
    )


Way = tuple[str, str]
Item = str | tuple[str, str, int]
"""A step by its key, or the place where a long way crosses a layer."""


def wrapped(title: str) -> tuple[str, ...]:
    """A title on at most two lines of a box; what does not fit is cut with an ellipsis."""
    lines = [""]
    for word in _words(title):
        trial = f"{lines[-1]} {word}".strip()
        if lines[-1] and _length(trial) > _LETTERS:
            lines.append(word)
        else:
            lines[-1] = trial
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]} {lines[_LINES]}"]
    return tuple(_cut(line) for line in lines)


def _words(title: str) -> list[str]:
    """The words of a title; one that is longer than a line, as without spaces, in pieces."""
    found = []
    for word in title.split():
        piece = ""
        for letter in word:
            if _length(piece + letter) > _LETTERS:
                found.append(piece)
                piece = ""
            piece += letter
        found.append(piece)
    return found


def _length(text: str) -> int:
    """Widths of Latin letters: wide letters count two, marks above and below none."""
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else not unicodedata.combining(each)
        for each in text
    )


def _cut(line: str) -> str:
    if _length(line) <= _LETTERS:
        return line
    while _length(line) > _LETTERS - 1:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _ways(graph: Graph, keys: Sequence[str]) -> list[Way]:
    return [(key, to) for key in keys for to in graph.following(key) if to]


def _leading_back(graph: Graph, keys: Sequence[str], ways: Sequence[Way]) -> set[Way]:
    """The ways that close a circle when the story is walked in its own order."""
    following: dict[str, list[str]] = {}
    for start, to in ways:
        following.setdefault(start, []).append(to)
    done: set[str] = set()
    found: set[Way] = set()
    roots = [graph.start] if graph.start in keys else []
    for root in [*roots, *keys]:
        if root in done:
            continue
        walk = [(root, iter(following.get(root, ())))]
        above = {root}
        while walk:
            key, rest = walk[-1]
            to = next(rest, "")
            if not to:
                walk.pop()
                above.discard(key)
                done.add(key)
            elif to in above:
                found.add((key, to))
            elif to not in done:
                above.add(to)
                walk.append((to, iter(following.get(to, ()))))
    return found


def _layers(
    keys: Sequence[str], onward: Sequence[Way]
) -> tuple[list[list[Item]], dict[Item, list[Item]]]:
    """Steps by the longest way to them, with a place in every layer a long way crosses.

    Also gives what stands below each item.
    """
    depth = dict.fromkeys(keys, 0)
    for _ in keys:
        moved = False
        for start, to in onward:
            if depth[to] < depth[start] + 1:
                depth[to] = depth[start] + 1
                moved = True
        if not moved:
            break
    layers: list[list[Item]] = [[] for _ in range(max(depth.values()) + 1)]
    for key in keys:
        layers[depth[key]].append(key)
    below: dict[Item, list[Item]] = {}
    for start, to in onward:
        last: Item = start
        for level in range(depth[start] + 1, depth[to]):
            crossing: Item = (start, to, level)
            layers[level].append(crossing)
            below.setdefault(last, []).append(crossing)
            last = crossing
        below.setdefault(last, []).append(to)
    return layers, below


def _ordered(layers: list[list[Item]], below: Mapping[Item, list[Item]]) -> list[list[Item]]:
    """The order of each layer with the fewest crossings that some sweeps find."""
    above: dict[Item, list[Item]] = {}
    for item, found in below.items():
        for other in found:
            above.setdefault(other, []).append(item)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    now = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        going_down = sweep % 2 == 0
        levels = range(1, len(now)) if going_down else range(len(now) - 2, -1, -1)
        for level in levels:
            beside = now[level - 1 if going_down else level + 1]
            place = {item: index for index, item in enumerate(beside)}
            near = above if going_down else below
            centre = {
                item: _mean([place[each] for each in near.get(item, ())], index)
                for index, item in enumerate(now[level])
            }
            now[level].sort(key=centre.__getitem__)
        crossings = _crossings(now, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in now], crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(layers: Sequence[Sequence[Item]], below: Mapping[Item, list[Item]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        place = {item: index for index, item in enumerate(lower)}
        ends = [
            (index, place[to]) for index, item in enumerate(upper) for to in below.get(item, ())
        ]
        count += sum(
            (a - c) * (b - d) < 0 for index, (a, b) in enumerate(ends) for c, d in ends[index + 1 :]
        )
    return count


def _wide(item: Item) -> int:
    return WIDTH if isinstance(item, str) else LANE


def _middles(layers: Sequence[Sequence[Item]], onward: Sequence[Way]) -> dict[Item, float]:
    """Where the middle of each item stands: near what it is joined to, never too close."""
    near: dict[Item, list[Item]] = {}
    for start, to in onward:
        chain: list[Item] = [
            start,
            *sorted(
                (item for layer in layers for item in layer
                 if not isinstance(item, str) and item[:2] == (start, to)),
                key=lambda item: item[2],
            ),
            to,
        ]  # fmt: skip
        for one, other in pairwise(chain):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    found: dict[Item, float] = {}
    for layer in layers:
        found |= dict(zip(layer, _apart(layer, [0.0] * len(layer)), strict=True))
    for turn in range(_SWEEPS):
        for layer in layers if turn % 2 else reversed(layers):
            wanted = [_mean([found[each] for each in near.get(i, ())], found[i]) for i in layer]
            found |= dict(zip(layer, _apart(layer, wanted), strict=True))
    return found


def _apart(layer: Sequence[Item], wanted: Sequence[float]) -> list[float]:
    """Places nearest to those wanted that keep the order and the distances.

    Least squares under an order: neighbours that come too close are pooled (pool adjacent
    violators).
    """
    offsets = [0.0]
    for one, other in pairwise(layer):
        offsets.append(offsets[-1] + (_wide(one) + _wide(other)) / 2 + GAP)
    pools: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        pools.append((place - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, few), (second, more) = pools[-2:]
            pools[-2:] = [((first * few + second * more) / (few + more), few + more)]
    levels = [mean for mean, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _letters(graph: Graph, start: str, end: str) -> tuple[str, ...]:
    ways = graph.by_key[start].ways
    return tuple(way.letter for way in ways if way.to == end and way.letter)


def _arrows_down(
    graph: Graph,
    onward: Sequence[Way],
    boxes: Mapping[str, Box],
    centres: Mapping[Item, float],
    tops: Mapping[Item, int],
    height: int,
) -> list[Arrow]:
    """Curves from the foot of a box to the head of another, by way of the layers they cross."""
    crossings: dict[Way, list[Item]] = {}
    for item in sorted((i for i in tops if not isinstance(i, str)), key=lambda i: i[2]):
        crossings.setdefault((item[0], item[1]), []).append(item)
    arrows = []
    for start, to in onward:
        stops: list[Item] = [*crossings.get((start, to), ()), to]
        beside = sorted(
            (way for way in onward if way[0] == start),
            key=lambda way: centres[(crossings.get(way) or [way[1]])[0]],
        )
        share = (beside.index((start, to)) + 1) / (len(beside) + 1)
        x, y = boxes[start].x + WIDTH * share, float(tops[start] + height)
        path = f"M{x:g} {y:g}"
        label: Corner | None = None
        for stop in stops:
            end_x, end_y = centres[stop], float(tops[stop])
            middle = (y + end_y) / 2
            path += f"C{x:.1f} {middle:g} {end_x:.1f} {middle:g} {end_x:.1f} {end_y:g}"
            if label is None:
                label = (x + (end_x - x) * 0.12, y + (end_y - y) * 0.32)
            if stop != to:
                path += f"V{end_y + height:g}"
                end_y += height
            x, y = end_x, end_y
        at = label or (x, y)
        arrows.append(
            Arrow(
                start, to, _letters(graph, start, to), path, round(at[0], 1), round(at[1], 1), False
            )
        )
    return arrows


def _arrows_back(
    graph: Graph, back: Sequence[Way], boxes: Mapping[str, Box], side: float, height: int
) -> list[Arrow]:
    """Lines round the side: down from the step, up a lane of its own, in from above."""
    arrows = []
    for place, (start, to) in enumerate(back):
        one, other = boxes[start], boxes[to]
        x, foot = one.x + WIDTH - 10, one.y + height
        end, head = other.x + WIDTH - 22 - 6 * (place % 4), other.y
        lane = side + EDGE + LANE * place
        low, high = foot + 10 + 4 * (place % 3), head - 10 - 4 * (place % 3)
        path = f"M{x:g} {foot:g}V{low:g}H{lane:g}V{high:g}H{end:g}V{head:g}"
        arrows.append(Arrow(start, to, _letters(graph, start, to), path, x + 12, foot + 6, True))
    return arrows
