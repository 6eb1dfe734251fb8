"""Questions on paper: to be answered, and with the answers and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lms.authoring.papers.parts import Box, Choices, Grid, Lines, Part, Text
from lms.authoring.papers.shared import Book, plain
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


def asked(book: Book, question: Question, language: str) -> Iterator[Part]:
    """A question with room for the answer. Nothing in it says which answer is right.

    Steps and items stand in the order of the alphabet.
    """
    _ = book.words.gettext
    yield Text(_prompt(book, question, language), language)
    match question:
        case SingleQuestion() | MultipleQuestion():
            yield Choices(tuple(book.prose(o.text, language) for o in question.options), language)
        case TrueFalseQuestion():
            yield Choices((plain(_("True")), plain(_("False"))), book.words.language)
        case MatchingQuestion():
            choices = sorted(choice.text for choice in question.choices)
            yield book.items(choices, language)
            items = sorted(question.items, key=lambda item: item.text)
            yield Grid(
                _("Which belongs to which?"),
                (_("This"), _("belongs to")),
                tuple((book.prose(item.text, language), "") for item in items),
                language,
                (60, 40),
            )
        case OrderingQuestion():
            steps = sorted(question.steps, key=lambda step: step.text)
            yield Grid(
                _("In which order?"),
                (_("Step"), _("Place")),
                tuple((book.prose(step.text, language), "") for step in steps),
                language,
                (85, 15),
            )
        case NumericQuestion():
            yield Lines(1, _("In %(unit)s", unit=question.unit) if question.unit else "")
        case GapSelectQuestion():
            for number, gap in enumerate(question.gaps, 1):
                yield Lines(1, _gap_words(book, number, sorted(o.text for o in gap.options)))
        case EssayQuestion():
            yield Lines(12, _("At most %(number)s words", number=question.most_words))
        case _:
            yield Lines(2)


def keyed(book: Book, question: Question, language: str) -> Iterator[Part]:
    """A question with its answers, what each deserves to hear, and why."""
    _ = book.words.gettext
    yield Text(_prompt(book, question, language), language)
    yield from _answers(book, question, language)
    rationale = getattr(question, "rationale", "")
    if rationale:
        why = book.prose(rationale, language)
        sources = [book.registry.reference(source) for source in getattr(question, "sources", ())]
        named = "; ".join(found.short for found in sources if found is not None)
        if named:
            why += f"<p>{plain(named)}</p>"
        yield Box("answer", _("Why"), "", why, language)


def _answers(book: Book, question: Question, language: str) -> Iterator[Part]:
    _ = book.words.gettext
    say = _("What to say to it")
    rows: list[tuple[str, ...]]
    match question:
        case SingleQuestion() | MultipleQuestion():
            rows = [
                (_mark(book, option.right), option.text, option.feedback)
                for option in question.options
            ]
            yield _rows(book, (_("Right?"), _("Answer"), say), rows, language, (12, 44, 44))
        case TrueFalseQuestion():
            is_true = question.answer == "true"
            rows = [
                (_mark(book, is_true), _("True"), question.feedback_true),
                (_mark(book, not is_true), _("False"), question.feedback_false),
            ]
            yield _rows(book, (_("Right?"), _("Answer"), say), rows, language, (12, 20, 68))
        case MatchingQuestion():
            texts = {choice.key: choice.text for choice in question.choices}
            rows = [(i.text, texts.get(i.choice, ""), i.feedback) for i in question.items]
            yield _rows(book, (_("This"), _("belongs to"), say), rows, language, (36, 24, 40))
        case OrderingQuestion():
            steps = "".join(f"<li>{book.prose(s.text, language)}</li>" for s in question.steps)
            yield Text(f"<ol>{steps}</ol>", language)
            rows = [
                (_("In order"), question.feedback_right),
                (_("Otherwise"), question.feedback_wrong),
            ]
            yield _rows(book, (_("Answer"), say), rows, language, (25, 75))
        case ShortAnswerQuestion():
            rows = [(_mark(book, a.right), a.text, a.feedback) for a in question.answers]
            rows.append((_mark(book, False), _("Anything else"), question.feedback_other))
            yield _rows(book, (_("Right?"), _("Answer"), say), rows, language, (12, 30, 58))
        case GapSelectQuestion():
            rows = [
                (str(number), "; ".join(o.text for o in gap.options if o.right), gap.feedback)
                for number, gap in enumerate(question.gaps, 1)
            ]
            yield _rows(book, (_("Gap"), _("Right"), say), rows, language, (10, 30, 60))
        case EssayQuestion() | FileQuestion():
            for criterion in question.rubric:
                rows = [(str(level.points), level.text) for level in criterion.levels]
                head = (_("Points"), _("What a text at this level does"))
                yield Text(f"<p><strong>{plain(book.line(criterion.text))}</strong></p>", language)
                yield _rows(book, head, rows, language, (15, 85))
        case NumericQuestion():
            number = book.words.number(question.answer)
            if question.tolerance:
                number += f" ± {book.words.number(question.tolerance)}"
            answer = " ".join(part for part in (number, question.unit) if part)
            rows = [
                (answer, question.feedback_right),
                (_("Otherwise"), question.feedback_wrong),
            ]
            yield _rows(book, (_("Answer"), say), rows, language, (25, 75))


def _prompt(book: Book, question: Question, language: str) -> str:
    """What is asked, with numbers where a text has gaps."""
    words = question.prompt
    if isinstance(question, GapSelectQuestion):
        for number, gap in enumerate(question.gaps, 1):
            words = words.replace(f"{{{gap.key}}}", f"({number}) ________")
    return book.prose(words, language)


def _gap_words(book: Book, number: int, options: list[str]) -> str:
    listed = ", ".join(book.line(option) for option in options)
    return f"({number}) {listed}"


def _rows(
    book: Book,
    head: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    language: str,
    widths: tuple[int, ...],
) -> Grid:
    cells = tuple(tuple(_unwrapped(book.prose(cell, language)) for cell in row) for row in rows)
    return Grid("", head, cells, language, widths)


def _mark(book: Book, is_right: bool) -> str:
    return f"**{book.words.gettext('Right')}**" if is_right else "–"


def _unwrapped(cell: str) -> str:
    """A cell of one paragraph without its tags, so that it stands close."""
    if cell.count("<p>") == 1 and cell.startswith("<p>") and cell.rstrip().endswith("</p>"):
        return cell.strip().removeprefix("<p>").removesuffix("</p>")
    return cell
