"""Two people's texts of one file: what differs, word by word, and both joined. Pure."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 600
"""Words of a changed stretch that are compared one by one; longer ones are shown line by line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a line: `kind` is same, taken or added."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DifferentLine:
    """One line of a difference; `number` counts in the later text, None where it was taken out.

    `skipped` is the number of unchanged lines left out before it.
    """

    number: int | None
    pieces: tuple[Piece, ...]
    skipped: int = 0


def differences(before: str, after: str, *, around: int = 1) -> list[DifferentLine]:
    """The changed lines with their words, and `around` unchanged ones beside them.

    Empty when the texts are the same.
    """
    one, two = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    shown: list[DifferentLine] = []
    reached = 0
    for group in matcher.get_grouped_opcodes(around):
        first = len(shown)
        for tag, start, end, from_new, to_new in group:
            if tag == "equal":
                shown += [
                    DifferentLine(place + 1, (Piece("same", two[place]),))
                    for place in range(from_new, to_new)
                ]
            else:
                shown += _changed(one[start:end], two[from_new:to_new], from_new)
        skipped = group[0][3] - reached
        reached = group[-1][4]
        if skipped and len(shown) > first:
            head = shown[first]
            shown[first] = DifferentLine(head.number, head.pieces, skipped)
    return shown


def _changed(old: Sequence[str], new: Sequence[str], at: int) -> Iterator[DifferentLine]:
    """Lines that stand for one another are compared by words, those without a partner whole."""
    for place, (gone, come) in enumerate(itertools.zip_longest(old, new)):
        number = at + place + 1 if come is not None else None
        if gone is None:
            yield DifferentLine(number, (Piece("added", come or ""),))
        elif come is None:
            yield DifferentLine(None, (Piece("taken", gone),))
        else:
            yield DifferentLine(number, tuple(_by_words(gone, come)))


def _by_words(old: str, new: str) -> Iterator[Piece]:
    one, two = _WORDS.findall(old), _WORDS.findall(new)
    if len(one) + len(two) > _MOST_WORDS:
        yield Piece("taken", old)
        yield Piece("added", new)
        return
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    if matcher.ratio() < 0.3:
        yield Piece("taken", old)
        yield Piece("added", new)
        return
    for tag, start, end, from_new, to_new in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(one[start:end]))
            continue
        if end > start:
            yield Piece("taken", "".join(one[start:end]))
        if to_new > from_new:
            yield Piece("added", "".join(two[from_new:to_new]))


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines that frame a place where both changed the same, in the reader's language."""

    mine: str
    theirs: str
    end: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both texts in one, and in how many places both had changed the same lines."""

    text: str
    conflicts: int


def merge(base: str | None, mine: str, theirs: str, marks: Marks) -> Merged:
    """Both changes of one text, joined line by line.

    Where both changed the same lines both stand, framed by the marks: no line of either is
    lost. Without a base every difference is such a place.
    """
    if mine == theirs:
        return Merged(mine, 0)
    mine_lines, their_lines = mine.split("\n"), theirs.split("\n")
    if base is None:
        return _join(_against_nothing(mine_lines, their_lines), marks)
    return _join(_against(base.split("\n"), mine_lines, their_lines), marks)


Stretch = tuple[list[str], list[str], bool]
"""Lines of mine, lines of theirs, and whether they are in conflict; settled ones stand first."""


def _against_nothing(mine: list[str], theirs: list[str]) -> Iterator[Stretch]:
    matcher = difflib.SequenceMatcher(None, theirs, mine, autojunk=False)
    for tag, start, end, from_mine, to_mine in matcher.get_opcodes():
        yield mine[from_mine:to_mine], theirs[start:end], tag != "equal"


def _against(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[Stretch]:
    at, in_mine, in_theirs = 0, 0, 0
    for start, length, mine_start, theirs_start in _common(base, mine, theirs):
        yield _between(base[at:start], mine[in_mine:mine_start], theirs[in_theirs:theirs_start])
        same = base[start : start + length]
        yield same, same, False
        at, in_mine, in_theirs = start + length, mine_start + length, theirs_start + length


def _between(base: list[str], mine: list[str], theirs: list[str]) -> Stretch:
    if mine in (base, theirs):
        return theirs, theirs, False
    if theirs == base:
        return mine, mine, False
    return mine, theirs, True


def _common(
    base: list[str], mine: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the base that both kept: where, how long, and where they stand in each."""
    ours = difflib.SequenceMatcher(None, base, mine, autojunk=False).get_matching_blocks()
    others = difflib.SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    one, two = 0, 0
    while one < len(ours) and two < len(others):
        a, b = ours[one], others[two]
        start = max(a.a, b.a)
        end = min(a.a + a.size, b.a + b.size)
        if start < end:
            yield start, end - start, a.b + start - a.a, b.b + start - b.a
        if a.a + a.size < b.a + b.size:
            one += 1
        else:
            two += 1
    yield len(base), 0, len(mine), len(theirs)


def _join(stretches: Iterator[Stretch], marks: Marks) -> Merged:
    lines: list[str] = []
    conflicts = 0
    for mine, theirs, differs in stretches:
        if not differs:
            lines += mine
            continue
        conflicts += 1
        lines += [marks.mine, *mine, marks.theirs, *theirs, marks.end]
    return Merged("\n".join(lines), conflicts)
