"""What a learner may see of a quiz: a type that has no place for answers.

`draw` decides once, when an attempt begins, which questions it has and in which order
their parts stand; the attempt keeps the result. `face` shows it. Parts are named by their
place ("1", "2", …) and never by their keys, which could give an order away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from random import Random
from typing import Literal

from lms.core.content.values import Key, Value
from lms.core.text import fold
from lms.courses.values.question import (
    GAP_MARK,
    EssayQuestion,
    Gap,
    GapSelectQuestion,
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


class PieceFace(Value):
    """A stretch of a text with gaps: its safe HTML, then the gap behind it and its list.

    The last piece has no gap. Pieces joined with their gaps are whole HTML; one alone need
    not be.
    """

    html: str
    token: str = ""
    choices: tuple[PartFace, ...] = ()


class QuestionFace(Value):
    """A question without key, right answers, feedback, rationale or sources.

    `parts` are options (single, multiple), steps (ordering) or items (matching);
    `choices` is what items are matched to; `pieces` is a text with its gaps, whose prompt
    is empty; `most_words` is what an essay may have.
    """

    number: int
    type: Literal[
        "single", "multiple", "true-false", "matching", "ordering", "short-answer", "numeric",
        "gap-select", "essay", "file",
    ]  # fmt: skip
    points: int
    prompt: str
    parts: tuple[PartFace, ...] = ()
    choices: tuple[PartFace, ...] = ()
    pieces: tuple[PieceFace, ...] = ()
    unit: str | None = None
    most_words: int | None = None


class QuizFace(Value):
    """A quiz as it is sent to a browser."""

    language: str
    title: str
    intro: str | None = None
    questions: tuple[QuestionFace, ...]


def draw_by_seed(
    quiz: Quiz, questions: Mapping[str, Question], language: str, seed: int | str
) -> Drawing:
    """What `draw` chooses by lot, the lot falling from a seed: the same seed draws the same.

    For an attempt the seed is drawn from the system's randomness; a preview names its own.
    """
    return draw(quiz, questions, language, Random(seed))  # noqa: S311 - a lot, not a secret


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
    elif isinstance(question, GapSelectQuestion):
        parts = [gap.key for gap in question.gaps]
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


def listed(question: GapSelectQuestion, gap: Gap) -> tuple[str, ...]:
    """Keys of what can stand in a gap, in the order of its list: the order says nothing."""
    if question.keep_order:
        return tuple(option.key for option in gap.options)
    return tuple(option.key for option in sorted(gap.options, key=lambda each: fold(each.text)))


def _pieces(
    question: GapSelectQuestion, drawn: DrawnQuestion, render: Callable[[str], str]
) -> tuple[PieceFace, ...]:
    """The rendered text cut at its gaps; a gap that is not found in it follows at the end."""
    gaps = {gap.key: gap for gap in question.gaps}
    html, pieces, left, begin = render(question.prompt), [], list(drawn.parts), 0
    for mark in GAP_MARK.finditer(html):
        if mark[1] in left:
            left.remove(mark[1])
            pieces.append(_piece(question, gaps[mark[1]], drawn, html[begin : mark.start()]))
            begin = mark.end()
    pieces.append(PieceFace(html=html[begin:]))
    return (*pieces, *(_piece(question, gaps[key], drawn, "") for key in left))


def _piece(question: GapSelectQuestion, gap: Gap, drawn: DrawnQuestion, html: str) -> PieceFace:
    words = {option.key: option.text for option in gap.options}
    return PieceFace(
        html=html,
        token=str(drawn.parts.index(gap.key) + 1),
        choices=tuple(
            PartFace(token=str(place), html=escape(words[key]))
            for place, key in enumerate(listed(question, gap), 1)
        ),
    )


def _question_face(
    number: int, question: Question, drawn: DrawnQuestion, render: Callable[[str], str]
) -> QuestionFace:
    words: dict[str, str] = {}
    choices: tuple[PartFace, ...] = ()
    pieces: tuple[PieceFace, ...] = ()
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
    elif isinstance(question, GapSelectQuestion):
        pieces = _pieces(question, drawn, render)
    return QuestionFace(
        number=number,
        type=question.type,
        points=question.points,
        prompt="" if pieces else render(question.prompt),
        parts=tuple(
            PartFace(token=str(place), html=render(words[key]))
            for place, key in enumerate(drawn.parts, 1)
            if key in words
        ),
        choices=choices,
        pieces=pieces,
        most_words=question.most_words if isinstance(question, EssayQuestion) else None,
        unit=question.unit if isinstance(question, NumericQuestion) else None,
    )
