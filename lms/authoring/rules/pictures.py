"""Pictures of a draft: where each is used, and the lines that show one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lms.courses.folder import Reading
from lms.courses.markdown import parts_of


def uses_of(reading: Reading) -> Mapping[str, list[str]]:
    """The paths of the pages that show a picture, by its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in reading.sources:
        for part in parts_of(source.body):
            if part.name != "figure":
                continue
            names = [part.title]
            if "wide" in part.settings:
                names.append(part.settings["wide"].value)
            for name in names:
                if source.path not in found[name]:
                    found[name].append(source.path)
    return found


def figure(name: str, alternative: str, caption: str) -> str:
    """The lines of a page that show a picture."""
    words = " ".join(alternative.split())
    below = " ".join(caption.split())
    return f"::: figure {name}\nalternative: {words}\ncaption: {below}\n:::"
