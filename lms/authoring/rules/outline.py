"""The outline of a draft as its files say it, however unfinished they are. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.core.content.marked import Data
from lms.core.content.problems import Level, Problem
from lms.courses.folder import Reading, SourceFile

ACTIVITY_KINDS = ("page", "quiz", "scenario", "reflection", "survey", "session")
_MODULE = re.compile(r"^modules/(\d\d)-([a-z0-9-]+)/")


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One activity of the outline. `path` is empty where a module lists what does not exist."""

    key: str
    kind: str
    title: str
    path: str
    minutes: int | None = None
    required: bool = True
    alternative_to: str | None = None
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """One module with its activities in order, then the pages of its folder no module lists."""

    key: str
    title: str
    path: str
    activities: tuple[ActivityLine, ...] = ()
    alternatives: tuple[ActivityLine, ...] = ()
    errors: int = 0
    warnings: int = 0

    @property
    def folder(self) -> str:
        """The folder of the module, with its number."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole draft: modules in order, activities that stand in none, and all other files."""

    modules: tuple[ModuleLine, ...] = ()
    unplaced: tuple[ActivityLine, ...] = ()
    follow_ups: tuple[ActivityLine, ...] = ()
    others: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def module_of(self, key: str) -> ModuleLine | None:
        """The module that lists an activity."""
        return next(
            (module for module in self.modules for line in module.activities if line.key == key),
            None,
        )

    def activity(self, key: str) -> ActivityLine | None:
        """Any activity by key, alternatives among them."""
        return next((line for line in self.all_activities if line.key == key), None)

    @property
    def all_activities(self) -> Iterator[ActivityLine]:
        """Every activity there is a file or a line for."""
        for module in self.modules:
            yield from module.activities
            yield from module.alternatives
        yield from self.unplaced
        yield from self.follow_ups


def outline_of(reading: Reading, problems: Iterable[Problem] = ()) -> Outline:
    """The outline of what was read; the problems are counted beside the files they name."""
    errors, warnings = Counter[str](), Counter[str]()
    for problem in problems:
        (errors if problem.level is Level.ERROR else warnings)[problem.file] += 1
    own = [source for source in reading.sources if source.place.language is None]
    by_key = _activities(own, errors, warnings)
    modules = sorted(
        (source for source in own if source.place.shape.kind == "module"),
        key=lambda source: source.path,
    )
    listed: set[str] = set()
    lines = []
    for source in modules:
        keys = _texts(source.marked.data.get("activities"))
        folder = source.path.rpartition("/")[0]
        alternatives = tuple(
            line
            for line in by_key.values()
            if line.alternative_to and line.path.startswith(f"{folder}/") and line.key not in keys
        )
        listed |= {*keys, *(line.key for line in alternatives)}
        lines.append(
            ModuleLine(
                key=_text(source.marked.data.get("key")) or source.place.name or "",
                title=_text(source.marked.data.get("title")) or source.place.name or source.path,
                path=source.path,
                activities=tuple(by_key.get(key) or ActivityLine(key, "", key, "") for key in keys),
                alternatives=alternatives,
                errors=errors[source.path],
                warnings=warnings[source.path],
            )
        )
    follow_ups = {source.place.name for source in own if source.marked.data.get("after_months")}
    left = [line for key, line in by_key.items() if key not in listed]
    shown = {line.path for line in by_key.values()} | {source.path for source in modules}
    return Outline(
        modules=tuple(lines),
        unplaced=tuple(line for line in left if line.key not in follow_ups),
        follow_ups=tuple(line for line in left if line.key in follow_ups),
        others=tuple(source.path for source in own if source.path not in shown),
        titles={key: line.title for key, line in by_key.items()},
    )


def _activities(
    sources: Sequence[SourceFile], errors: Counter[str], warnings: Counter[str]
) -> dict[str, ActivityLine]:
    found: dict[str, ActivityLine] = {}
    for source in sources:
        kind = source.place.shape.kind
        if kind not in ACTIVITY_KINDS:
            continue
        data = source.marked.data
        key = source.place.name or ""
        minutes = _text(data.get("minutes"))
        found.setdefault(
            key,
            ActivityLine(
                key=key,
                kind=kind,
                title=_text(data.get("title")) or key,
                path=source.path,
                minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 5 else None,
                required=_text(data.get("required")).casefold() not in {"no", "false"},
                alternative_to=_text(data.get("alternative_to")) or None,
                errors=errors[source.path],
                warnings=warnings[source.path],
            ),
        )
    return found


def _text(value: Data) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Data) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def number_of(path: str) -> int:
    """The number of a module's folder or of a page in it; 0 where a path has none."""
    name = path.removesuffix("/module.yaml").rpartition("/")[2]
    return int(name[:2]) if name[:2].isdecimal() else 0


def module_folder(path: str) -> str | None:
    """`modules/01-first` of any file inside, or None."""
    match = _MODULE.match(path)
    return match[0].removesuffix("/") if match else None
