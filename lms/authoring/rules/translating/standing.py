"""How far a course is translated, language by language and file by file."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.text import N_
from lms.courses.checks.translations import follows
from lms.courses.folder import Reading, SourceFile
from lms.courses.layout import path_in
from lms.courses.values.base import FileValue
from lms.courses.values.course import Course, Module
from lms.courses.values.edition import Activity


class TranslationState(enum.StrEnum):
    """How a file stands in a language."""

    MISSING = "missing"
    BEGUN = "begun"
    STALE = "stale"
    BROKEN = "broken"
    FINISHED = "finished"


STATE_NAMES: dict[TranslationState, str] = {
    TranslationState.MISSING: N_("Missing"),
    TranslationState.BEGUN: N_("Begun"),
    TranslationState.STALE: N_("The source has changed"),
    TranslationState.BROKEN: N_("To mend"),
    TranslationState.FINISHED: N_("Up to date"),
}


@dataclass(frozen=True, slots=True)
class FileStanding:
    """One file in one language; `is_checked` by a native speaker."""

    file: str
    path: str
    title: str
    kind: str
    state: TranslationState
    is_checked: bool


@dataclass(frozen=True, slots=True)
class LanguageStanding:
    """A language and all files of the course in it."""

    language: str
    files: tuple[FileStanding, ...]

    @property
    def counts(self) -> Counter[TranslationState]:
        """How many files stand how."""
        return Counter(file.state for file in self.files)

    @property
    def finished(self) -> int:
        """How many files follow the source as it is now."""
        return self.counts[TranslationState.FINISHED]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to do."""
        return self.finished == len(self.files)


def languages_in(reading: Reading) -> list[str]:
    """Languages that have a file besides the course's own, in order."""
    found = {source.place.language for source in reading.sources} - {None, reading.own_language}
    return sorted(code for code in found if code is not None)


def standing_in(reading: Reading, language: str) -> LanguageStanding:
    """Every file of the course in a language, in the order a translator reads them."""
    by_path = {source.path: source for source in reading.sources}
    files = []
    for source in _in_order(reading):
        path = path_in(source.place.file, language)
        translated = by_path.get(path)
        mark = translated.value.translation if translated and translated.value else None
        files.append(
            FileStanding(
                source.path,
                path,
                str(source.marked.data.get("title") or source.place.name or source.path),
                source.place.shape.kind,
                _state(source, translated),
                mark is not None and mark.review == "done",
            )
        )
    return LanguageStanding(language, tuple(files))


def stale_in(reading: Reading) -> list[FileStanding]:
    """Translations whose source has changed, of every language."""
    return [
        file
        for language in languages_in(reading)
        for file in standing_in(reading, language).files
        if file.state is TranslationState.STALE
    ]


def _state(source: SourceFile, translated: SourceFile | None) -> TranslationState:
    if translated is None:
        return TranslationState.MISSING
    if translated.value is None or source.value is None:
        return TranslationState.BROKEN
    mark = translated.value.translation
    if mark is None or mark.source is None:
        return TranslationState.BEGUN
    is_current = follows(mark.source, source.value)
    return TranslationState.FINISHED if is_current else TranslationState.STALE


def _in_order(reading: Reading) -> Iterable[SourceFile]:
    """The course, its words, then each module with its activities, then what is left."""
    own = [source for source in reading.sources if source.place.language is None]
    places: dict[str, int] = {}
    for number, (module, value) in enumerate(reading.of(Module), 1):
        places[module.path] = number * 1000
        for at, key in enumerate(value.activities, 1):
            places[key] = number * 1000 + at

    def place(source: SourceFile) -> tuple[int, str]:
        if isinstance(source.value, Course):
            return (0, source.path)
        value: FileValue | None = source.value
        if isinstance(value, Activity) and value.key in places:
            return (places[value.key], source.path)
        fallback = {"glossary": 1, "wellbeing": 2, "bank": 900_000, "facilitator": 950_000}
        return (
            places.get(source.path, fallback.get(source.place.shape.kind, 990_000)),
            source.path,
        )

    return sorted(own, key=place)
