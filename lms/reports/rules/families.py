"""The family of ready-made tables of one release: its cells, and what stands in them. Pure.

A release is about one closed quarter, half-year or year. It counts by member, by
sub-region, by course, and by course within each sub-region, with their totals. Whatever a
reader of the release can choose or narrow to is a cell of this one family. Counts by
course within one member are not in it: they would be small nearly everywhere.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.core.text import N_


class Counted(enum.StrEnum):
    """What the tables count, each as persons and as participations."""

    ENROLLED = "enrolled"
    COMPLETED = "completed"


COUNTED_NAMES: dict[Counted, str] = {
    Counted.ENROLLED: N_("Enrolled"),
    Counted.COMPLETED: N_("Completed"),
}

ALL = ""
"""All members, or all courses."""
GROUP = "/"
"""Before the name of a sub-region as a row."""
SEVERAL = "//"
"""In place of a member, where a person counts under more than one."""

Atom = tuple[str, str]
"""A member and a course."""
Cell = tuple[str, str]
"""A row (a member's code, "/" and a sub-region, or all) and a course, or all courses."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One participation: whose, under which member, in which course."""

    person_id: int
    atom: Atom


@dataclass(frozen=True, slots=True)
class Count:
    """Persons and participations of a cell."""

    persons: int
    participations: int


NOBODY = Count(0, 0)


@dataclass(frozen=True)
class Frame:
    """The rows and columns of a family. `groups` maps each member to its sub-region."""

    groups: Mapping[str, str]
    courses: Sequence[str]

    @cached_property
    def group_names(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.groups.values())))

    def cells(self) -> Iterator[Cell]:
        """Every cell, the coarsest first."""
        yield ALL, ALL
        for course in self.courses:
            yield ALL, course
        for group in self.group_names:
            yield GROUP + group, ALL
        for group in self.group_names:
            for course in self.courses:
                yield GROUP + group, course
        for member in self.groups:
            yield member, ALL

    def cells_over(self, atom: Atom) -> tuple[Cell, ...]:
        """The cells an atom counts in."""
        member, course = atom
        group = GROUP + self.groups[member]
        return (ALL, ALL), (ALL, course), (group, ALL), (group, course), (member, ALL)


@dataclass(frozen=True)
class Numbers:
    """What stands in each cell of a family, for one measure.

    `alone` counts, by atom, the persons who have this one participation in the family and
    no other: who can be thought elsewhere and leave every other cell as it is. `known`
    counts, by cell and member, the persons who count there under that member alone.
    """

    counts: Mapping[Cell, Count]
    alone: Mapping[Atom, int]
    known: Mapping[Cell, Mapping[str, int]]

    def of(self, cell: Cell) -> Count:
        return self.counts.get(cell, NOBODY)

    def unknown_to(self, reader: str | None, cell: Cell) -> int:
        """The persons of a cell whom this member does not know as its own; None knows nobody."""
        persons = self.of(cell).persons
        if reader is None or not persons:
            return persons
        return persons - self.known.get(cell, {}).get(reader, 0)


def count(frame: Frame, facts: Iterable[Fact]) -> Numbers:
    """Count facts into all cells. A person counts once in each cell, a participation each time."""
    people: dict[Cell, dict[int, str]] = defaultdict(dict)
    participations: Counter[Cell] = Counter()
    held: dict[int, list[Atom]] = defaultdict(list)
    for fact in facts:
        member = fact.atom[0]
        held[fact.person_id].append(fact.atom)
        for cell in frame.cells_over(fact.atom):
            under = people[cell].setdefault(fact.person_id, member)
            if under != member:
                people[cell][fact.person_id] = SEVERAL
            participations[cell] += 1
    counts = {cell: Count(len(ids), participations[cell]) for cell, ids in people.items()}
    alone = Counter(atoms[0] for atoms in held.values() if len(atoms) == 1)
    return Numbers(counts, alone, {cell: Counter(ids.values()) for cell, ids in people.items()})
