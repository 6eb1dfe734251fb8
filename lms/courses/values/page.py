"""Markdown files: lesson pages, the wellbeing page, the facilitator's notes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lms.core.content.values import Key, Line, Prose
from lms.courses.values.base import Citation, FileValue, Minutes

# The canonical body: NFC, LF, no spaces at line ends. Not a Prose: a page may be long.
Body = Annotated[str, Field(max_length=60_000)]


class Page(FileValue):
    """A lesson page. An alternative page stands in no module: it stands in for another activity."""

    kind: Literal["page"] = "page"
    key: Key
    title: Line
    minutes: Minutes
    summary: Line
    objectives: tuple[Key, ...] = ()
    cites: tuple[Citation, ...] = ()
    required: bool = True
    done_when: Literal["read"] = "read"
    alternative_to: Key | None = None
    body: Body


class Wellbeing(FileValue):
    """What the course says to a learner for whom it becomes heavy; members add their numbers."""

    kind: Literal["wellbeing"] = "wellbeing"
    title: Line
    body: Body


class FacilitatorNote(FileValue):
    """How to teach one module, or the whole course when no module is named, in a room."""

    kind: Literal["facilitator"] = "facilitator"
    title: Line
    module: Key | None = None
    minutes: Minutes
    room: Prose | None = None
    body: Body
