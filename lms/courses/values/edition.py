"""A whole course as one immutable value with a digest."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import Field

from lms.core.content.values import Key, Value
from lms.core.errors import BadInputError
from lms.core.uploads.sounds import sound_anew
from lms.courses.values.base import RECORDINGS, FileValue, Media
from lms.courses.values.course import Course, Glossary, Module
from lms.courses.values.page import FacilitatorNote, Page, Wellbeing
from lms.courses.values.question import Bank, Question
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.courses.values.task import Reflection, Session, Survey

V = TypeVar("V", bound=FileValue)

# What a learner does; `kind` tells them apart, and follows from the folder of the file.
Activity: TypeAlias = Page | Quiz | Scenario | Reflection | Survey | Session
AnyActivity = Annotated[Activity, Field(discriminator="kind")]
AnyFile = Annotated[
    Course
    | Module
    | Glossary
    | Bank
    | Wellbeing
    | FacilitatorNote
    | Page
    | Quiz
    | Scenario
    | Reflection
    | Survey
    | Session,
    Field(discriminator="kind"),
]


class MediaFile(Value):
    """A picture or a recording as it lies in `media/`. `digest` is the SHA-256 of its bytes."""

    name: Media
    content: bytes

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def is_recording(self) -> bool:
        """Whether it is heard, by its name."""
        return self.name.endswith(RECORDINGS)

    @cached_property
    def seconds(self) -> int | None:
        """How long a recording lasts, at least 1; None for pictures and what cannot be read."""
        if not self.is_recording:
            return None
        try:
            return max(1, round(sound_anew(self.content).seconds))
        except BadInputError:
            return None


class Translated(Value):
    """One file in another language; keys and everything that is not words equal the source's."""

    language: str
    content: AnyFile


class Edition(Value):
    """Everything the folder of a course holds. Tuples are sorted by path.

    `digest` names the edition: SHA-256 over canonical JSON (sorted names, no spaces, UTF-8)
    in which each medium stands by its own digest. Two folders with the same canonical
    files have the same digest.
    """

    format: Literal[1] = 1
    course: Course
    modules: tuple[Module, ...]
    activities: tuple[AnyActivity, ...]
    bank: tuple[Bank, ...] = ()
    glossary: Glossary
    wellbeing: Wellbeing
    facilitator: tuple[FacilitatorNote, ...] = ()
    media: tuple[MediaFile, ...] = ()
    translations: tuple[Translated, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 that names this edition."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def canonical_json(self) -> str:
        """The sources without the bytes of media: sorted names, no spaces, not escaped."""
        tree: dict[str, Any] = self.model_dump(
            mode="json", by_alias=True, exclude_defaults=True, exclude={"media"}
        )
        tree["media"] = {medium.name: medium.digest for medium in self.media}
        return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def to_json(self) -> str:
        """Everything, media included (base64), for storage; `Edition.from_json` reads it."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, text: str) -> Edition:
        """The value `to_json` wrote. Raises pydantic.ValidationError for anything else."""
        return cls.model_validate_json(text)

    @cached_property
    def weight(self) -> int:
        """Bytes of its pictures and recordings: nearly all it takes in memory."""
        return sum(len(medium.content) for medium in self.media)

    @cached_property
    def files(self) -> tuple[FileValue, ...]:
        """Every source file but media, in the language of the course."""
        return (
            self.course, self.glossary, self.wellbeing, *self.modules, *self.activities,
            *self.bank, *self.facilitator,
        )  # fmt: skip

    @cached_property
    def _activities(self) -> dict[str, Activity]:
        return {activity.key: activity for activity in self.activities}

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.key: question for bank in self.bank for question in bank.questions}

    @cached_property
    def _translated(self) -> dict[tuple[str, str], FileValue]:
        return {(part.language, part.content.file): part.content for part in self.translations}

    @property
    def languages(self) -> tuple[str, ...]:
        """The course's own language first, then every language that has a file."""
        others = sorted({part.language for part in self.translations})
        return (self.course.language, *others)

    def is_whole_in(self, language: str) -> bool:
        """Whether all a learner meets exists in this language, every quiz with its questions."""
        met = (self.course, self.wellbeing, *self.modules, *self.activities)
        return language == self.course.language or (
            all((language, file.file) in self._translated for file in met)
            and all(language in self.quiz_languages(quiz) for quiz in self.quizzes)
        )

    @property
    def quizzes(self) -> tuple[Quiz, ...]:
        """Every quiz of the course."""
        return tuple(activity for activity in self.activities if isinstance(activity, Quiz))

    def activity(self, key: Key) -> Activity:
        """The activity in the course's own language. Raises KeyError when there is none."""
        return self._activities[key]

    def question(self, key: Key) -> Question:
        """The question in the course's own language. Raises KeyError when there is none."""
        return self._questions[key]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Keys of the activities that stand in modules, in the order of the outline."""
        return tuple(key for module in self.modules for key in module.activities)

    @cached_property
    def required(self) -> frozenset[str]:
        """Keys of the activities a learner must do to complete the course."""
        return frozenset(key for key in self.order if self._activities[key].required)

    def module_of(self, key: Key) -> Module | None:
        """The module an activity stands in; None for alternatives and follow-ups."""
        return next((module for module in self.modules if key in module.activities), None)

    def alternative_of(self, key: Key) -> Page | None:
        """The page that earns the same credit as the activity without its hard matter."""
        return next(
            (a for a in self.activities if isinstance(a, Page) and a.alternative_to == key), None
        )

    def credited(self, key: Key) -> str:
        """The activity that is done when this one is: itself, or what it stands in for."""
        activity = self._activities[key]
        return (activity.alternative_to if isinstance(activity, Page) else None) or key

    def in_language(self, value: V, language: str) -> tuple[V, str]:
        """The file in the language wanted if it exists, else the source; and its language."""
        found = self._translated.get((language, value.file))
        if isinstance(found, type(value)):
            return found, language
        return value, self.course.language

    def quiz_languages(self, quiz: Quiz) -> tuple[str, ...]:
        """Languages in which the whole quiz and every question it can draw exist.

        An attempt is held in one of these, so that it never mixes languages.
        """
        files = {quiz.file} | {
            bank.file
            for bank in self.bank
            if any(question.key in quiz.questions for question in bank.questions)
        }
        return tuple(
            language
            for language in self.languages
            if language == self.course.language
            or all((language, file) in self._translated for file in files)
        )

    def questions_in(self, quiz: Quiz, language: str) -> dict[str, Question]:
        """Every question the quiz can draw, by key, in one language of `quiz_languages`."""
        found: dict[str, Question] = {}
        for bank in self.bank:
            in_language, _ = self.in_language(bank, language)
            found |= {question.key: question for question in in_language.questions}
        return {key: found[key] for key in quiz.questions}
