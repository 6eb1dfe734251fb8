"""Questions on paper: for a second reader who answers before seeing the key."""

from __future__ import annotations

from collections.abc import Iterator

from lms.courses.values.edition import Edition
from lms.courses.values.question import (
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    OrderingQuestion,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)

_TELL = {
    "single": "one is right",
    "multiple": "one or more are right",
    "true-false": "true or false",
    "matching": "match each item to a choice",
    "ordering": "put in order",
    "short-answer": "a few words",
    "numeric": "a number",
    "gap-select": "choose for each gap",
    "essay": "a text, marked by its rubric",
    "file": "a file, marked by its rubric",
}


def question_sheet(edition: Edition) -> str:
    """Every question of the bank without answers, feedback, rationale or sources.

    Steps and items stand in the order of the alphabet, which says nothing.
    """
    parts = [f"{edition.course.title}\n"]
    for bank in edition.bank:
        for question in bank.questions:
            lines = [f"## {question.key} ({_TELL[question.type]})", "", question.prompt, ""]
            parts.append("\n".join([*lines, *_asked(question)]) + "\n")
    return "\n".join(parts)


def key_sheet(edition: Edition) -> str:
    """The right answers with their rationale, question by question, in the same order."""
    parts = [f"{edition.course.title}: key\n"]
    for bank in edition.bank:
        for question in bank.questions:
            sources = ", ".join(question.sources)
            answer = "; ".join(_answers(question))
            parts.append(f"## {question.key}\n\n{answer}\n\n{question.rationale} [{sources}]\n")
    return "\n".join(parts)


def _asked(question: Question) -> Iterator[str]:
    if isinstance(question, SingleQuestion | MultipleQuestion):
        yield from (f"- {option.key}: {option.text}" for option in question.options)
    elif isinstance(question, OrderingQuestion):
        steps = sorted(question.steps, key=lambda step: step.text)
        yield from (f"- {step.text}" for step in steps)
    elif isinstance(question, MatchingQuestion):
        choices = sorted(choice.text for choice in question.choices)
        yield f"Choices: {'; '.join(choices)}"
        yield from (f"- {item.text}" for item in sorted(question.items, key=lambda i: i.text))
    elif isinstance(question, GapSelectQuestion):
        for gap in question.gaps:
            yield f"- {gap.key}: {' / '.join(sorted(option.text for option in gap.options))}"
    elif isinstance(question, EssayQuestion | FileQuestion):
        yield from (f"- {criterion.text}" for criterion in question.rubric)
    elif isinstance(question, NumericQuestion) and question.unit:
        yield f"In {question.unit}"


def _answers(question: Question) -> Iterator[str]:
    if isinstance(question, SingleQuestion | MultipleQuestion):
        yield from (f"{option.key}: {option.text}" for option in question.options if option.right)
    elif isinstance(question, TrueFalseQuestion):
        yield question.answer
    elif isinstance(question, OrderingQuestion):
        yield " → ".join(step.text for step in question.steps)
    elif isinstance(question, MatchingQuestion):
        texts = {choice.key: choice.text for choice in question.choices}
        yield from (f"{item.text} = {texts[item.choice]}" for item in question.items)
    elif isinstance(question, ShortAnswerQuestion):
        yield from (answer.text for answer in question.answers if answer.right)
    elif isinstance(question, GapSelectQuestion):
        for gap in question.gaps:
            yield from (f"{gap.key} = {option.text}" for option in gap.options if option.right)
    elif isinstance(question, EssayQuestion | FileQuestion):
        for criterion in question.rubric:
            best = max(criterion.levels, key=lambda level: level.points)
            yield f"{criterion.text} {best.text}"
    else:
        yield f"{_number(question.answer)} (± {_number(question.tolerance)})"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
