"""What a learner may see of a quiz: a type that has no place for answers.

`draw` decides once, when an attempt begins, which questions it has and in which order
their parts stand; the attempt keeps the result. `face` shows it. Parts are named by their
place ("1", "2", …) and never by their keys, which could give an order away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Literal

from lms.core.content.values import Key, Value
from lms.courses.values.question import (
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    OrderingQuestion,
    Question,
    SingleQuestion,
)
from lms.courses.values.quiz import Quiz


class DrawnQuestion(Value):
    """One question of an attempt. `parts` are keys of options, steps or items as shown."""

    question: Key
    version: int
    parts: tuple[Key, ...] = ()

    def part(self, token: str) -> Key | None:
        """The key behind a token a browser sent; None when it is none of ours."""
        place = int(token) if token.isascii() and token.isdecimal() and len(token) < 4 else 0
        return self.parts[place - 1] if 1 <= place <= len(self.parts) else None


class Drawing(Value):
    """All questions of one attempt in order, in one language."""

    language: str
    questions: tuple[DrawnQuestion, ...]


class PartFace(Value):
    """An option, step, item or choice: the token to send back, and its safe HTML."""

    token: str
    html: str


class QuestionFace(Value):
    """A question without key, right answers, feedback, rationale or sources.

    `parts` are options (single, multiple), steps (ordering) or items (matching);
    `choices` is what items are matched to.
    """

    number: int
    type: Literal[
        "single", "multiple", "true-false", "matching", "ordering", "short-answer", "numeric"
    ]
    points: int
    prompt: str
    parts: tuple[PartFace, ...] = ()
    choices: tuple[PartFace, ...] = ()
    unit: str | None = None


class QuizFace(Value):
    """A quiz as it is sent to a browser."""

    language: str
    title: str
    intro: str | None = None
    questions: tuple[QuestionFace, ...]


def draw(quiz: Quiz, questions: Mapping[str, Question], language: str, random: Random) -> Drawing:
    """Choose the questions of an attempt and the order of their parts.

    `questions` holds every question of the quiz (`Edition.questions_in`). The drawing
    depends on nothing but its arguments.
    """
    keys: list[str] = []
    for slot in quiz.slots:
        if slot.pool is not None:
            keys += random.sample(slot.pool, slot.draw or 0)
        else:
            keys += slot.questions
    if quiz.shuffle_questions:
        random.shuffle(keys)
    return Drawing(
        language=language,
        questions=tuple(_drawn(questions[key], quiz.shuffle_options, random) for key in keys),
    )


def _drawn(question: Question, shuffle: bool, random: Random) -> DrawnQuestion:
    parts: list[str] = []
    if isinstance(question, SingleQuestion | MultipleQuestion):
        parts = [option.key for option in question.options]
        if shuffle and not question.keep_order:
            random.shuffle(parts)
    elif isinstance(question, MatchingQuestion):
        parts = [item.key for item in question.items]
        random.shuffle(parts)
    elif isinstance(question, OrderingQuestion):
        right = [step.key for step in question.steps]
        parts = random.sample(right, len(right))
        if parts == right:
            # The right order would answer the question.
            parts = [*right[1:], right[0]]
    return DrawnQuestion(question=question.key, version=question.version, parts=tuple(parts))


def face(
    quiz: Quiz,
    questions: Mapping[str, Question],
    drawing: Drawing,
    render: Callable[[str], str],
) -> QuizFace:
    """The drawing as a learner sees it; `render` gives safe HTML of words (`Renderer.prose`).

    `quiz` and `questions` are those of the drawing's language.
    """
    return QuizFace(
        language=drawing.language,
        title=quiz.title,
        intro=render(quiz.intro) if quiz.intro else None,
        questions=tuple(
            _question_face(number, questions[drawn.question], drawn, render)
            for number, drawn in enumerate(drawing.questions, 1)
        ),
    )


def _question_face(
    number: int, question: Question, drawn: DrawnQuestion, render: Callable[[str], str]
) -> QuestionFace:
    words: dict[str, str] = {}
    choices: tuple[PartFace, ...] = ()
    if isinstance(question, SingleQuestion | MultipleQuestion):
        words = {option.key: option.text for option in question.options}
    elif isinstance(question, OrderingQuestion):
        words = {step.key: step.text for step in question.steps}
    elif isinstance(question, MatchingQuestion):
        words = {item.key: item.text for item in question.items}
        choices = tuple(
            PartFace(token=str(place), html=render(choice.text))
            for place, choice in enumerate(question.choices, 1)
        )
    return QuestionFace(
        number=number,
        type=question.type,
        points=question.points,
        prompt=render(question.prompt),
        parts=tuple(
            PartFace(token=str(place), html=render(words[key]))
            for place, key in enumerate(drawn.parts, 1)
        ),
        choices=choices,
        unit=question.unit if isinstance(question, NumericQuestion) else None,
    )
