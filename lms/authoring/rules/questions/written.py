"""Our questions in formats of others: GIFT and Moodle XML.

Texts stay Markdown, and say so. What a format has no place for (keys of options, feedback
to items) stays behind; key, objective, version, points and sources travel as identifier
and tags, so that a file that comes back is known (`known_again`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import (  # nosec B405 - written, never parsed
    Element,
    SubElement,
    indent,
    tostring,
)

from lms.authoring.rules.questions.gift import read_gift
from lms.authoring.rules.questions.moodle_xml import read_moodle_xml
from lms.authoring.rules.questions.taken import TakenQuestion
from lms.courses.values.question import (
    GAP_MARK,
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    NumericQuestion,
    Option,
    OrderingQuestion,
    Question,
    ShortAnswerQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)

_MOODLE_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true-false": "truefalse",
    "matching": "matching",
    "ordering": "ordering",
    "short-answer": "shortanswer",
    "numeric": "numerical",
    "gap-select": "gapselect",
    "essay": "essay",
    "file": "essay",
}
_GIFT_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "~=#{}:\\"} | {"\n": "\\n"})


def as_gift(questions: Iterable[Question]) -> tuple[str, tuple[Question, ...]]:
    """The questions as a GIFT file, and those it has no place for (orderings, gaps, files)."""
    blocks = ["// Bekal"]
    left_out = []
    for question in questions:
        if isinstance(question, OrderingQuestion | GapSelectQuestion | FileQuestion):
            left_out.append(question)
            continue
        tags = "".join(f" [tag:{tag}]" for tag in tags_of(question))
        answers = "" if isinstance(question, EssayQuestion) else f"\n{_gift_answers(question)}\n"
        blocks.append(
            f"// [id:{question.key}]{tags}\n::{question.key}::[markdown]"
            f"{_escaped(question.prompt)}{{{answers}####{_escaped(question.rationale)}}}"
        )
    return "\n\n".join(blocks) + "\n", tuple(left_out)


def as_moodle_xml(questions: Iterable[Question]) -> bytes:
    """The questions as a Moodle XML file in UTF-8."""
    quiz = Element("quiz")
    for question in questions:
        element = SubElement(quiz, "question", type=_MOODLE_TYPES[question.type])
        _text(element, "name", question.key, style=None)
        prompt = _numbered(question) if isinstance(question, GapSelectQuestion) else question.prompt
        _text(element, "questiontext", prompt)
        _text(element, "generalfeedback", question.rationale)
        SubElement(element, "defaultgrade").text = str(question.points)
        SubElement(element, "idnumber").text = question.key
        _write_answers(element, question)
        tags = SubElement(element, "tags")
        for tag in tags_of(question):
            _text(tags, "tag", tag, style=None)
    indent(quiz, " ")
    return bytes(tostring(quiz, encoding="utf-8", xml_declaration=True)) + b"\n"


def tags_of(question: Question) -> tuple[str, ...]:
    """What other systems keep as tags: `objective:…`, `source:…` and the like, and the author's."""
    flags = [name for name in ("partial", "keep_order") if getattr(question, name, False)]
    return (
        f"type:{question.type}",
        f"objective:{question.objective}",
        f"version:{question.version}",
        f"points:{question.points}",
        *flags,
        *(f"source:{source}" for source in question.sources),
        *question.tags,
    )


def known_again(taken: TakenQuestion, ours: Question) -> bool:
    """Whether this is our own question as we wrote it for others, with nothing changed."""
    written = (read_gift(as_gift([ours])[0]), read_moodle_xml(as_moodle_xml([ours])))
    return any(
        _apart_from_place(taken) == _apart_from_place(question)
        for once_more in written
        for question in once_more.questions
    )


def _apart_from_place(taken: TakenQuestion) -> TakenQuestion:
    return replace(taken, place=0, line=0, category="")


def _escaped(text: str) -> str:
    return text.translate(_GIFT_ESCAPES)


def _gift_answers(question: Question) -> str:
    match question:
        case SingleQuestion():
            return "\n".join(
                f"{'=' if option.right else '~'}{_gift_option(option)}"
                for option in question.options
            )
        case MultipleQuestion():
            return "\n".join(
                f"~%{percent}%{_gift_option(option)}"
                for option, percent in zip(
                    question.options, _percents(question.options), strict=True
                )
            )
        case TrueFalseQuestion():
            is_true = question.answer == "true"
            if_right = question.feedback_true if is_true else question.feedback_false
            if_wrong = question.feedback_false if is_true else question.feedback_true
            return f"{'T' if is_true else 'F'}#{_escaped(if_wrong)}#{_escaped(if_right)}"
        case MatchingQuestion():
            choices = {choice.key: choice.text for choice in question.choices}
            return "\n".join(
                f"={_escaped(item.text)} -> {_escaped(choices[item.choice])}"
                for item in question.items
            )
        case ShortAnswerQuestion():
            return "\n".join(
                f"={'' if answer.right else '%0%'}{_escaped(answer.text)}"
                f"#{_escaped(answer.feedback)}"
                for answer in question.answers
            )
        case NumericQuestion():
            number = f"{question.answer:.15g}:{question.tolerance:.15g}"
            return f"#{number}#{_escaped(question.feedback_right)}"
        case OrderingQuestion() | GapSelectQuestion() | EssayQuestion() | FileQuestion():
            raise LookupError(f"GIFT has no answers of the type {question.type}.")


def _gift_option(option: Option) -> str:
    return f"{_escaped(option.text)}#{_escaped(option.feedback)}"


def _percents(options: Sequence[Option]) -> list[str]:
    """The share of each right option, as Moodle writes it: 33.33333 for a third."""
    share = Fraction(100, sum(option.right for option in options))
    written = f"{float(share):.5f}".rstrip("0").rstrip(".")
    return [written if option.right else "0" for option in options]


def _text(parent: Element, name: str, text: str, *, style: str | None = "markdown") -> Element:
    element = SubElement(parent, name, {"format": style} if style else {})
    SubElement(element, "text").text = text
    return element


def _answer(parent: Element, text: str, fraction: str, feedback: str) -> Element:
    element = SubElement(parent, "answer", fraction=fraction, format="markdown")
    SubElement(element, "text").text = text
    _text(element, "feedback", feedback)
    return element


def _write_answers(element: Element, question: Question) -> None:
    match question:
        case SingleQuestion() | MultipleQuestion():
            _write_options(element, question)
        case TrueFalseQuestion():
            _write_true_false(element, question)
        case MatchingQuestion():
            _write_matching(element, question)
        case OrderingQuestion():
            _write_ordering(element, question)
        case ShortAnswerQuestion():
            _write_short(element, question)
        case NumericQuestion():
            _write_numeric(element, question)
        case GapSelectQuestion():
            _write_gaps(element, question)
        case EssayQuestion() | FileQuestion():
            _write_essay(element, question)


def _write_options(element: Element, question: SingleQuestion | MultipleQuestion) -> None:
    is_single = isinstance(question, SingleQuestion)
    SubElement(element, "single").text = "true" if is_single else "false"
    SubElement(element, "shuffleanswers").text = "false" if question.keep_order else "true"
    for option, percent in zip(question.options, _percents(question.options), strict=True):
        _answer(element, option.text, percent, option.feedback)


def _write_true_false(element: Element, question: TrueFalseQuestion) -> None:
    for word, feedback in (("true", question.feedback_true), ("false", question.feedback_false)):
        _answer(element, word, "100" if question.answer == word else "0", feedback)


def _write_matching(element: Element, question: MatchingQuestion) -> None:
    choices = {choice.key: choice.text for choice in question.choices}
    used = {item.choice for item in question.items}
    rows = [(item.text, choices[item.choice]) for item in question.items]
    rows += [("", text) for key, text in choices.items() if key not in used]
    for item, choice in rows:
        pair = _text(element, "subquestion", item)
        _text(pair, "answer", choice, style=None)


def _write_ordering(element: Element, question: OrderingQuestion) -> None:
    for place, step in enumerate(question.steps, 1):
        _answer(element, step.text, str(place), "")


def _write_short(element: Element, question: ShortAnswerQuestion) -> None:
    SubElement(element, "usecase").text = "0"
    for answer in question.answers:
        _answer(element, answer.text, "100" if answer.right else "0", answer.feedback)


def _write_numeric(element: Element, question: NumericQuestion) -> None:
    answer = _answer(element, f"{question.answer:.15g}", "100", question.feedback_right)
    SubElement(answer, "tolerance").text = f"{question.tolerance:.15g}"


def _numbered(question: GapSelectQuestion) -> str:
    """The text with `[[7]]` for a gap whose right word is the seventh of all choices."""
    words = [option for gap in question.gaps for option in gap.options]
    right = {
        gap.key: next(place for place, option in enumerate(words, 1) if option is found)
        for gap in question.gaps
        for found in gap.options
        if found.right
    }
    return GAP_MARK.sub(
        lambda mark: f"[[{right[mark[1]]}]]" if mark[1] in right else mark[0], question.prompt
    )


def _write_gaps(element: Element, question: GapSelectQuestion) -> None:
    SubElement(element, "shuffleanswers").text = "0" if question.keep_order else "1"
    for group, gap in enumerate(question.gaps, 1):
        for option in gap.options:
            choice = SubElement(element, "selectoption")
            SubElement(choice, "text").text = option.text
            SubElement(choice, "group").text = str(group)


def _write_essay(element: Element, question: EssayQuestion | FileQuestion) -> None:
    """The rubric as words for who marks it: criteria, each with its levels."""
    is_text = isinstance(question, EssayQuestion)
    SubElement(element, "responseformat").text = "plain" if is_text else "noinline"
    SubElement(element, "attachments").text = "0" if is_text else "1"
    SubElement(element, "attachmentsrequired").text = "0" if is_text else "1"
    lines = []
    for criterion in question.rubric:
        lines.append(f"- {criterion.text}")
        lines += [f"  - {level.points}: {level.text}" for level in criterion.levels]
    _text(element, "graderinfo", "\n".join(lines))
