"""The registry of what courses cite, as read from `content/guides/`.

`series.yaml` names the series, `sources.yaml` the public sources (conventions, manuals,
reports), every other file is one guide with its editions. Only titles, years, publishers
and names of sections; never a guide's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import Field, TypeAdapter

from lms.core.content.marked import Marked, read_marked
from lms.core.content.problems import Problem, error, in_order
from lms.core.content.sentences import read_value
from lms.core.content.values import Key, Plain, Value, WebAddress
from lms.core.text import N_

Year = Annotated[int, Field(ge=1900, le=2100)]


class Series(Value):
    """Guides that belong together."""

    key: Key
    title: Plain
    publisher: Plain


class SeriesFile(Value):
    """`series.yaml`."""

    series: tuple[Series, ...]


class Section(Value):
    """A section of a guide by the name it has there; the key stays over editions."""

    key: Key
    title: Plain


class GuideEdition(Value):
    """One guide in one language and year, as published."""

    key: Key
    language: Plain
    year: Year | None = None


class Guide(Value):
    """A guide. `sections_checked` is no until someone has compared the names with the guide."""

    key: Key
    title: Plain
    short: Plain
    series: Key | None = None
    publisher: Plain
    authors: Plain | None = None
    year: Year | None = None
    url: WebAddress | None = None
    editions: Annotated[tuple[GuideEdition, ...], Field(min_length=1)]
    sections: tuple[Section, ...] = ()
    sections_checked: bool = False


class Source(Value):
    """A public source. `locator` is the word before a place in it, such as Art. or Module."""

    key: Key
    kind: Literal["treaty", "law", "guideline", "manual", "report", "standard", "tool"]
    title: Plain
    short: Plain
    publisher: Plain
    year: Year | None = None
    locator: Plain | None = None
    url: WebAddress | None = None


class SourcesFile(Value):
    """`sources.yaml`."""

    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Reference:
    """A citation resolved: `short` stands in the text's margin, `full` in the list of sources."""

    key: str
    place: str
    short: str
    full: str
    is_guide: bool
    url: str | None = None


@dataclass(frozen=True)
class Registry:
    """Guides and public sources by key."""

    series: Mapping[str, Series] = field(default_factory=dict)
    guides: Mapping[str, Guide] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[str]:
        """Every key that can be cited."""
        return frozenset(self.guides) | frozenset(self.sources)

    def reference(self, citation: str) -> Reference | None:
        """What `key` or `key:place` points at; None if the key or a guide's section is unknown."""
        key, _, place = citation.partition(":")
        if key in self.guides:
            return self._guide_reference(self.guides[key], place)
        source = self.sources.get(key)
        if source is None:
            return None
        where = f"{source.locator} {place}".strip() if source.locator and place else place
        full = f"{source.title}. {source.publisher}{_in_year(source.year)}"
        return Reference(
            key, place, _joined(source.short, where), _joined(full, where), False, source.url
        )

    def _guide_reference(self, guide: Guide, place: str) -> Reference | None:
        title = next((section.title for section in guide.sections if section.key == place), None)
        if place and title is None:
            return None
        full = f"{guide.title}. {guide.publisher}{_in_year(guide.year)}"
        where = title or ""
        return Reference(
            guide.key, place, _joined(guide.short, where), _joined(full, where), True, guide.url
        )


def _joined(text: str, where: str) -> str:
    return f"{text}, {where}" if where else text


def _in_year(year: int | None) -> str:
    return f", {year}" if year else ""


def read_registry(folder: Path) -> tuple[Registry, list[Problem]]:
    """The registry and everything wrong with its files; a broken file is left out.

    Problems name files relative to `folder`.
    """
    problems: list[Problem] = []
    series: dict[str, Series] = {}
    guides: dict[str, Guide] = {}
    sources: dict[str, Source] = {}
    marks: dict[str, Marked] = {}
    for path in sorted(folder.glob("*.yaml")):
        marked = read_marked(path.name, path.read_text(encoding="utf-8"))
        if path.name == "series.yaml":
            found, more = read_value(TypeAdapter(SeriesFile), marked)
            series = _by_key(found.series if found else (), marked, "series", problems)
        elif path.name == "sources.yaml":
            listed, more = read_value(TypeAdapter(SourcesFile), marked)
            sources = _by_key(listed.sources if listed else (), marked, "sources", problems)
        else:
            guide, more = read_value(TypeAdapter(Guide), marked)
            if guide:
                guides[guide.key] = guide
                marks[guide.key] = marked
                problems += _check_name(guide, path, marked)
        problems += more
    registry = Registry(series, guides, sources)
    for key, marked in marks.items():
        problems += _check_guide(registry, guides[key], marked)
    return registry, in_order(problems)


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=_Keyed)


def _by_key(found: Iterable[K], marked: Marked, name: str, problems: list[Problem]) -> dict[str, K]:
    """Items by key; a key that stands twice is a problem and its first item is kept."""
    kept: dict[str, K] = {}
    for place, item in enumerate(found):
        if item.key in kept:
            problems.append(_doubled(marked, name, place, item.key))
        kept.setdefault(item.key, item)
    return kept


def _doubled(marked: Marked, name: str, place: int, key: str) -> Problem:
    sentence = N_("The key %(key)s stands twice. Give one of them another key.")
    line = marked.line((name, place, "key"))
    return error(marked.file, line, f"{name}[{place + 1}].key", sentence, key=key)


def _check_name(guide: Guide, path: Path, marked: Marked) -> list[Problem]:
    if path.stem == guide.key:
        return []
    sentence = N_("The key is %(key)s but the file is called %(name)s. Make them the same.")
    line = marked.line(("key",))
    return [error(path.name, line, "key", sentence, key=guide.key, name=path.stem)]


def _check_guide(registry: Registry, guide: Guide, marked: Marked) -> list[Problem]:
    problems = []
    if guide.key in registry.sources:
        sentence = N_("%(key)s is also a public source. Keys of guides and sources must differ.")
        problems.append(error(marked.file, marked.line(("key",)), "key", sentence, key=guide.key))
    if guide.series and guide.series not in registry.series:
        sentence = N_("%(key)s is not a series of series.yaml.")
        line = marked.line(("series",))
        problems.append(error(marked.file, line, "series", sentence, key=guide.series))
    for name, keys in (
        ("editions", [edition.key for edition in guide.editions]),
        ("sections", [section.key for section in guide.sections]),
    ):
        for place, key in enumerate(keys):
            if key in keys[:place]:
                problems.append(_doubled(marked, name, place, key))
    return problems
