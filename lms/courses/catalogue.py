"""The catalogue: what it says of a course, and which courses a search finds. Pure."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lms.core.text import N_, fold
from lms.courses.values.course import Course
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry

SWATCHES = (
    "twill", "herringbone", "path", "diamond", "basket", "ripple", "satin", "ladder",
)  # fmt: skip

TOPIC_NAMES: dict[str, str] = {
    "trafficking": N_("Trafficking in persons"),
    "smuggling": N_("People smuggling"),
    "forced-labour": N_("Forced labour"),
    "forced-criminality": N_("Forced criminality"),
    "border-screening": N_("Screening at borders"),
    "refugee-protection": N_("Refugee protection"),
    "child-protection": N_("Child protection"),
    "interviewing": N_("Interviewing"),
    "victim-support": N_("Support for victims"),
    "reintegration": N_("Return and reintegration"),
    "financial-investigation": N_("Financial investigation"),
    "technology": N_("Technology"),
    "returns": N_("Returns"),
    "disaster": N_("Disasters"),
    "anti-corruption": N_("Corruption"),
}
AUDIENCE_NAMES: dict[str, str] = {
    "immigration": N_("Immigration"),
    "border-police": N_("Border police"),
    "police": N_("Police"),
    "cyber-crime": N_("Cyber-crime units"),
    "coast-guard": N_("Coast guard"),
    "customs": N_("Customs"),
    "labour-inspection": N_("Labour inspection"),
    "prosecution": N_("Prosecution"),
    "judiciary": N_("Judiciary"),
    "consular": N_("Consular service"),
    "social-welfare": N_("Social welfare"),
    "child-protection": N_("Child protection"),
    "health": N_("Health"),
    "shelter": N_("Shelters"),
    "airline-and-port": N_("Airlines and ports"),
    "financial-intelligence": N_("Financial intelligence"),
    "tax": N_("Tax"),
    "banks": N_("Banks"),
    "civil-society": N_("Civil society"),
    "international-organisation": N_("International organisations"),
    "trainer": N_("Trainers"),
    "policy": N_("Policy"),
}
STAGE_NAMES: dict[str, str] = {
    "pre-travel": N_("Before travel"),
    "at-border": N_("At the border"),
    "post-arrival": N_("After arrival"),
    "return": N_("Return"),
}
LEVEL_NAMES: dict[str, str] = {
    "foundation": N_("Foundation"),
    "practitioner": N_("Practitioner"),
    "specialist": N_("Specialist"),
}
OPEN_TO_NAMES: dict[str, str] = {
    "public": N_("Open to everybody"),
    "officials": N_("Open to all officials"),
    "invited": N_("By nomination"),
}
KINDS: dict[str, str] = {
    "page": N_("Lesson"),
    "quiz": N_("Quiz"),
    "scenario": N_("Scenario"),
    "reflection": N_("Reflection"),
    "survey": N_("Survey"),
    "session": N_("Session"),
}
LENGTHS: dict[int, str] = {
    60: N_("Up to 1 hour"),
    180: N_("Up to 3 hours"),
    300: N_("Up to 5 hours"),
}


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course as a list shows it. `titles` and `summaries` by language; minutes in all.

    `partial_languages` are those of `languages` in which a part of the course falls back
    to its own language.
    """

    key: str
    digest: str
    swatch: str
    titles: dict[str, str]
    summaries: dict[str, str]
    language: str
    languages: tuple[str, ...]
    minutes: int
    modules: int
    activities: int
    level: str
    open_to: str
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    actions: tuple[int, ...]
    guides: tuple[str, ...]
    objectives: tuple[str, ...]
    partial_languages: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """The title in this language, or in the course's own."""
        return self.titles.get(language, self.titles[self.language])

    def summary(self, language: str) -> str:
        """The summary in this language, or in the course's own."""
        return self.summaries.get(language, self.summaries[self.language])

    def as_json(self) -> dict[str, Any]:
        """For storage; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CourseCard:
        """The card that `as_json` wrote."""
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return cls(**{**data, **lists})


def card_of(edition: Edition, registry: Registry) -> CourseCard:
    """The card of an edition, with the guides it rests on in words."""
    course = edition.course
    versions = {course.language: course}
    for language in edition.languages:
        version, found = edition.in_language(course, language)
        if found == language and isinstance(version, Course):
            versions[language] = version
    return CourseCard(
        key=course.key,
        digest=edition.digest,
        swatch=swatch_of(course.key),
        titles={language: version.title for language, version in versions.items()},
        summaries={language: version.summary for language, version in versions.items()},
        language=course.language,
        languages=edition.languages,
        minutes=course.minutes,
        modules=len(edition.modules),
        activities=len(edition.order),
        level=course.level,
        open_to=course.open_to,
        audience=course.audience,
        topics=course.topics,
        stages=course.route_stages,
        actions=course.adelaide_actions,
        guides=tuple(_guide_words(used.guide, used.edition, registry) for used in course.guides),
        objectives=tuple(objective.text for objective in course.objectives),
        partial_languages=tuple(
            language for language in edition.languages if not edition.is_whole_in(language)
        ),
    )


def swatch_of(key: str) -> str:
    """The weave that is the face of the course, the same for ever (look.md)."""
    return SWATCHES[hashlib.sha256(key.encode()).digest()[0] % len(SWATCHES)]


def _guide_words(guide_key: str, edition_key: str, registry: Registry) -> str:
    guide = registry.guides[guide_key]
    edition = next((found for found in guide.editions if found.key == edition_key), None)
    year = edition.year if edition and edition.year else guide.year
    return f"{guide.title}. {guide.publisher}{f', {year}' if year else ''}"


@lru_cache(maxsize=4)
def read_strategy(path: Path) -> dict[int, str]:
    """The actions of the Adelaide Strategy by number, from content/strategy.csv, read once."""
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row["action_no"]): row["action"] for row in csv.DictReader(file)}


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What a visitor asks for; empty fields ask for nothing. `minutes` is the most."""

    words: str = ""
    topic: str = ""
    action: int | None = None
    audience: str = ""
    stage: str = ""
    language: str = ""
    minutes: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == CatalogueFilter()

    @property
    def is_plain(self) -> bool:
        """Whether nothing but words is asked for."""
        return self == CatalogueFilter(words=self.words)


def found_by(
    wanted: CatalogueFilter, cards: Iterable[CourseCard], language: str
) -> Sequence[CourseCard]:
    """The cards that fit, by title in the reader's language."""
    fitting = [card for card in cards if _fits(wanted, card)]
    return sorted(fitting, key=lambda card: fold(card.title(language)))


def _fits(wanted: CatalogueFilter, card: CourseCard) -> bool:
    said = fold(
        " ".join([*card.titles.values(), *card.summaries.values(), *card.objectives, *card.guides])
    )
    return (
        all(word in said for word in fold(wanted.words).split())
        and (not wanted.topic or wanted.topic in card.topics)
        and (wanted.action is None or wanted.action in card.actions)
        and (not wanted.audience or wanted.audience in card.audience)
        and (not wanted.stage or wanted.stage in card.stages)
        and (not wanted.language or wanted.language in card.languages)
        and (wanted.minutes is None or card.minutes <= wanted.minutes)
    )
