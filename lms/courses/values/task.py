"""What learners write, answer or attend: reflections, surveys, sessions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lms.core.content.values import Key, Line, Prose, Value, refuse
from lms.core.text import N_
from lms.courses.values.base import Citation, ContentNote, FileValue, Minutes

Months = Annotated[int, Field(ge=1, le=36)]


class Prompt(Value):
    """One thing to write. `long` is a few paragraphs, `list` one item to a line."""

    key: Key
    text: Prose
    help: Prose | None = None
    answer: Literal["long", "short", "list", "date"] = "long"
    required: bool = True


class RubricLevel(Value):
    """One level of a criterion and what a text at that level does."""

    points: Annotated[int, Field(ge=0, le=20)]
    text: Line


class Criterion(Value):
    """One thing a marker looks for."""

    key: Key
    text: Line
    levels: Annotated[tuple[RubricLevel, ...], Field(min_length=2)]


class Reflection(FileValue):
    """A reflection or an action plan.

    `done_when: reflected` is met by sending it; `marked` needs a trainer to accept it by
    the rubric. What is written is read by nobody else unless it is to be marked.
    An action plan comes back to its author after `follow_up_months`.
    """

    kind: Literal["reflection"] = "reflection"
    key: Key
    title: Line
    form: Literal["reflection", "action-plan"] = "reflection"
    minutes: Minutes
    intro: Prose
    objectives: tuple[Key, ...] = ()
    cites: tuple[Citation, ...] = ()
    required: bool = True
    done_when: Literal["reflected", "marked"] = "reflected"
    content_note: ContentNote | None = None
    follow_up_months: Months | None = None
    prompts: Annotated[tuple[Prompt, ...], Field(min_length=1)]
    rubric: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _marking_needs_a_rubric(self) -> Reflection:
        if self.done_when == "marked" and not self.rubric:
            raise refuse(N_("done_when: marked needs a rubric that says what is looked for."))
        return self


class SurveyQuestion(Value):
    """One question of a survey. `scale` runs from 1 to 5 between the two ends."""

    key: Key
    text: Line
    type: Literal["scale", "yes-no", "choice", "text", "number"]
    options: tuple[Line, ...] = ()
    low: Line | None = None
    high: Line | None = None
    required: bool = False

    @model_validator(mode="after")
    def _fits_its_type(self) -> SurveyQuestion:
        if (self.type == "choice") != bool(self.options):
            raise refuse(N_("A question of type choice has options; the other types have none."))
        if self.type == "scale" and not (self.low and self.high):
            raise refuse(N_("A scale needs low and high: the words at its two ends."))
        return self


class Survey(FileValue):
    """A survey: an activity at the end, or a follow-up months after completion.

    A follow-up stands in no module and is never required.
    """

    kind: Literal["survey"] = "survey"
    key: Key
    title: Line
    minutes: Minutes
    intro: Prose
    required: bool = False
    done_when: Literal["answered"] = "answered"
    asks: Literal["participant", "supervisor"] = "participant"
    after_months: Months | None = None
    questions: Annotated[tuple[SurveyQuestion, ...], Field(min_length=1)]


class Session(FileValue):
    """A meeting that belongs to the course; when and where is set by its event."""

    kind: Literal["session"] = "session"
    key: Key
    title: Line
    minutes: Minutes
    place: Literal["in-person", "online", "either"]
    intro: Prose
    objectives: tuple[Key, ...] = ()
    required: bool = True
    done_when: Literal["attended"] = "attended"
