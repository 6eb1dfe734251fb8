"""The files of a course that begins: the least that checks, and the copy that is adapted. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lms.courses.checks.translations import source_digest
from lms.courses.values.base import FileValue
from lms.courses.values.course import Course, Glossary, Module
from lms.courses.values.edition import Edition
from lms.courses.values.page import Page, Wellbeing
from lms.courses.writing import course_files, file_text

FIRST_PAGE = "modules/01-first-module/01-first-page.md"


@dataclass(frozen=True, slots=True)
class CourseBegun:
    """What somebody says of a course that begins from nothing."""

    key: str
    title: str
    summary: str
    language: str
    level: str
    audience: Sequence[str]
    topics: Sequence[str]
    objective: str
    open_to: str = "officials"

    @property
    def objective_key(self) -> str:
        """The key of the one objective, from its words where they give one."""
        return key_from(self.objective)[:40].strip("-") or "first-objective"


@dataclass(frozen=True, slots=True)
class FirstWords:
    """The words a new course begins with, in the reader's language."""

    module: str
    module_summary: str
    page: str
    page_summary: str
    page_body: str
    wellbeing: str
    wellbeing_body: str


def course_begun(
    begun: CourseBegun, objective: str, *, minutes: int, guides: Sequence[Mapping[str, str]] = ()
) -> Course:
    """The course.yaml of a course that begins, with one objective under this key.

    `guides` are pairs of guide and edition it rests on. Raises pydantic.ValidationError.
    """
    return Course.model_validate(
        {
            "file": "course.yaml",
            "key": begun.key,
            "title": begun.title,
            "summary": begun.summary,
            "language": begun.language,
            "level": begun.level,
            "minutes": minutes,
            "open_to": begun.open_to,
            "audience": tuple(begun.audience),
            "topics": tuple(begun.topics),
            "guides": guides,
            "objectives": [{"key": objective, "text": begun.objective}],
            "certificates": [{"kind": "completion", "hours": max(1, round(minutes / 60))}],
        }
    )


def new_course(begun: CourseBegun, words: FirstWords) -> dict[str, bytes]:
    """A course with one module and one page, which checks without an error.

    Raises pydantic.ValidationError for what the format does not know; a form asks first.
    """
    objective = begun.objective_key
    course = course_begun(begun, objective, minutes=5)
    files: list[FileValue] = [
        course,
        Glossary(file="glossary.yaml"),
        Wellbeing(file="wellbeing.md", title=words.wellbeing, body=words.wellbeing_body),
        Module(
            file="modules/01-first-module/module.yaml",
            key="first-module",
            title=words.module,
            summary=words.module_summary,
            objectives=(objective,),
            activities=("first-page",),
        ),
        Page(
            file=FIRST_PAGE,
            key="first-page",
            title=words.page,
            minutes=5,
            summary=words.page_summary,
            objectives=(objective,),
            body=words.page_body,
        ),
    ]
    return {value.file: file_text(value).encode() for value in files}


def adapted(edition: Edition, key: str, title: str) -> dict[str, bytes]:
    """The files of another edition under a key and title of their own; all else is the same.

    Translations of course.yaml that followed it go on doing so, with the title of their own.
    """
    before = source_digest(edition.course)
    course = edition.course.model_copy(update={"key": key, "title": title})
    after = source_digest(course)
    translations = []
    for part in edition.translations:
        content = part.content
        if isinstance(content, Course):
            mark = content.translation
            if mark is not None and mark.source == before:
                mark = mark.model_copy(update={"source": after})
            content = content.model_copy(update={"key": key, "translation": mark})
            part = part.model_copy(update={"content": content})
        translations.append(part)
    copy = edition.model_copy(update={"course": course, "translations": tuple(translations)})
    return course_files(copy)


def key_from(title: str) -> str:
    """A key from words: small letters, digits and hyphens; empty where there are none of them."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def free_key(wanted: str, taken: Collection[str], otherwise: str) -> str:
    """A key nobody has yet: the one wanted, or with the next number behind it."""
    key = wanted or otherwise
    number = 2
    while key in taken:
        key = f"{(wanted or otherwise)[:70]}-{number}"
        number += 1
    return key
