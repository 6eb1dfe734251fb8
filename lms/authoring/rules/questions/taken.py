"""What is taken from a file of questions, and what is not, whatever the format.

Nothing is guessed: a question that cannot be taken whole is left out with a sentence
that says why, and what had to be dropped from one that is taken is said in its `notes`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from html import unescape

from lms.core.text import N_

LONGEST_TEXT = 20_000
"""Characters of one text in a question; what a page of a course may have."""
MOST_OPTIONS = 60
"""Answers of one question that are read; our own questions have fewer."""

_MARKS = re.compile(r"([\\`*_\[\]<>])")
# HTML that is paragraphs of words alone, as most exports are; reading it needs no parser.
_PARAGRAPHS = re.compile(r"(?:\s*<p(?:\s[^<>]*)?>[^<]*(?:<br\s*/?>\s*)*</p>)+\s*", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# What makes a heading, a list, a rule or a call-out of a line; what follows the group is escaped.
_LINE_MARKS = re.compile(
    r"^(\s*\d{1,9}(?=[.)](?:\s|$))|\s*(?=#{1,6}(?:\s|$)|[+-](?:\s|$)|-{2,}|={1,}\s*$|:::))",
    re.MULTILINE,
)


class Kind(enum.StrEnum):
    """The types of question we have, as a bank file names them."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true-false"
    MATCHING = "matching"
    ORDERING = "ordering"
    SHORT_ANSWER = "short-answer"
    NUMERIC = "numeric"
    GAP_SELECT = "gap-select"
    ESSAY = "essay"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the author, marked for translation, with its named values."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenOption:
    """An answer: Markdown, its share of the credit (1 is all of it, less than 0 takes away)."""

    text: str
    credit: Fraction
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class TakenPair:
    """An item and what it belongs to. An empty item leaves a choice that nothing belongs to."""

    item: str
    choice: str


@dataclass(frozen=True, slots=True)
class TakenNumber:
    """A number that is right, and how far from it an answer may be."""

    answer: Decimal
    tolerance: Decimal


@dataclass(frozen=True, slots=True)
class TakenGap:
    """A gap of a text, where `{key}` stands in the prompt, with what can be chosen for it."""

    key: str
    options: tuple[TakenOption, ...]


@dataclass(frozen=True, slots=True)
class TakenAnswers:
    """The type of a question with its answers.

    `options` belong to single, multiple, true-false (true first) and short-answer; `pairs`
    to matching; `steps`, in the right order, to ordering; `number` to numeric, whose one
    option holds the feedback to the right number; `gaps`, in the order of the text, to
    gap-select; `guidance` to essay and file: what the file says to who marks it, which is no rubric
    yet.
    """

    kind: Kind
    options: tuple[TakenOption, ...] = ()
    pairs: tuple[TakenPair, ...] = ()
    steps: tuple[str, ...] = ()
    number: TakenNumber | None = None
    gaps: tuple[TakenGap, ...] = ()
    guidance: str = ""


@dataclass(frozen=True, slots=True)
class TakenQuestion:
    """One question as it stood in the file, its texts in Markdown.

    `place` counts the questions of the file from 1, `line` is where it begins there. `key`
    is the identifier the file gives it, if any.
    """

    place: int
    line: int
    name: str
    prompt: str
    answers: TakenAnswers
    key: str | None = None
    rationale: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTaken:
    """One question that is left out, and why."""

    place: int
    line: int
    name: str
    why: Said


@dataclass(frozen=True, slots=True)
class Taken:
    """All of a file: what is taken and what is not, each in the order of the file."""

    questions: tuple[TakenQuestion, ...]
    left_out: tuple[NotTaken, ...]


class CannotTakeError(Exception):
    """Raised while reading one question; becomes its line of the report."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.why = Said(sentence, values)


TOO_LONG = N_("A text of this question is longer than %(most)s characters.")
TOO_MANY_ANSWERS = N_("This question has more than %(most)s answers.")
NO_WORDS = N_("This question has no words.")
NO_RIGHT_ANSWER = N_("No answer of this question is right.")
IMAGE_DROPPED = N_("A picture was left out. Add it in the course with words for who cannot see it.")
CREDIT_DROPPED = N_("Answers that take points away count as wrong here.")


def plain(text: str) -> str:
    """Text without marks, as Markdown that shows the same characters."""
    escaped = _MARKS.sub(r"\\\1", bounded(text))
    return _LINE_MARKS.sub(r"\1\\", escaped).strip()


def from_html(html: str, notes: list[Said]) -> str:
    """HTML as Markdown: paragraphs, lists, emphasis, tables; everything else as its words.

    Pictures, scripts and styles are left out; a note says so for pictures.
    """
    if "<" not in html:
        return plain(unescape(html))
    if _PARAGRAPHS.fullmatch(bounded(html)):
        parts = (" ".join(unescape(part).split()) for part in _TAG.split(html))
        return "\n\n".join(plain(part) for part in parts if part)
    # The parser and what it brings (lxml, html5lib) are 7 MB, for files with such HTML alone.
    from bs4 import BeautifulSoup  # noqa: PLC0415 - for such files alone
    from markdownify import MarkdownConverter  # noqa: PLC0415 - for such files alone

    soup = BeautifulSoup(bounded(html), "html.parser")
    for element in soup(["script", "style", "iframe", "object", "form", "svg", "math"]):
        element.decompose()
    pictures = soup("img")
    for picture in pictures:
        words = picture.get("alt")
        picture.replace_with(str(words) if words else "")
    if pictures:
        notes.append(Said(IMAGE_DROPPED))
    converter = MarkdownConverter(heading_style="ATX", bullets="-", strip=["a"], wrap=False)
    text = str(converter.convert_soup(soup))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def gap_of(place: int, words: list[str], right: str) -> TakenGap:
    """The gap that stands at a place in its text, from 1. Raises CannotTakeError.

    Of words that a list repeats one is kept.
    """
    listed = list(dict.fromkeys(word for word in words if word))
    if len(listed) > MOST_OPTIONS:
        raise CannotTakeError(TOO_MANY_ANSWERS, most=MOST_OPTIONS)
    if right not in listed or len(listed) < 2:
        raise CannotTakeError(NO_RIGHT_ANSWER)
    options = tuple(TakenOption(word, Fraction(int(word == right))) for word in listed)
    return TakenGap(f"gap-{place}", options)


def decimal_of(text: str) -> Decimal:
    """The number a text writes. Raises CannotTakeError for anything else or beyond reason."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > Decimal(10) ** 15:
        raise CannotTakeError(N_("“%(text)s” is not a number."), text=text[:40])
    return number


def once(notes: list[Said]) -> tuple[Said, ...]:
    """The notes, each said once."""
    return tuple(note for place, note in enumerate(notes) if note not in notes[:place])


def bounded(text: str) -> str:
    """The text itself. Raises CannotTakeError for one that is too long."""
    if len(text) > LONGEST_TEXT:
        raise CannotTakeError(TOO_LONG, most=LONGEST_TEXT)
    return text


def chosen(
    options: list[TakenOption], notes: list[Said], *, says_several: bool | None = None
) -> TakenAnswers:
    """Whether these answers ask for one or for several, with their credits made whole or none.

    Answers with any credit above nothing are right. `says_several` is what the file says
    itself, None where it says nothing. Raises CannotTakeError when no answer is right.
    """
    if len(options) > MOST_OPTIONS:
        raise CannotTakeError(TOO_MANY_ANSWERS, most=MOST_OPTIONS)
    right = [option for option in options if option.credit > 0]
    if not right:
        raise CannotTakeError(NO_RIGHT_ANSWER)
    if any(option.credit < 0 for option in options):
        notes.append(Said(CREDIT_DROPPED))
    several = says_several if says_several is not None else len(right) > 1
    if not several and len(right) > 1:
        whole = [option for option in right if option.credit == 1]
        if len(whole) != 1:
            raise CannotTakeError(
                N_("Only one answer may be chosen, but %(number)s answers are right."),
                number=len(right),
            )
        right = whole
        notes.append(Said(N_("Answers that are partly right count as wrong here.")))
    made = tuple(
        TakenOption(option.text, Fraction(int(option in right)), option.feedback)
        for option in options
    )
    return TakenAnswers(Kind.MULTIPLE if several else Kind.SINGLE, made)
