"""Pictures and recordings of a draft: where each is used, and the lines for one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lms.courses.folder import Reading
from lms.courses.markdown import parts_of


def uses_of(reading: Reading) -> Mapping[str, list[str]]:
    """The paths of the pages that show a picture or play a recording, by its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in reading.sources:
        for part in parts_of(source.body):
            for name in part.media:
                if source.path not in found[name]:
                    found[name].append(source.path)
    return found


def figure(name: str, alternative: str, caption: str) -> str:
    """The lines of a page that show a picture."""
    words = " ".join(alternative.split())
    below = " ".join(caption.split())
    return f"::: figure {name}\nalternative: {words}\ncaption: {below}\n:::"


def recording(name: str, title: str, transcript: str) -> str:
    """The lines of a page that play a recording.

    A line of the transcript that would end the call-out is not a line of words, and goes.
    """
    lines = transcript.replace("\r\n", "\n").strip().split("\n")
    said = "\n".join(line.rstrip() for line in lines if not line.startswith(":::"))
    return f"::: sound {name}\ntitle: {' '.join(title.split())}\n\n{said}\n:::"
