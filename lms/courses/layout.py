"""Which file stands where in the folder of a course, and what it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from lms.core.text import N_
from lms.core.uploads.kinds import ABOUT, MEGABYTE, Kind
from lms.courses.values.base import RECORDINGS, FileValue
from lms.courses.values.course import Course, Glossary, Module
from lms.courses.values.page import FacilitatorNote, Page, Wellbeing
from lms.courses.values.question import Bank
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection, Session, Survey

_KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LANGUAGE = r"(?:\.(?P<language>[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?))?"


@dataclass(frozen=True)
class Shape:
    """A kind of file: its path, the value it holds, and whether its name must be its key."""

    value: type[FileValue]
    path: re.Pattern[str]
    markdown: bool = False
    named_by_key: bool = False

    @property
    def kind(self) -> str:
        """The word that tells this value from the others in JSON."""
        return str(self.value.model_fields["kind"].default)

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """Reads the value from data."""
        return TypeAdapter(self.value)


def _shape(value: type[FileValue], path: str, *, named_by_key: bool = False) -> Shape:
    stem, extension = path.rsplit(".", 1)
    pattern = re.compile(rf"^(?P<stem>{stem}){_LANGUAGE}\.{extension}$")
    return Shape(value, pattern, extension == "md", named_by_key)


SHAPES: tuple[Shape, ...] = (
    _shape(Course, "course.yaml"),
    _shape(Glossary, "glossary.yaml"),
    _shape(Wellbeing, "wellbeing.md"),
    _shape(Module, rf"modules/\d\d-(?P<name>{_KEY})/module.yaml", named_by_key=True),
    _shape(Page, rf"modules/\d\d-{_KEY}/\d\d-(?P<name>{_KEY}).md", named_by_key=True),
    _shape(Quiz, rf"quizzes/(?P<name>{_KEY}).yaml", named_by_key=True),
    _shape(Bank, rf"bank/{_KEY}.yaml"),
    _shape(Scenario, rf"scenarios/(?P<name>{_KEY}).yaml", named_by_key=True),
    _shape(Reflection, rf"reflections/(?P<name>{_KEY}).yaml", named_by_key=True),
    _shape(Survey, rf"surveys/(?P<name>{_KEY}).yaml", named_by_key=True),
    _shape(Session, rf"sessions/(?P<name>{_KEY}).yaml", named_by_key=True),
    _shape(FacilitatorNote, rf"facilitator/{_KEY}.md"),
)
MEDIA = re.compile(rf"^media/(?P<name>{_KEY}\.(?:svg|png|jpg|mp3|m4a))$")
LARGEST_PICTURE = 2_000_000
LARGEST_RECORDING = ABOUT[Kind.MP3].largest
LARGEST_TOGETHER = 20 * MEGABYTE
"""All recordings of a course: an edition is one value, held whole in memory."""
PICTURE_TOO_LARGE = N_("The picture is larger than 2 MB. Make it smaller.")
RECORDING_TOO_LARGE = N_("The recording is larger than 10 MB. Save it at a lower bit rate.")


@dataclass(frozen=True)
class Place:
    """What a path says: the shape, the path without the language, the language, the name."""

    shape: Shape
    file: str
    language: str | None
    name: str | None


def place_of(path: str) -> Place | None:
    """What a path in the folder holds; None when it is no part of the format."""
    for shape in SHAPES:
        match = shape.path.match(path)
        if match:
            parts = match.groupdict()
            file = f"{parts['stem']}.{path.rsplit('.', 1)[1]}"
            name = parts.get("name") if shape.named_by_key else None
            return Place(shape, file, parts["language"], name)
    return None


def flaw_of_size(path: str, size: int) -> str | None:
    """Why a file of `media/` with so many bytes is too large, or None."""
    if path.endswith(RECORDINGS):
        return RECORDING_TOO_LARGE if size > LARGEST_RECORDING else None
    return PICTURE_TOO_LARGE if size > LARGEST_PICTURE else None


def path_in(file: str, language: str | None) -> str:
    """The path of a file in a language: `bank/one.yaml`, `id` → `bank/one.id.yaml`."""
    if language is None:
        return file
    stem, extension = file.rsplit(".", 1)
    return f"{stem}.{language}.{extension}"
