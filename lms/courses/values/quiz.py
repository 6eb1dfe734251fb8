"""`quizzes/*.yaml`: which questions are asked, how often, and what is shown when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lms.core.content.values import Key, Line, Prose, Value, refuse
from lms.core.text import N_
from lms.courses.values.base import FileValue, Minutes

Purpose = Literal["knowledge-check", "pre-test", "post-test", "final"]
# What the learner may see of a question already answered.
Shown = Literal["score", "right-or-wrong", "feedback", "right-answer", "rationale"]


class Slot(Value):
    """One question (`question`), or `draw` questions taken at random `from` a pool."""

    question: Key | None = None
    draw: Annotated[int, Field(ge=1, le=100)] | None = None
    pool: Annotated[tuple[Key, ...], Field(min_length=1)] | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_of_two(self) -> Slot:
        fixed = self.question is not None and self.draw is None and self.pool is None
        drawn = self.question is None and self.draw is not None and self.pool is not None
        if not fixed and not drawn:
            raise refuse(N_("A slot is either question: a key, or draw: a number with from: keys."))
        return self

    @property
    def questions(self) -> tuple[str, ...]:
        """Every question the slot can show."""
        return (self.question,) if self.question else self.pool or ()


class SkipByTest(Value):
    """A module that may be left out by whoever gets `right` of these questions right."""

    module: Key
    questions: Annotated[tuple[Key, ...], Field(min_length=1)]
    right: Annotated[int, Field(ge=1)]


class Review(Value):
    """What is shown at each moment; `when_over`: passed, or no attempt left."""

    after_question: tuple[Shown, ...] = ()
    after_attempt: tuple[Shown, ...] = ()
    when_over: tuple[Shown, ...] = ()


_ALL: tuple[Shown, ...] = ("score", "right-or-wrong", "feedback", "right-answer", "rationale")
# What holds when the author writes no `review`. A pre-test gives nothing away but the
# score; its comparison with the post-test is shown by objective, not by question.
USUAL_REVIEW: Mapping[Purpose, Review] = {
    "knowledge-check": Review(after_question=_ALL, after_attempt=_ALL, when_over=_ALL),
    "pre-test": Review(after_attempt=("score",), when_over=("score",)),
    "post-test": Review(after_attempt=("score",), when_over=_ALL),
    "final": Review(after_attempt=("score",), when_over=_ALL),
}


class Quiz(FileValue):
    """A quiz. No `attempts` means as many as wanted; no `pass_mark` means it cannot be failed.

    `pass_mark` is a percentage of the points; `delay_minutes` stands between attempts;
    `done_when` is "answered" (an attempt was handed in) or "passed".
    """

    kind: Literal["quiz"] = "quiz"
    key: Key
    title: Line
    purpose: Purpose
    minutes: Minutes
    intro: Prose | None = None
    objectives: tuple[Key, ...] = ()
    required: bool = True
    done_when: Literal["answered", "passed"]
    pass_mark: Annotated[int, Field(ge=1, le=100)] | None = None
    attempts: Annotated[int, Field(ge=1, le=50)] | None = None
    delay_minutes: Annotated[int, Field(ge=0, le=43_200)] = 0
    time_limit_minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    shuffle_questions: bool = False
    shuffle_options: bool = True
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]
    test_out: tuple[SkipByTest, ...] = ()
    review: Review | None = None

    @model_validator(mode="after")
    def _passing_needs_a_mark(self) -> Quiz:
        if self.done_when == "passed" and self.pass_mark is None:
            raise refuse(N_("done_when: passed needs a pass_mark, as in pass_mark: 80."))
        return self

    @property
    def shown(self) -> Review:
        """The review rules that hold: the author's, or the usual ones of the purpose."""
        return self.review or USUAL_REVIEW[self.purpose]

    @property
    def questions(self) -> tuple[str, ...]:
        """Keys of every question an attempt can meet, in the order of the slots."""
        return tuple(key for slot in self.slots for key in slot.questions)

    @property
    def length(self) -> int:
        """How many questions one attempt has."""
        return sum(slot.draw or 1 for slot in self.slots)
