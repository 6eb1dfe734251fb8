"""Two editions of a guide, section by section. Pure.

A section of the new edition is the same as one of the old by its key, else by its title,
else by its text. What is found is then unchanged, moved or changed; what is not is new or
gone.
"""

from __future__ import annotations

import difflib
import enum
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.core.text import N_
from lms.guides.rules.texts import folded_title, words_of

ALIKE = 0.5
"""The share of words two texts must have in common to be the same section."""
FEWEST_WORDS = 8
"""Shorter texts are alike by chance."""
_WINDOW = 3
_COMMON = 12
"""A run of words in more sections than this says nothing about which one."""


class Change(enum.StrEnum):
    """What became of a section."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


CHANGE_NAMES: dict[Change, str] = {
    Change.UNCHANGED: N_("Unchanged"),
    Change.MOVED: N_("Moved"),
    Change.CHANGED: N_("Changed"),
    Change.NEW: N_("New"),
    Change.GONE: N_("Gone"),
}
CALLS_FOR_WORK = frozenset({Change.CHANGED, Change.GONE})


@dataclass(frozen=True)
class Compared:
    """A section as it is compared; `digest` as `texts.digest_of` gives it."""

    key: str
    title: str
    level: int
    digest: str
    text: str
    page: int | None = None

    @cached_property
    def words(self) -> list[str]:
        """The words of the text."""
        return words_of(self.text)

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """Runs of three words, folded."""
        folded = [word.casefold() for word in self.words]
        return frozenset(zip(*(folded[start:] for start in range(_WINDOW)), strict=False))


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the comparison: what stood before, what stands now, and what became of it."""

    change: Change
    before: Compared | None
    after: Compared | None
    title_changed: bool = False

    @property
    def key(self) -> str:
        """The key by which courses cite it: the old one, for a new section its own."""
        return (self.before or self.after or _NOBODY).key

    @property
    def title(self) -> str:
        """The present title; for what is gone the old one."""
        return (self.after or self.before or _NOBODY).title


_NOBODY = Compared("", "", 1, "", "")


def compare(before: Sequence[Compared], after: Sequence[Compared]) -> list[Pair]:
    """All pairs in the order of the new edition; what is gone stands where it stood."""
    matched = match(before, after)
    order = _in_order([matched[place] for place in range(len(after)) if place in matched])
    pairs: list[Pair] = []
    parents_before, parents_after = _parents(before), _parents(after)
    next_gone = 0
    found = set(matched.values())
    for place, section in enumerate(after):
        if place not in matched:
            pairs.append(Pair(Change.NEW, None, section))
            continue
        origin = matched[place]
        if origin in order:
            pairs += [
                Pair(Change.GONE, before[gone], None)
                for gone in range(next_gone, origin)
                if gone not in found
            ]
            next_gone = max(next_gone, origin + 1)
        old = before[origin]
        retitled = folded_title(old.title) != folded_title(section.title)
        was_under, is_under = parents_before[origin], parents_after[place]
        same_parent = (was_under is None and is_under is None) or (
            is_under is not None and matched.get(is_under) == was_under
        )
        if old.digest != section.digest or retitled:
            change = Change.CHANGED
        elif origin not in order or not same_parent:
            change = Change.MOVED
        else:
            change = Change.UNCHANGED
        pairs.append(Pair(change, old, section, retitled))
    pairs += [
        Pair(Change.GONE, before[gone], None)
        for gone in range(next_gone, len(before))
        if gone not in found
    ]
    return pairs


def match(before: Sequence[Compared], after: Sequence[Compared]) -> dict[int, int]:
    """For places of the new edition the place in the old one; each at most once.

    First by key where the text or the title agrees or the texts are alike, then by equal
    text, by title, by likeness, and last by key alone.
    """
    matched: dict[int, int] = {}
    taken: set[int] = set()

    def take(place: int, origin: int) -> None:
        matched[place] = origin
        taken.add(origin)

    by_key = {section.key: place for place, section in enumerate(before)}
    for place, section in enumerate(after):
        origin = by_key.get(section.key)
        if origin is not None and _surely_same(before[origin], section):
            take(place, origin)
    for names in (_texts, _titles):
        free = [origin for origin in range(len(before)) if origin not in taken]
        by_name = _once({origin: names(before[origin]) for origin in free})
        left = [place for place in range(len(after)) if place not in matched]
        for name, place in _once({place: names(after[place]) for place in left}).items():
            if name in by_name:
                take(place, by_name[name])
    likely = sorted(_likely(before, after, matched, taken), reverse=True)
    for _, _, place, origin in likely:
        if place not in matched and origin not in taken:
            take(place, origin)
    for place, section in enumerate(after):
        origin = by_key.get(section.key)
        if place not in matched and origin is not None and origin not in taken:
            take(place, origin)
    return matched


def _likely(
    before: Sequence[Compared],
    after: Sequence[Compared],
    matched: Mapping[int, int],
    taken: Collection[int],
) -> list[tuple[float, int, int, int]]:
    """Pairs alike enough that are still free: likeness, minus their distance, new and old place.

    Found through an index of runs of words, so that long guides take no longer than their text.
    """
    index: dict[tuple[str, ...], list[int]] = {}
    for origin, section in enumerate(before):
        if origin not in taken:
            for run in section.runs:
                index.setdefault(run, []).append(origin)
    found: list[tuple[float, int, int, int]] = []
    for place, section in enumerate(after):
        if place in matched:
            continue
        near = {
            origin
            for run in section.runs
            if len(index.get(run, ())) <= _COMMON
            for origin in index.get(run, ())
        }
        for origin in near:
            score = likeness(before[origin], section)
            if score >= ALIKE:
                found.append((score, -abs(origin - place), place, origin))
    return found


def likeness(old: Compared, new: Compared) -> float:
    """The share of runs of three words in common, 0 to 1; 0 for texts too short to say."""
    if min(len(old.words), len(new.words)) < FEWEST_WORDS:
        return 0.0
    return 2 * len(old.runs & new.runs) / (len(old.runs) + len(new.runs))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of a difference: `kind` is same, added or taken."""

    kind: str
    words: str


def difference(old: str, new: str) -> list[Piece]:
    """What was taken out and what was put in, word by word, in reading order."""
    one, two = words_of(old), words_of(new)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=len(one) + len(two) > 4_000)
    for tag, start, end, from_new, to_new in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(one[start:end])))
            continue
        if end > start:
            pieces.append(Piece("taken", " ".join(one[start:end])))
        if to_new > from_new:
            pieces.append(Piece("added", " ".join(two[from_new:to_new])))
    return pieces


def carried_keys(before: Sequence[Compared], after: Sequence[Compared]) -> dict[int, str]:
    """For places of a new edition the key of the section it continues."""
    return {place: before[origin].key for place, origin in match(before, after).items()}


def count(pairs: Iterable[Pair]) -> dict[Change, int]:
    """How many sections each change has; changes without any are there with 0."""
    found = Counter(pair.change for pair in pairs)
    return {change: found[change] for change in Change}


def _texts(section: Compared) -> str:
    """The digest of a text long enough to be itself; empty for others."""
    return section.digest if len(section.words) >= FEWEST_WORDS else ""


def _titles(section: Compared) -> str:
    return folded_title(section.title)


def _once(names: Mapping[int, str]) -> dict[str, int]:
    """Places by name, for names that stand once: "Key points" in every chapter says nothing."""
    count = Counter(names.values())
    return {name: place for place, name in names.items() if name and count[name] == 1}


def _surely_same(old: Compared, new: Compared) -> bool:
    return (
        old.digest == new.digest
        or folded_title(old.title) == folded_title(new.title)
        or likeness(old, new) >= ALIKE
    )


def _parents(sections: Sequence[Compared]) -> list[int | None]:
    """For each section the place of the one it stands under."""
    above: list[int] = []
    parents: list[int | None] = []
    for place, section in enumerate(sections):
        while above and sections[above[-1]].level >= section.level:
            above.pop()
        parents.append(above[-1] if above else None)
        above.append(place)
    return parents


def _in_order(origins: Sequence[int]) -> set[int]:
    """The longest rising run among the origins: what stands outside it has moved."""
    tails: list[int] = []
    links: dict[int, int | None] = {}
    for origin in origins:
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if tails[middle] < origin else (low, middle)
        links[origin] = tails[low - 1] if low else None
        tails[low : low + 1] = [origin]
    found: set[int] = set()
    last: int | None = tails[-1] if tails else None
    while last is not None:
        found.add(last)
        last = links[last]
    return found
