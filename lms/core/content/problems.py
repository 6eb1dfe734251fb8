"""What is wrong with a file, said so that its author can mend it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """An error keeps a course from being published; a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    `file` is relative to the folder that was checked, `line` counts from 1 (None for
    a file or folder that is not there), `field` is a path such as `slots[2].question`
    (empty for the whole file). `sentence` is an English sentence marked with `N_`,
    its `values` are named parameters: the page that shows it translates it first.
    """

    file: str
    line: int | None
    field: str
    sentence: str
    values: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    level: Level = Level.ERROR

    @property
    def text(self) -> str:
        """The sentence in English with its values filled in."""
        return self.sentence % self.values if self.values else self.sentence

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        middle = f"{self.field}: " if self.field else ""
        warning = "warning: " if self.level is Level.WARNING else ""
        return f"{place}: {middle}{warning}{self.text}"


def error(file: str, line: int | None, where: str, sentence: str, /, **values: object) -> Problem:
    """A problem that keeps the file from being used."""
    return Problem(file, line, where, sentence, MappingProxyType(values))


def warning(file: str, line: int | None, where: str, sentence: str, /, **values: object) -> Problem:
    """A problem that leaves the file usable."""
    return Problem(file, line, where, sentence, MappingProxyType(values), Level.WARNING)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by file, line, field and sentence, each once, so that two runs print the same."""
    unique = {(p.file, p.line or 0, p.field, p.text, p.level): p for p in problems}
    return [unique[key] for key in sorted(unique)]


def errors_among(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep the file from being used."""
    return [problem for problem in problems if problem.level is Level.ERROR]
