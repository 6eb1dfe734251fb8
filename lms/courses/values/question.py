"""Questions of the bank (`bank/*.yaml`), one class to a type."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from lms.core.content.values import Key, Line, Prose, Value
from lms.courses.values.base import Citation, FileValue
from lms.courses.values.task import Criterion

Number = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
# Where the rationale stands: a guide section or a public source.
Sources = Annotated[tuple[Citation, ...], Field(min_length=1)]
Points = Annotated[int, Field(ge=1, le=20)]
# Words of the author's own, to find questions by; learners never see them.
Tags = Annotated[tuple[Key, ...], Field(max_length=20)]


class QuestionBase(Value):
    """What every question has. `key` is permanent; raise `version` when the meaning changes."""

    key: Key
    # Each subclass narrows it to its own word; it stands here for its place in the file.
    type: str
    version: Annotated[int, Field(ge=1)] = 1
    objective: Key
    tags: Tags = ()
    points: Points = 1
    prompt: Prose


class Option(Value):
    """One answer to choose; `feedback` is what a person who chose it should read."""

    key: Key
    text: Prose
    right: bool = False
    feedback: Prose


class SingleQuestion(QuestionBase):
    """Exactly one option is right."""

    type: Literal["single"]
    options: Annotated[tuple[Option, ...], Field(min_length=3, max_length=8)]
    keep_order: bool = False
    rationale: Prose
    sources: Sources


class MultipleQuestion(QuestionBase):
    """Some options are right. `partial`: each rightly chosen or left option counts its share."""

    type: Literal["multiple"]
    options: Annotated[tuple[Option, ...], Field(min_length=3, max_length=12)]
    partial: bool = False
    keep_order: bool = False
    rationale: Prose
    sources: Sources


class TrueFalseQuestion(QuestionBase):
    """A statement that is true or false."""

    type: Literal["true-false"]
    answer: Literal["true", "false"]
    feedback_true: Prose
    feedback_false: Prose
    rationale: Prose
    sources: Sources


class Choice(Value):
    """What items are matched to, or sorted into."""

    key: Key
    text: Line


class MatchItem(Value):
    """One item and the key of the choice it belongs to."""

    key: Key
    text: Prose
    choice: Key
    feedback: Prose


class MatchingQuestion(QuestionBase):
    """Match each item to a choice; several items may share one, some choices may stay unused."""

    type: Literal["matching"]
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=10)]
    items: Annotated[tuple[MatchItem, ...], Field(min_length=2, max_length=12)]
    partial: bool = False
    rationale: Prose
    sources: Sources


class Step(Value):
    """One step of an order."""

    key: Key
    text: Prose


class OrderingQuestion(QuestionBase):
    """Put the steps in order; they are written here in the right order."""

    type: Literal["ordering"]
    steps: Annotated[tuple[Step, ...], Field(min_length=3, max_length=10)]
    partial: bool = False
    feedback_right: Prose
    feedback_wrong: Prose
    rationale: Prose
    sources: Sources


class ExpectedAnswer(Value):
    """An answer an author foresaw: taken as right, or a known mistake with its own feedback."""

    text: Line
    right: bool = False
    feedback: Prose


class ShortAnswerQuestion(QuestionBase):
    """A few typed words, compared after folding case, width, accents of form and spaces."""

    type: Literal["short-answer"]
    answers: Annotated[tuple[ExpectedAnswer, ...], Field(min_length=1, max_length=30)]
    feedback_other: Prose
    rationale: Prose
    sources: Sources


class NumericQuestion(QuestionBase):
    """A number; right when it differs from `answer` by at most `tolerance`."""

    type: Literal["numeric"]
    answer: Number
    tolerance: NotNegative = 0
    unit: Line | None = None
    feedback_right: Prose
    feedback_wrong: Prose
    rationale: Prose
    sources: Sources


# Where a gap stands in a prompt: its key in braces, as in {place}.
GAP_MARK = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")


class GapOption(Value):
    """One word or phrase that can stand in a gap."""

    key: Key
    text: Line
    right: bool = False


class Gap(Value):
    """One gap of a text with its own list; `feedback` is for who did not fill it rightly."""

    key: Key
    options: Annotated[tuple[GapOption, ...], Field(min_length=2, max_length=8)]
    feedback: Prose


class GapSelectQuestion(QuestionBase):
    """A text whose gaps are filled from lists; `{key}` in the prompt is where each stands.

    Lists are shown in the order of the alphabet, or as written with `keep_order`. `partial`:
    each gap rightly filled counts its share.
    """

    type: Literal["gap-select"]
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=10)]
    partial: bool = False
    keep_order: bool = False
    rationale: Prose
    sources: Sources


class EssayQuestion(QuestionBase):
    """A text of the learner's own that a person marks by the rubric.

    Its share of the points is that of the rubric's. `rationale` says what a good text says.
    """

    type: Literal["essay"]
    most_words: Annotated[int, Field(ge=20, le=2000)] = 400
    rubric: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=10)]
    rationale: Prose
    sources: Sources


class FileQuestion(QuestionBase):
    """A file that a person marks by the rubric: PDF, DOCX, PNG or JPEG, up to 10 MB."""

    type: Literal["file"]
    rubric: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=10)]
    rationale: Prose
    sources: Sources


Question = Annotated[
    SingleQuestion
    | MultipleQuestion
    | TrueFalseQuestion
    | MatchingQuestion
    | OrderingQuestion
    | ShortAnswerQuestion
    | NumericQuestion
    | GapSelectQuestion
    | EssayQuestion
    | FileQuestion,
    Field(discriminator="type"),
]


class Bank(FileValue):
    """One file of questions; how they are divided over files is the author's convenience."""

    kind: Literal["bank"] = "bank"
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
