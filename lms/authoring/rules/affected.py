"""What a changed or gone section of a guide touches in a course: everything that cites it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.authoring.rules.work import WorkSubject
from lms.core.content.values import Value
from lms.courses.folder import Reading
from lms.courses.values.base import FileValue
from lms.courses.values.edition import Edition
from lms.courses.values.page import Page
from lms.courses.values.question import Bank
from lms.courses.values.scenario import Scenario
from lms.guides.rules.comparing import Change

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Affected:
    """One thing that cites changed sections. `language` is empty for the course's own.

    `sections` are the cited keys with what became of each, sorted by key.
    """

    subject: WorkSubject
    key: str
    language: str
    title: str
    sections: tuple[tuple[str, Change], ...]


def files_of_edition(edition: Edition) -> list[tuple[str, FileValue]]:
    """Every file of an edition with its language, empty for the course's own."""
    own: list[tuple[str, FileValue]] = [("", value) for value in edition.files]
    return own + [(part.language, part.content) for part in edition.translations]


def files_of_reading(reading: Reading) -> list[tuple[str, FileValue]]:
    """Every file of a draft that could be read, with its language."""
    return [
        (source.place.language or "", source.value)
        for source in reading.sources
        if source.value is not None
    ]


def affected(
    files: Iterable[tuple[str, FileValue]], guide_key: str, changed: Mapping[str, Change]
) -> list[Affected]:
    """Everything in these files that cites one of the changed sections of the guide.

    A translation is touched when its source is, whatever it cites itself.
    """
    found: list[Affected] = []
    touched: dict[str, tuple[tuple[str, Change], ...]] = {}
    translations: list[tuple[str, FileValue]] = []
    for language, value in files:
        if language:
            translations.append((language, value))
            continue
        sections = _cited(value, guide_key, changed)
        if not sections:
            continue
        touched[value.file] = sections
        if isinstance(value, Bank):
            found += _questions(value, guide_key, changed)
        else:
            found.append(Affected(_subject(value), _key(value), "", _title(value), sections))
    for language, value in translations:
        if value.file in touched:
            found.append(
                Affected(
                    WorkSubject.TRANSLATION, _key(value), language, _title(value),
                    touched[value.file],
                )
            )  # fmt: skip
    return found


def _questions(bank: Bank, guide_key: str, changed: Mapping[str, Change]) -> list[Affected]:
    return [
        Affected(WorkSubject.QUESTION, question.key, "", _short(question.prompt), sections)
        for question in bank.questions
        if (sections := _cited(question, guide_key, changed))
    ]


def _cited(
    value: Value, guide_key: str, changed: Mapping[str, Change]
) -> tuple[tuple[str, Change], ...]:
    """The changed sections named anywhere in the value: in its head, its texts, its sources."""
    pattern = rf"(?<![a-z0-9-]){re.escape(guide_key)}:([a-z0-9]+(?:-[a-z0-9]+)*)"
    named = set(re.findall(pattern, value.model_dump_json(by_alias=True)))
    return tuple((key, changed[key]) for key in sorted(named) if key in changed)


def _subject(value: FileValue) -> WorkSubject:
    if isinstance(value, Page):
        return WorkSubject.PAGE
    return WorkSubject.SCENARIO if isinstance(value, Scenario) else WorkSubject.TASK


def _key(value: FileValue) -> str:
    key = getattr(value, "key", None)
    return str(key) if key else value.file.rsplit("/", 1)[-1].split(".")[0]


def _title(value: FileValue) -> str:
    title = getattr(value, "title", None)
    return _short(str(title)) if title else value.file


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
