"""What the pages of a quiz show: the face of an attempt, and its review. No answers before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from lms.assessments.models import Answer, Attempt, MarkingDecision
from lms.assessments.rules.answers import tokens_of
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.corrections import Keyed
from lms.assessments.rules.marking import Given, mark, marked_by_person, right_answer
from lms.assessments.services.attempts import drawing_of
from lms.courses.faces import DrawnQuestion, QuestionFace, face
from lms.courses.values.edition import Edition
from lms.courses.values.question import (
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    Question,
)
from lms.courses.values.quiz import Quiz, Shown
from lms.courses.values.task import Criterion

Words = Callable[[str], Markup]


@dataclass(frozen=True, slots=True)
class PersonsMark:
    """What a person said of an answer: criteria with the level reached and its points."""

    levels: tuple[tuple[str, str, int], ...]
    points: int
    possible: int
    comment: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an open attempt with what the learner has saved, by token."""

    face: QuestionFace
    saved: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of an attempt handed in. What may not be shown yet is None or empty.

    `feedback` is on the answer as a whole; `beside` is on one part of it, by the part's token.
    Of what a person marks `waits` says that it is not marked yet, `marked` what they said.
    `is_corrected`: the key was corrected after the edition was published.
    """

    face: QuestionFace
    given: Mapping[str, str]
    is_right: bool | None
    feedback: tuple[Markup, ...]
    beside: Mapping[str, Markup]
    right: Mapping[str, str]
    rationale: Markup | None
    waits: bool = False
    marked: PersonsMark | None = None
    is_corrected: bool = False
    is_for_everyone: bool = False


def asked(
    edition: Edition, quiz: Quiz, attempt: Attempt, answers: Mapping[int, Answer], words: Words
) -> list[Asked]:
    """The questions of an open attempt."""
    drawing = drawing_of(attempt)
    questions = edition.questions_in(quiz, drawing.language)
    faces = face(quiz, questions, drawing, words).questions
    return [
        Asked(one, tokens_of(questions[drawn.question], drawn, answers[number].given))
        if (number := one.number) in answers
        else Asked(one, {})
        for one, drawn in zip(faces, drawing.questions, strict=True)
    ]


def has_marked(keyed: Keyed) -> bool:
    """Whether a person marks any of these questions."""
    return any(marked_by_person(question) for question in keyed.questions.values())


def reviewed(
    keyed: Keyed,
    quiz: Quiz,
    attempt: Attempt,
    answers: Mapping[int, Answer],
    words: Words,
    shown: frozenset[Shown],
    decisions: Mapping[int, MarkingDecision],
) -> list[Reviewed]:
    """The questions of an attempt handed in, with no more than the review rules show.

    What a person said of an answer is always its author's to read: where nothing else may
    be shown yet, the answers marked by people are shown alone.
    """
    drawing = drawing_of(attempt)
    faces = face(quiz, keyed.questions, drawing, words).questions
    lines = []
    for one, drawn in zip(faces, drawing.questions, strict=True):
        question = keyed.questions[drawn.question]
        given = answers[one.number].given if one.number in answers else {}
        line = review_of(question, drawn, one, given, words, shown)
        if drawn.question in keyed.changed:
            is_for_everyone = drawn.question in keyed.for_everyone
            is_right = line.is_right
            if is_for_everyone and is_right is not None:
                is_right = True
            line = replace(
                line, is_right=is_right, is_corrected=True, is_for_everyone=is_for_everyone
            )
        if marked_by_person(question):
            decision = decisions.get(one.number)
            line = replace(
                line,
                is_right=None,
                waits=decision is None and attempt.state is AttemptState.TO_MARK and bool(given),
                marked=_persons_mark(question.rubric, decision) if decision else None,
            )
        if line.waits or line.marked or shown - {"score"}:
            lines.append(line)
    return lines


def _persons_mark(rubric: Sequence[Criterion], decision: MarkingDecision) -> PersonsMark:
    levels = [
        (criterion.text, criterion.levels[decision.levels[criterion.key]])
        for criterion in rubric
        if decision.levels.get(criterion.key, len(criterion.levels)) < len(criterion.levels)
    ]
    return PersonsMark(
        levels=tuple((text, level.text, level.points) for text, level in levels),
        points=decision.points,
        possible=decision.possible,
        comment=decision.comment,
    )


def review_of(
    question: Question,
    drawn: DrawnQuestion,
    one: QuestionFace,
    given: Given,
    words: Words,
    shown: frozenset[Shown],
) -> Reviewed:
    """One answer looked back on, of an attempt or of an author trying a question out."""
    marked = mark(question, given)
    beside = _on_parts(question, drawn, given)
    return Reviewed(
        face=one,
        given=tokens_of(question, drawn, dict(given)),
        is_right=marked.is_right if "right-or-wrong" in shown else None,
        feedback=tuple(map(words, marked.feedback)) if "feedback" in shown and not beside else (),
        beside=(
            {token: words(text) for token, text in beside.items()} if "feedback" in shown else {}
        ),
        right=(
            tokens_of(question, drawn, dict(right_answer(question)))
            if "right-answer" in shown
            else {}
        ),
        rationale=words(question.rationale) if "rationale" in shown else None,
    )


def _on_parts(question: Question, drawn: DrawnQuestion, given: Given) -> dict[str, str]:
    """Feedback that speaks of one option or one pair, by the token of that part.

    Three sentences below a question do not say which of its lines each is about.
    """
    if isinstance(question, MultipleQuestion):
        chosen = given.get("options", ())
        return {
            tokens_of(question, drawn, {"options": [option.key]})[""]: option.feedback
            for option in question.options
            if option.key in chosen
        }
    if isinstance(question, MatchingQuestion):
        pairs = given.get("pairs", {})
        return {
            token: item.feedback
            for item in question.items
            if pairs.get(item.key, item.choice) != item.choice
            for token in tokens_of(question, drawn, {"pairs": {item.key: pairs[item.key]}})
        }
    if isinstance(question, GapSelectQuestion):
        filled = given.get("gaps", {})
        return {
            token: gap.feedback
            for gap in question.gaps
            if filled.get(gap.key) in {option.key for option in gap.options if not option.right}
            for token in tokens_of(question, drawn, {"gaps": {gap.key: filled[gap.key]}})
        }
    return {}
