"""Translations: the same keys and settings as the source, and whether the source has moved on."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel

from lms.core.content.marked import Path
from lms.core.content.values import holds_words
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.markdown import parts_of
from lms.courses.values.base import FileValue
from lms.courses.values.question import Bank
from lms.courses.values.quiz import Quiz

UNMARKED = N_(
    "The file does not say which state of the source it follows. Run: lms content translated "
    "%(path)s."
)
STALE = N_("%(file)s has changed since it was translated. Compare the two.")
UNFINISHED_QUIZ = N_(
    "The translation is not finished, and a quiz never mixes languages. Finish it, or take the "
    "file out."
)
STALE_QUIZ = N_(
    "%(file)s has changed since it was translated, and a quiz never differs between languages. "
    "Bring the translation up to date, or take the file out."
)

# Not compared: where the file is, how its translation stands, and Markdown.
_APART = frozenset({"translation", "file", "body"})


def source_digest(value: FileValue) -> str:
    """Twelve hexadecimal digits that change when anything in the source file changes.

    What is left at its default does not count, so that a field the format gains later
    makes no translation stale.
    """
    return _digest(value, without_defaults=True)


def follows(digest: str, original: FileValue) -> bool:
    """Whether the digest names the source as it is now; also one made when defaults counted."""
    return digest == source_digest(original) or digest == _digest(original, without_defaults=False)


def _digest(value: FileValue, *, without_defaults: bool) -> str:
    data = value.model_dump_json(
        by_alias=True, exclude={"translation", "file"}, exclude_defaults=without_defaults
    )
    return hashlib.sha256(data.encode()).hexdigest()[:12]


def check_translations(subject: Subject) -> None:
    """Every file that carries a language in its name, and files that should not be marked."""
    sources = {s.path: s for s in subject.reading.sources if s.place.language is None}
    for source in subject.reading.sources:
        value = source.value
        if value is None:
            continue
        if source.place.language is None:
            if value.translation is not None:
                sentence = N_("Only a file with a language in its name is a translation.")
                subject.error(source, ("translation",), sentence)
            continue
        original = sources.get(source.place.file)
        if original is None:
            sentence = N_("%(file)s, which this translates, does not exist.")
            subject.error(source, (), sentence, file=source.place.file)
        elif original.value is not None:
            _compare(subject, source, value, original.value)
            _check_stale(subject, source, value, original.value)
        if source.place.language == subject.reading.own_language:
            sentence = N_("%(language)s is the language of the course itself. Rename the file.")
            subject.error(source, (), sentence, language=source.place.language)


def _check_stale(
    subject: Subject, source: SourceFile, value: FileValue, original: FileValue
) -> None:
    """Learners read a lesson that is behind with a warning; a quiz that is behind asks and marks
    something else than the source, so it cannot be published."""
    mark = value.translation
    path = ("translation", "source") if mark and mark.source else ("translation",)
    is_asked = isinstance(value, Quiz | Bank)
    if mark is None or mark.source is None:
        sentence = UNFINISHED_QUIZ if is_asked else UNMARKED
    elif not follows(mark.source, original):
        sentence = STALE_QUIZ if is_asked else STALE
    else:
        return
    say = subject.error if is_asked else subject.warn
    say(source, path, sentence, file=source.place.file, path=source.path)


def _compare(subject: Subject, source: SourceFile, value: FileValue, original: FileValue) -> None:
    for path, sentence, values in _differences(value, original, ()):
        subject.error(source, path, sentence, **values)
    here, there = getattr(value, "body", None), getattr(original, "body", None)
    if isinstance(here, str) and isinstance(there, str):
        names = [(part.name, _fixed_title(part.name, part.title)) for part in parts_of(here)]
        wanted = [(part.name, _fixed_title(part.name, part.title)) for part in parts_of(there)]
        if [n for n in names if n[0]] != [n for n in wanted if n[0]]:
            sentence = N_("The call-outs are not those of %(file)s in the same order.")
            subject.warn(source, (), sentence, file=source.place.file)


def _fixed_title(name: str | None, title: str) -> str:
    """What follows `::: name` where it is a key or a file; titles are translated."""
    return title if name in {"figure", "jurisdiction"} else ""


def _differences(
    value: BaseModel, original: BaseModel, path: Path
) -> list[tuple[Path, str, dict[str, object]]]:
    """Where two values of one kind differ in anything that is not words."""
    if type(value) is not type(original):
        return [(path, N_("This is of another type than in the source."), {})]
    found: list[tuple[Path, str, dict[str, object]]] = []
    for name, field in type(value).model_fields.items():
        if name in _APART:
            continue
        here = (*path, field.alias or name)
        mine, theirs = getattr(value, name), getattr(original, name)
        if holds_words(field):
            found += _missing_words(mine, theirs, here)
        elif isinstance(mine, BaseModel) and isinstance(theirs, BaseModel):
            found += _differences(mine, theirs, here)
        elif _holds_models(mine) or _holds_models(theirs):
            found += _list_differences(mine, theirs, here)
        elif mine != theirs:
            sentence = N_("This must be as in the source: %(value)s.")
            found.append((here, sentence, {"value": _shown(theirs)}))
    return found


def _missing_words(
    mine: object, theirs: object, path: Path
) -> list[tuple[Path, str, dict[str, object]]]:
    """Words may differ; whether there are any, and how many, may not."""
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        differs = len(mine) != len(theirs) and path[-1] not in {"also", "answers"}
    else:
        differs = (mine is None) != (theirs is None)
    return [(path, N_("The source has other parts here. Translate all of them."), {})] * differs


def _list_differences(
    mine: tuple[BaseModel, ...], theirs: tuple[BaseModel, ...], path: Path
) -> list[tuple[Path, str, dict[str, object]]]:
    if len(mine) != len(theirs):
        sentence = N_("The source has %(number)s items here, the translation %(own)s.")
        return [(path, sentence, {"number": len(theirs), "own": len(mine)})]
    return [
        difference
        for place, (one, other) in enumerate(zip(mine, theirs, strict=True))
        for difference in _differences(one, other, (*path, place))
    ]


def _holds_models(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if value is None:
        return "left out"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
