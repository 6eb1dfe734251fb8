"""No small count of ready-made tables can be worked out, by anybody, from all of them together.

The attacker here knows nothing of how protection works. It has every number that is shown
of a whole release, persons and participations, and (as a member) all of its own people. It
solves what can be solved: exactly, by elimination, and by what cannot be more or less.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from lms.reports.rules.families import ALL, GROUP, Cell, Counted, Fact, Frame, Numbers, count
from lms.reports.rules.protection import (
    SMALLEST_SHOWN,
    VALUES_LEFT,
    Protection,
    is_small,
    protect,
    readers_of,
    values_left,
)

POPULATIONS = 1_000
PRIME = 2**61 - 1
"""Elimination over this field finds what exact elimination finds: the sums here have
determinants far too small to be a multiple of it."""
UNKNOWN = 10**6


def _population(seed: int) -> tuple[Frame, dict[Counted, list[Fact]]]:
    """Members in sub-regions, courses, and people: few, many, in one course or several."""
    rng = random.Random(seed)
    groups = {
        f"M{number}": f"G{rng.randrange(rng.choice([1, 2, 3]))}"
        for number in range(rng.randrange(2, 8))
    }
    courses = [f"c{number}" for number in range(rng.randrange(1, 5))]
    likely = [rng.choice([0, 1, 1, 2, 5, 20]) for _ in groups]
    if not any(likely):
        likely[0] = 1
    enrolled: list[Fact] = []
    for person in range(rng.choice([1, 3, 8, 20, 50, 150])):
        member = rng.choices(list(groups), likely)[0]
        taken = rng.sample(courses, min(len(courses), rng.choice([1, 1, 1, 2, 3])))
        for course in taken:
            if rng.random() < 0.03:
                member = rng.choice(list(groups))
            enrolled.append(Fact(person, (member, course)))
    completed = [fact for fact in enrolled if rng.random() < 0.6]
    return Frame(groups, courses), {Counted.ENROLLED: enrolled, Counted.COMPLETED: completed}


def _numbers(frame: Frame, facts: dict[Counted, list[Fact]]) -> dict[Counted, Numbers]:
    return {counted: count(frame, each) for counted, each in facts.items()}


def _members_in(frame: Frame, cell: Cell) -> list[str]:
    row = cell[0]
    if row == ALL:
        return list(frame.groups)
    if row.startswith(GROUP):
        return [member for member, group in frame.groups.items() if GROUP + group == row]
    return [row]


class Attacker:
    """Solves for participations in each (member, course), from sums of them.

    What it looks for are counts of persons, other than the reader's own, from 1 to 4.
    """

    def __init__(self, frame: Frame, facts: list[Fact], protection: Protection) -> None:
        self.frame = frame
        self.facts = facts
        self.numbers = count(frame, facts)
        self.hidden = protection.hidden
        self.atoms = list(itertools.product(frame.groups, frame.courses))
        self.place = {atom: number for number, atom in enumerate(self.atoms)}

    def _sum_of(self, cell: Cell) -> list[int]:
        courses = self.frame.courses if cell[1] == ALL else [cell[1]]
        return [
            self.place[member, course]
            for member in _members_in(self.frame, cell)
            for course in courses
        ]

    def solved(self, reader: str | None) -> Iterator[Cell]:
        """The small cells whose participations follow from what is shown, by elimination."""
        nothing: set[int] = set()
        for cell in self.frame.cells():
            if cell not in self.hidden and self.numbers.of(cell).participations == 0:
                nothing.update(self._sum_of(cell))
        own = {self.place[atom] for atom in self.atoms if atom[0] == reader}
        known = nothing | own
        basis: dict[int, dict[int, int]] = {}
        for cell in self.frame.cells():
            if cell not in self.hidden:
                row = {place: 1 for place in self._sum_of(cell) if place not in known}
                left = _reduced(row, basis)
                if left:
                    pivot = min(left)
                    inverse = pow(left[pivot], -1, PRIME)
                    basis[pivot] = {place: value * inverse % PRIME for place, value in left.items()}
        for cell in self.small(reader):
            wanted = {place: 1 for place in self._sum_of(cell) if place not in known}
            if not _reduced(wanted, basis):
                yield cell

    def bounds(self, reader: str | None) -> dict[Cell, tuple[int, int]]:
        """What each cell can be at the least and most, by taking sums apart again and again.

        For persons, where no person is in two members or two courses: the strongest case.
        """
        cells = list(self.frame.cells())
        low = {
            cell: self.numbers.of(cell).persons if cell not in self.hidden else 0 for cell in cells
        }
        high = {
            cell: self.numbers.of(cell).persons if cell not in self.hidden else UNKNOWN
            for cell in cells
        }
        if reader is not None:
            low[reader, ALL] = high[reader, ALL] = self.numbers.of((reader, ALL)).persons
        sums = list(self._sums())
        changed = True
        while changed:
            changed = False
            for total, parts in sums:
                least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
                found = [(total, least, most)]
                found += [
                    (
                        part,
                        low[total] - (most - high[part]),
                        high[total] - (least - low[part]),
                    )
                    for part in parts
                ]
                for cell, lower, upper in found:
                    if lower > low[cell] or upper < high[cell]:
                        low[cell] = max(lower, low[cell])
                        high[cell] = min(upper, high[cell])
                        changed = True
        return {cell: (low[cell], high[cell]) for cell in cells}

    def _sums(self) -> Iterator[tuple[Cell, list[Cell]]]:
        frame = self.frame
        rows = [GROUP + group for group in frame.group_names]
        for course in (ALL, *frame.courses):
            yield (ALL, course), [(row, course) for row in rows]
        for row in (ALL, *rows):
            yield (row, ALL), [(row, course) for course in frame.courses]
        for row in rows:
            yield (row, ALL), [(member, ALL) for member in _members_in(frame, (row, ALL))]

    def small(self, reader: str | None) -> Iterable[Cell]:
        """Counted here anew, without the numbers that protection goes by."""
        others: dict[Cell, set[int]] = defaultdict(set)
        for fact in self.facts:
            if fact.atom[0] != reader:
                for cell in self.frame.cells_over(fact.atom):
                    others[cell].add(fact.person_id)
        return [cell for cell, people in others.items() if len(people) < SMALLEST_SHOWN]


def _reduced(row: dict[int, int], basis: dict[int, dict[int, int]]) -> dict[int, int]:
    left = dict(row)
    for pivot in sorted(basis):
        factor = left.get(pivot)
        if factor:
            for place, value in basis[pivot].items():
                new = (left.get(place, 0) - factor * value) % PRIME
                if new:
                    left[place] = new
                else:
                    left.pop(place, None)
    return left


def test_no_small_count_can_be_solved_in_a_thousand_populations() -> None:
    small = 0
    for seed in range(POPULATIONS):
        frame, facts = _population(seed)
        numbers = _numbers(frame, facts)
        protection = protect(frame, numbers)
        for counted in Counted:
            attacker = Attacker(frame, facts[counted], protection)
            for reader in readers_of(frame):
                small += len(attacker.small(reader))
                assert protection.hidden.issuperset(attacker.small(reader))
                solved = list(attacker.solved(reader))
                assert not solved, f"population {seed}, {counted}, reader {reader}: {solved}"
    assert small > POPULATIONS  # there was something to protect


def test_no_small_count_can_be_told_to_within_five_values() -> None:
    """Where no person counts twice, sums of persons hold too; the attacker uses them."""
    for seed in range(300):
        frame, facts = _population(seed)
        once = {
            counted: list({fact.person_id: fact for fact in each}.values())
            for counted, each in facts.items()
        }
        numbers = _numbers(frame, once)
        protection = protect(frame, numbers)
        for counted, reader in itertools.product(Counted, readers_of(frame)):
            attacker = Attacker(frame, once[counted], protection)
            bounds = attacker.bounds(reader)
            for cell in attacker.small(reader):
                low, high = bounds[cell]
                assert high - low + 1 >= VALUES_LEFT, (seed, counted, reader, cell, low, high)


def test_every_reader_is_left_six_values_of_every_small_cell() -> None:
    for seed in range(150):
        frame, facts = _population(seed)
        numbers = _numbers(frame, facts)
        protection = protect(frame, numbers)
        for counted, reader in itertools.product(Counted, readers_of(frame)):
            attacker = Attacker(frame, facts[counted], protection)
            for cell in attacker.small(reader):
                left = values_left(frame, numbers[counted], protection.hidden, cell, reader)
                assert left >= VALUES_LEFT, (seed, counted, reader, cell)


def test_attacker_of_these_tests_solves_tables_where_small_counts_alone_are_left_out() -> None:
    """The attacker is worth something: without second suppression it finds what is hidden."""
    found = 0
    for seed in range(100):
        frame, facts = _population(seed)
        numbers = _numbers(frame, facts)[Counted.COMPLETED]
        naive = Protection({c for c in frame.cells() if is_small(numbers.of(c).persons)})
        attacker = Attacker(frame, facts[Counted.COMPLETED], naive)
        found += any(any(attacker.solved(reader)) for reader in readers_of(frame))
    assert found > 30


@pytest.mark.parametrize("persons", range(1, SMALLEST_SHOWN))
def test_a_member_cannot_work_out_the_only_other_member_from_the_total(persons: int) -> None:
    frame = Frame({"FJI": "Pacific", "PLW": "Pacific"}, ["a"])
    facts = [Fact(number, ("FJI", "a")) for number in range(30)]
    facts += [Fact(100 + number, ("PLW", "a")) for number in range(persons)]
    protection = protect(frame, _numbers(frame, {Counted.COMPLETED: facts}))
    assert ("PLW", ALL) in protection.hidden
    assert (ALL, ALL) in protection.hidden
    assert (GROUP + "Pacific", ALL) in protection.hidden


def test_counts_of_five_and_of_nobody_stay_where_nothing_small_is_near() -> None:
    frame = Frame({"FJI": "Pacific", "PLW": "Pacific", "LKA": "South Asia"}, ["a", "b"])
    facts = [Fact(number, ("FJI", "a")) for number in range(5)]
    facts += [Fact(100 + number, ("LKA", "b")) for number in range(9)]
    protection = protect(frame, _numbers(frame, {Counted.COMPLETED: facts}))
    assert protection.hidden == set()


def test_small_members_hide_each_other_and_leave_the_sub_region_its_total() -> None:
    frame = Frame(dict.fromkeys(("FJI", "PLW", "NRU", "TON", "WSM"), "Pacific"), ["a"])
    held = {"FJI": 40, "PLW": 3, "NRU": 3, "TON": 3, "WSM": 30}
    people = itertools.count()
    facts = [Fact(next(people), (code, "a")) for code, many in held.items() for _ in range(many)]
    protection = protect(frame, _numbers(frame, {Counted.COMPLETED: facts}))
    assert protection.hidden == {("PLW", ALL), ("NRU", ALL), ("TON", ALL)}


def test_releases_of_different_periods_share_no_sum() -> None:
    """Two periods have no cell in common: what is solved with both is what is solved with each.

    The same people come back in the second period; an attacker who holds both solves no more.
    """
    for seed in range(100):
        frame, first = _population(seed)
        rng = random.Random(seed)
        again = [fact for fact in first[Counted.COMPLETED] if rng.random() < 0.8]
        for facts in (first[Counted.COMPLETED], again):
            protection = protect(frame, {Counted.COMPLETED: count(frame, facts)})
            for reader in readers_of(frame):
                assert not list(Attacker(frame, facts, protection).solved(reader))
