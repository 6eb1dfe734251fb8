"""Questions in GIFT, the text format of Moodle (docs.moodle.org, “GIFT format”).

Blank lines part the questions; what is asked stands outside the braces, the answers in
them. Escapes (`\\~ \\= \\# \\{ \\} \\: \\\\ \\n`) are set aside before anything else is
looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.authoring.rules.questions.taken import (
    NO_RIGHT_ANSWER,
    NO_WORDS,
    CannotTakeError,
    Kind,
    NotTaken,
    Said,
    Taken,
    TakenAnswers,
    TakenNumber,
    TakenOption,
    TakenPair,
    TakenQuestion,
    bounded,
    chosen,
    decimal_of,
    from_html,
    once,
    plain,
)
from lms.core.text import N_

_ESCAPES = {escaped: chr(0xE000 + place) for place, escaped in enumerate("~=#{}:\\n")}
_RESTORED = {mark: "\n" if escaped == "n" else escaped for escaped, mark in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)", re.IGNORECASE)
_IDENTIFIER = re.compile(r"\[id:([^\]]+)\]")
_TAG = re.compile(r"\[tag:([^\]]+)\]")
_ANSWER = re.compile(r"([=~])([^=~]*)")
_PERCENT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,5})?)%")
_TRUTH = re.compile(r"\s*(TRUE|FALSE|T|F)\s*(?:#|\Z)", re.IGNORECASE)
_PAIR = "->"

BLANK = "_____"
"""What stands where an answer was taken out of the middle of a sentence."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one question, with what the comments above it say."""

    line: int
    text: str
    category: str
    key: str | None
    tags: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What reading one question has come to: how its texts are written, and notes on the way."""

    is_html: bool
    is_markdown: bool
    notes: list[Said]

    def words(self, text: str) -> str:
        """A text of the question as Markdown."""
        own = _FORMAT.match(text)
        style = own[1].lower() if own else None
        shown = _restored(text[own.end() :] if own else text).strip()
        if style == "markdown" or (style is None and self.is_markdown):
            return bounded(shown)
        if style == "html" or (style is None and self.is_html):
            return from_html(shown, self.notes)
        return plain(shown)


def read_gift(text: str) -> Taken:
    """Every question of a GIFT file. Never raises: what cannot be taken is left out and named."""
    taken: list[TakenQuestion] = []
    left_out: list[NotTaken] = []
    for place, block in enumerate(_blocks(text), 1):
        name = ""
        try:
            name, rest = _titled(block.text)
            taken.append(_question(place, block, name, rest))
        except CannotTakeError as error:
            left_out.append(NotTaken(place, block.line, name, error.why))
    return Taken(tuple(taken), tuple(left_out))


def _blocks(text: str) -> Iterator[_Block]:
    category = ""
    key: str | None = None
    tags: list[str] = []
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        stripped = line.strip().removeprefix("\ufeff")
        if stripped.startswith("//"):
            identifier = _IDENTIFIER.search(stripped)
            key = identifier[1].strip() if identifier else key
            tags += [tag.strip() for tag in _TAG.findall(stripped)]
        elif not lines and (found := _CATEGORY.match(stripped)):
            category = found[1].strip()
        elif stripped:
            first = first if lines else number
            lines.append(line)
        elif lines:
            yield _Block(first, _set_aside("\n".join(lines)), category, key, tuple(tags))
            lines, key, tags = [], None, []


def _set_aside(text: str) -> str:
    """The text with its escapes as single characters that mean nothing to GIFT."""
    return _ESCAPED.sub(lambda found: _ESCAPES[found[1]], _PRIVATE.sub("", text))


def _restored(text: str) -> str:
    return "".join(_RESTORED.get(character, character) for character in text)


def _titled(text: str) -> tuple[str, str]:
    found = _TITLE.match(text)
    if found is None:
        return "", text
    return " ".join(_restored(found[1]).split())[:200], text[found.end() :]


def _question(place: int, block: _Block, name: str, text: str) -> TakenQuestion:
    style = _FORMAT.match(text)
    word = style[1].lower() if style else ""
    reading = _Reading(word == "html", word == "markdown", [])
    text = text[style.end() :] if style else text
    before, answers, after = _parted(text)
    prompt = reading.words(
        f"{before.rstrip()} {BLANK} {after.lstrip()}" if after.strip() else before
    )
    if not prompt:
        raise CannotTakeError(NO_WORDS)
    answers, _, general = answers.partition("####")
    return TakenQuestion(
        place=place,
        line=block.line,
        name=name,
        prompt=prompt,
        answers=_answered(answers.strip(), reading),
        key=block.key,
        rationale=reading.words(general) if general.strip() else "",
        category=block.category,
        tags=block.tags,
        notes=once(reading.notes),
    )


def _parted(text: str) -> tuple[str, str, str]:
    """What stands before, in and after the braces."""
    begin = text.find("{")
    if begin < 0:
        raise CannotTakeError(N_("This is a text without answers. Put it on a page of the course."))
    end = text.find("}", begin)
    if end < 0:
        raise CannotTakeError(N_("The answers begin with { and do not end with }."))
    if "{" in text[end + 1 :]:
        raise CannotTakeError(
            N_("This question has answers in several places. Make one question of each.")
        )
    return text[:begin], text[begin + 1 : end], text[end + 1 :]


def _answered(answers: str, reading: _Reading) -> TakenAnswers:
    if not answers:
        return TakenAnswers(Kind.ESSAY)
    if answers.startswith("#"):
        return _numeric(answers[1:].strip(), reading)
    if _TRUTH.match(answers):
        return _true_false(answers, reading)
    found = [_Answer.of(sign, body) for sign, body in _ANSWER.findall(answers)]
    if not found or answers[0] not in "=~":
        raise CannotTakeError(N_("The answers begin with neither = nor ~."))
    if all(answer.is_marked_right for answer in found):
        if any(_PAIR in answer.text for answer in found):
            return _matching(found, reading)
        return _short(found, reading)
    return _choice(found, reading)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer in the braces: its sign, its share in percent if it has one, text, feedback."""

    is_marked_right: bool
    percent: Fraction | None
    text: str
    feedback: str

    @classmethod
    def of(cls, sign: str, body: str) -> _Answer:
        share = _PERCENT.match(body)
        text, _, feedback = (body[share.end() :] if share else body).partition("#")
        percent = Fraction(share[1]) / 100 if share else None
        return cls(sign == "=", percent, text, feedback)

    @property
    def credit(self) -> Fraction:
        return self.percent if self.percent is not None else Fraction(int(self.is_marked_right))

    def option(self, reading: _Reading) -> TakenOption:
        words = reading.words(self.text)
        if not words:
            raise CannotTakeError(N_("An answer of this question has no words."))
        return TakenOption(words, self.credit, reading.words(self.feedback))


def _choice(found: list[_Answer], reading: _Reading) -> TakenAnswers:
    says_several = False if any(answer.is_marked_right for answer in found) else None
    options = [answer.option(reading) for answer in found]
    return chosen(options, reading.notes, says_several=says_several)


def _short(found: list[_Answer], reading: _Reading) -> TakenAnswers:
    options = tuple(answer.option(reading) for answer in found)
    if not any(option.credit == 1 for option in options):
        raise CannotTakeError(NO_RIGHT_ANSWER)
    return TakenAnswers(Kind.SHORT_ANSWER, options)


def _matching(found: list[_Answer], reading: _Reading) -> TakenAnswers:
    pairs = []
    for answer in found:
        item, arrow, choice = answer.text.partition(_PAIR)
        if not arrow or not choice.strip():
            raise CannotTakeError(
                N_("Some answers have -> between two parts, and others have not.")
            )
        pairs.append(TakenPair(reading.words(item), reading.words(choice)))
    return TakenAnswers(Kind.MATCHING, pairs=tuple(pairs))


def _true_false(answers: str, reading: _Reading) -> TakenAnswers:
    """`{TRUE#if wrong#if right}`: the first feedback is for those who answered wrongly."""
    word, _, feedback = answers.partition("#")
    if_wrong, _, if_right = feedback.partition("#")
    is_true = word.strip().upper().startswith("T")
    said = {True: reading.words(if_right), False: reading.words(if_wrong)}
    options = (
        TakenOption("true", Fraction(int(is_true)), said[is_true]),
        TakenOption("false", Fraction(int(not is_true)), said[not is_true]),
    )
    return TakenAnswers(Kind.TRUE_FALSE, options)


def _numeric(answers: str, reading: _Reading) -> TakenAnswers:
    if answers.startswith("="):
        found = [_Answer.of(sign, body) for sign, body in _ANSWER.findall(answers)]
        whole = [answer for answer in found if answer.is_marked_right and answer.credit == 1]
        if len(whole) != 1:
            raise CannotTakeError(
                N_("A number has one right answer here, and this question has %(number)s."),
                number=len(whole),
            )
        if len(found) > 1:
            reading.notes.append(Said(N_("Numbers that are partly right count as wrong here.")))
        text, feedback = whole[0].text, whole[0].feedback
    else:
        text, _, feedback = answers.partition("#")
    options = (TakenOption("", Fraction(1), reading.words(feedback)),)
    return TakenAnswers(Kind.NUMERIC, options, number=_number(text.strip()))


def _number(text: str) -> TakenNumber:
    """`3`, `3:0.5` or `2.5..3.5`."""
    low, dots, high = text.partition("..")
    if dots:
        begin, end = _decimal(low), _decimal(high)
        if end < begin:
            raise CannotTakeError(N_("The range of numbers ends before it begins."))
        return TakenNumber((begin + end) / 2, (end - begin) / 2)
    answer, _, tolerance = text.partition(":")
    return TakenNumber(
        _decimal(answer), abs(_decimal(tolerance)) if tolerance.strip() else Decimal(0)
    )


def _decimal(text: str) -> Decimal:
    return decimal_of(_restored(text).strip())
