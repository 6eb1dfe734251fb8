"""`course.yaml`, `modules/*/module.yaml`, `glossary.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lms.core.content.values import Key, Line, Prose, Value
from lms.courses.values.base import FileValue, Language

Audience = Literal[
    "immigration", "border-police", "police", "cyber-crime", "coast-guard", "customs",
    "labour-inspection", "prosecution", "judiciary", "consular", "social-welfare",
    "child-protection", "health", "shelter", "airline-and-port", "financial-intelligence", "tax",
    "banks", "civil-society", "international-organisation", "trainer", "policy",
]  # fmt: skip
Topic = Literal[
    "trafficking", "smuggling", "forced-labour", "forced-criminality", "border-screening",
    "refugee-protection", "child-protection", "interviewing", "victim-support", "reintegration",
    "financial-investigation", "technology", "returns", "disaster", "anti-corruption",
]  # fmt: skip
RouteStage = Literal["pre-travel", "at-border", "post-arrival", "return"]
Hours = Annotated[float, Field(gt=0, le=400, allow_inf_nan=False)]


class Objective(Value):
    """One thing the learner can do afterwards; questions, pages and modules point at its key."""

    key: Key
    text: Line


class GuideUsed(Value):
    """A guide edition the course rests on, as the registry names it."""

    guide: Key
    edition: Key


class CertificateRule(Value):
    """What one kind of certificate needs: these activities, or every required one if none named.

    With `valid_months` it expires that many months after the day it is issued.
    """

    kind: Literal["completion", "participation", "trainer"]
    hours: Hours
    needs: tuple[Key, ...] = ()
    valid_months: Annotated[int, Field(ge=1, le=120)] | None = None


class Course(FileValue):
    """What the catalogue says of a course, and what its certificates need."""

    kind: Literal["course"] = "course"
    key: Key
    title: Line
    summary: Prose
    language: Language
    level: Literal["foundation", "practitioner", "specialist"]
    minutes: Annotated[int, Field(ge=1, le=6000)]
    open_to: Literal["public", "officials", "invited"] = "officials"
    audience: Annotated[tuple[Audience, ...], Field(min_length=1)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    route_stages: tuple[RouteStage, ...] = ()
    adelaide_actions: tuple[Annotated[int, Field(ge=1, le=25)], ...] = ()
    prerequisites: tuple[Key, ...] = ()
    guides: tuple[GuideUsed, ...] = ()
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    certificates: Annotated[tuple[CertificateRule, ...], Field(min_length=1)]


class Module(FileValue):
    """A chapter. `activities` are keys of pages, quizzes, scenarios and tasks, in order."""

    kind: Literal["module"] = "module"
    key: Key
    title: Line
    summary: Prose
    objectives: tuple[Key, ...] = ()
    activities: tuple[Key, ...] = ()


class Term(Value):
    """A word explained once; `also` are other forms that authors use in the text."""

    key: Key
    term: Line
    definition: Prose
    also: tuple[Line, ...] = ()


class Glossary(FileValue):
    """All terms of the course."""

    kind: Literal["glossary"] = "glossary"
    terms: tuple[Term, ...] = ()
