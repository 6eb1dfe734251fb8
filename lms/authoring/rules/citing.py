"""Finding what a page may cite, by any word of its title. Pure."""

from __future__ import annotations

from lms.core.text import fold
from lms.guides.registry import Registry

MOST = 20


def find_sources(registry: Registry, words: str, most: int = MOST) -> list[tuple[str, str]]:
    """Citations with what they mean, for which every word stands somewhere in key or title.

    Sections of guides are found by their own words and those of the guide.
    """
    wanted = fold(words).split()
    if not wanted:
        return []
    found: list[tuple[str, str]] = []
    for source in registry.sources.values():
        text = f"{source.key} {source.title} {source.short} {source.publisher}"
        if _has(text, wanted):
            found.append((source.key, _line(source.key, source.title, source.year)))
    for guide in registry.guides.values():
        about = f"{guide.key} {guide.title} {guide.short}"
        if _has(about, wanted):
            found.append((guide.key, _line(guide.key, guide.title, guide.year)))
        for section in guide.sections:
            if _has(f"{about} {section.key} {section.title}", wanted):
                key = f"{guide.key}:{section.key}"
                found.append((key, f"{key}: {guide.short}, {section.title}"))
    return found[:most]


def _has(text: str, wanted: list[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in wanted)


def _line(key: str, title: str, year: int | None) -> str:
    return f"{key}: {title}, {year}" if year else f"{key}: {title}"
