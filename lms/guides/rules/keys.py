"""Keys of sections: those of the edition before where a section goes on, else made of the title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lms.guides.rules.comparing import Compared, carried_keys
from lms.guides.rules.texts import folded_title, slug


def keys_for(
    sections: Sequence[Compared],
    *,
    before: Sequence[Compared] = (),
    elsewhere: Sequence[Compared] = (),
    known: Mapping[str, str] | None = None,
) -> list[str]:
    """A key to each section, unique among them.

    `before` is the newest edition in the same language: a section that continues one of it
    keeps its key. `elsewhere` is an edition in another language: if both have the same
    levels in the same order, keys go by place, since a translation keeps the order. `known`
    are the registry's titles by key. The rest is made of titles.
    """
    keys: dict[int, str] = dict(carried_keys(before, sections)) if before else {}
    if not before and [each.level for each in elsewhere] == [each.level for each in sections]:
        keys = {place: section.key for place, section in enumerate(elsewhere)}
    titles = {folded_title(title): key for key, title in (known or {}).items()}
    taken = set(keys.values())
    for place, section in enumerate(sections):
        if place in keys:
            continue
        wanted = titles.get(folded_title(section.title)) or slug(section.title)
        base = wanted or f"section-{place + 1}"
        key, number = base, 2
        while key in taken:
            key, number = f"{base}-{number}", number + 1
        keys[place] = key
        taken.add(key)
    return [keys[place] for place in range(len(sections))]
