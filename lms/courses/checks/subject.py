"""What every check works on: the folder as read, the registry, and the list of problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from pydantic import BaseModel

from lms.core.content.marked import Data, Path, field_path
from lms.core.content.problems import Problem, error, warning
from lms.core.content.values import holds_words
from lms.core.text import fold
from lms.courses.folder import Reading, SourceFile
from lms.courses.values.course import Course, Glossary, Module, Term
from lms.courses.values.edition import Activity
from lms.courses.values.page import Page
from lms.courses.values.question import Bank, Question
from lms.courses.values.task import Survey
from lms.guides.registry import Registry


@dataclass
class Subject:
    """A course under check. Lookups hold only what could be read."""

    reading: Reading
    registry: Registry
    problems: list[Problem]
    # What each course there is asks for first; None when nothing is known of others.
    asks: Mapping[str, tuple[str, ...]] | None = None
    # The file of members, whose names stand in no story; None when it is not at hand.
    members: FilePath | None = None

    def error(self, source: SourceFile, path: Path, sentence: str, /, **values: object) -> None:
        """Something at `path` of a YAML file or head keeps the course from being published."""
        where = field_path(path)
        line = source.marked.line(path)
        self.problems.append(error(source.path, line, where, sentence, **values))

    def warn(self, source: SourceFile, path: Path, sentence: str, /, **values: object) -> None:
        """Something at `path` asks for a second look."""
        where = field_path(path)
        line = source.marked.line(path)
        self.problems.append(warning(source.path, line, where, sentence, **values))

    def error_at(self, source: SourceFile, line: int, sentence: str, /, **values: object) -> None:
        """Like `error`, for a line of the body counted from 0."""
        at = source.body_line + line
        self.problems.append(error(source.path, at, "", sentence, **values))

    def warn_at(self, source: SourceFile, line: int, sentence: str, /, **values: object) -> None:
        """Like `warn`, for a line of the body counted from 0."""
        at = source.body_line + line
        self.problems.append(warning(source.path, at, "", sentence, **values))

    @cached_property
    def course(self) -> Course | None:
        """The course, if its file could be read."""
        return self.reading.first(Course)

    @cached_property
    def modules(self) -> list[tuple[SourceFile, Module]]:
        """Modules in order."""
        return list(self.reading.of(Module))

    @cached_property
    def activities(self) -> dict[str, tuple[SourceFile, Activity]]:
        """Activities by key, in the language of the course; the first of a doubled key."""
        found: dict[str, tuple[SourceFile, Activity]] = {}
        for source in self.reading.sources:
            if isinstance(source.value, Activity) and source.place.language is None:
                found.setdefault(source.value.key, (source, source.value))
        return found

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions by key."""
        return {q.key: q for _, bank in self.reading.of(Bank) for q in bank.questions}

    @cached_property
    def placed(self) -> dict[str, Module]:
        """The module in which each activity stands."""
        return {key: module for _, module in self.modules for key in module.activities}

    @cached_property
    def objectives(self) -> frozenset[str]:
        """Keys of the objectives of the course."""
        return frozenset(o.key for o in self.course.objectives) if self.course else frozenset()

    @cached_property
    def terms(self) -> dict[str, Term]:
        """Terms by key and by every folded form of the word."""
        found: dict[str, Term] = {}
        for _, glossary in (
            *self.reading.of(Glossary),
            *self.reading.of(Glossary, translated=True),
        ):
            for term in glossary.terms:
                for form in (term.key, term.term, *term.also):
                    found.setdefault(fold(form), term)
        return found

    @cached_property
    def unread_keys(self) -> frozenset[str]:
        """Keys that stand in files with mistakes: pointing at them is not a second mistake."""
        found: set[str] = set()
        for source in self.reading.sources:
            if source.value is None:
                found |= _keys_in(source.marked.data)
                if source.place.name:
                    found.add(source.place.name)
        return frozenset(found)

    @property
    def has_unread(self) -> bool:
        """Whether any file could not be read, so that sums over the course mean nothing."""
        return any(source.value is None for source in self.reading.sources)

    @property
    def pages(self) -> Iterator[tuple[SourceFile, Page]]:
        """Lesson pages in the language of the course."""
        return self.reading.of(Page)

    @cached_property
    def in_outline(self) -> list[Activity]:
        """Activities in the order of the outline."""
        return [self.activities[key][1] for key in self.placed if key in self.activities]

    @cached_property
    def follow_ups(self) -> frozenset[str]:
        """Surveys that are sent months later and stand in no module."""
        return frozenset(
            key
            for key, (_, activity) in self.activities.items()
            if isinstance(activity, Survey) and activity.after_months is not None
        )


def _keys_in(data: Data) -> set[str]:
    if isinstance(data, list):
        return {key for item in data for key in _keys_in(item)}
    if isinstance(data, dict):
        found = {key for item in data.values() for key in _keys_in(item)}
        own = data.get("key")
        return found | {own} if isinstance(own, str) else found
    return set()


def models_in(value: BaseModel, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """The value and every model inside it, with the path an author would write."""
    yield path, value
    for name, field in type(value).model_fields.items():
        here = (*path, field.alias or name)
        found = getattr(value, name)
        if isinstance(found, BaseModel):
            yield from models_in(found, here)
        elif isinstance(found, tuple):
            for place, item in enumerate(found):
                if isinstance(item, BaseModel):
                    yield from models_in(item, (*here, place))


def words_in(value: BaseModel) -> Iterator[tuple[Path, str]]:
    """Every translated text of the value with its path."""
    for path, model in models_in(value):
        for name, field in type(model).model_fields.items():
            if not holds_words(field):
                continue
            found = getattr(model, name)
            here = (*path, field.alias or name)
            if isinstance(found, str):
                yield here, found
            elif isinstance(found, tuple):
                yield from (((*here, place), text) for place, text in enumerate(found))
