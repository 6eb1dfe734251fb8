"""Levels of the sections of a guide, as it is read and as it is corrected. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

DEEPEST_LEVEL = 6


class Leveled(Protocol):
    """A section: its level from 1, and its title, empty for what stands before any heading."""

    @property
    def title(self) -> str: ...

    @property
    def level(self) -> int: ...


def levels_without_gaps(sections: Iterable[Leveled]) -> list[int]:
    """The levels of the same tree with none skipped: a third right below a first is a second.

    One for each section, in order; a front without title stands at the first level.
    """
    above: list[int] = []
    found: list[int] = []
    for section in sections:
        if not section.title:
            found.append(1)
            continue
        while above and above[-1] >= section.level:
            above.pop()
        above.append(section.level)
        found.append(min(len(above), DEEPEST_LEVEL))
    return found
