"""Questions in Moodle XML (docs.moodle.org, “Moodle XML format”).

Texts are HTML unless they say otherwise.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element  # nosec B405 - parsed in `xml.py`, without entities

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
    gap_of,
    once,
    plain,
)
from lms.authoring.rules.questions.xml import parsed
from lms.core.errors import BadInputError
from lms.core.text import N_

_IN_PLUGIN_FILE = re.compile(r"@@PLUGINFILE@@")
_GAP = re.compile(r"\[\[(\d{1,3})\]\]")
_MOODLE_AUTO = frozenset({"moodle_auto_format", "plain_text"})
NOT_A_QUIZ = N_("This XML file holds no Moodle questions: its first element is not “quiz”.")


def read_moodle_xml(content: bytes) -> Taken:
    """Every question of a Moodle XML file.

    Raises BadInputError for a file that is no such file at all; a single question that
    cannot be taken is left out and named.
    """
    root, lines = parsed(content)
    if root.tag != "quiz":
        raise BadInputError(NOT_A_QUIZ, field="file")
    taken: list[TakenQuestion] = []
    left_out: list[NotTaken] = []
    category, place = "", 0
    for element in root.iterfind("question"):
        if element.get("type") == "category":
            category = " / ".join(_line(element.find("category")).split("/")[1:]).strip()
            continue
        place += 1
        line = lines.get(element, 0)
        name = _line(element.find("name"))[:200]
        try:
            taken.append(_question(place, line, name, category, element))
        except CannotTakeError as error:
            left_out.append(NotTaken(place, line, name, error.why))
    return Taken(tuple(taken), tuple(left_out))


def _question(place: int, line: int, name: str, category: str, element: Element) -> TakenQuestion:
    kind = element.get("type", "")
    read = _READERS.get(kind)
    if read is None:
        raise CannotTakeError(_WHY_NOT.get(kind, _NO_SUCH_TYPE), type=kind[:40])
    notes: list[Said] = []
    prompt = _words(element.find("questiontext"), notes, with_gaps=kind == "gapselect")
    if not prompt:
        raise CannotTakeError(NO_WORDS)
    answers = read(element, notes)
    return TakenQuestion(
        place=place,
        line=line,
        name=name,
        prompt=prompt,
        answers=answers,
        key=_line(element.find("idnumber")) or None,
        rationale=_words(element.find("generalfeedback"), notes),
        category=category,
        tags=tuple(_line(tag) for tag in element.iterfind("tags/tag") if _line(tag)),
        notes=once(notes),
    )


def _line(element: Element | None) -> str:
    """The text of an element, or of the `text` in it, on one line."""
    if element is None:
        return ""
    inner = element.find("text")
    return " ".join(((inner if inner is not None else element).text or "").split())


def _words(element: Element | None, notes: list[Said], *, with_gaps: bool = False) -> str:
    """A text with its format as Markdown; `with_gaps` turns `[[2]]` into the gap's own mark."""
    if element is None:
        return ""
    inner = element.find("text")
    text = bounded((inner.text if inner is not None else None) or "")
    if with_gaps:
        places = itertools.count(1)
        text = _GAP.sub(lambda _: f"{{gap-{next(places)}}}", text)
    style = element.get("format", "html")
    if style == "markdown":
        return text.strip()
    if style in _MOODLE_AUTO:
        return plain(text)
    return from_html(_IN_PLUGIN_FILE.sub("", text), notes)


def _options(element: Element, notes: list[Said]) -> list[TakenOption]:
    options = []
    for answer in element.iterfind("answer"):
        words = _words(answer, notes)
        if not words:
            raise CannotTakeError(N_("An answer of this question has no words."))
        options.append(TakenOption(words, _share(answer), _words(answer.find("feedback"), notes)))
    return options


def _share(answer: Element) -> Fraction:
    """`fraction` in percent, as a part of 1. Thirds are written as 33.33333."""
    try:
        share = Fraction(answer.get("fraction", "0")) / 100
    except ValueError as error:
        raise CannotTakeError(
            N_("“%(text)s” is not a number."), text=answer.get("fraction", "")[:40]
        ) from error
    return share.limit_denominator(1000)


def _choice(element: Element, notes: list[Said]) -> TakenAnswers:
    is_single = _line(element.find("single")) in {"", "true", "1"}
    return chosen(_options(element, notes), notes, says_several=not is_single)


def _true_false(element: Element, notes: list[Said]) -> TakenAnswers:
    found = {}
    for answer in element.iterfind("answer"):
        found[_line(answer).lower()] = (_share(answer), _words(answer.find("feedback"), notes))
    if set(found) != {"true", "false"} or not any(share == 1 for share, _ in found.values()):
        raise CannotTakeError(NO_RIGHT_ANSWER)
    return TakenAnswers(
        Kind.TRUE_FALSE,
        tuple(
            TakenOption(word, Fraction(int(found[word][0] == 1)), found[word][1])
            for word in ("true", "false")
        ),
    )


def _short(element: Element, notes: list[Said]) -> TakenAnswers:
    options = tuple(_options(element, notes))
    if not any(option.credit == 1 for option in options):
        raise CannotTakeError(NO_RIGHT_ANSWER)
    if _line(element.find("usecase")) == "1":
        notes.append(Said(N_("Capital and small letters count as the same here.")))
    return TakenAnswers(Kind.SHORT_ANSWER, options)


def _numeric(element: Element, notes: list[Said]) -> TakenAnswers:
    whole = [answer for answer in element.iterfind("answer") if _share(answer) == 1]
    if len(whole) != 1:
        raise CannotTakeError(
            N_("A number has one right answer here, and this question has %(number)s."),
            number=len(whole),
        )
    feedback = _words(whole[0].find("feedback"), notes)
    number = TakenNumber(
        decimal_of(_line(whole[0])), abs(decimal_of(_line(whole[0].find("tolerance")) or "0"))
    )
    return TakenAnswers(Kind.NUMERIC, (TakenOption("", Fraction(1), feedback),), number=number)


def _matching(element: Element, notes: list[Said]) -> TakenAnswers:
    pairs = tuple(
        TakenPair(_words(pair, notes), plain(_line(pair.find("answer"))))
        for pair in element.iterfind("subquestion")
        if _line(pair.find("answer"))
    )
    if not any(pair.item for pair in pairs):
        raise CannotTakeError(NO_RIGHT_ANSWER)
    return TakenAnswers(Kind.MATCHING, pairs=pairs)


def _ordering(element: Element, notes: list[Said]) -> TakenAnswers:
    steps = [_words(answer, notes) for answer in element.iterfind("answer")]
    if len(steps) < 2 or not all(steps):
        raise CannotTakeError(N_("An answer of this question has no words."))
    return TakenAnswers(Kind.ORDERING, steps=tuple(steps))


def _gaps(element: Element, notes: list[Said]) -> TakenAnswers:
    """`[[2]]` in the text is filled by the second choice; its list is all choices of its group."""
    choices = [
        (_line(choice), _line(choice.find("group")) or "1")
        for choice in element.iterfind("selectoption")
    ]
    text = element.find("questiontext/text")
    gaps = []
    for place, mark in enumerate(_GAP.finditer((text.text if text is not None else "") or ""), 1):
        number = int(mark[1])
        if not 1 <= number <= len(choices):
            raise CannotTakeError(NO_RIGHT_ANSWER)
        right, group = choices[number - 1]
        gaps.append(gap_of(place, [word for word, own in choices if own == group], right))
    if not gaps:
        raise CannotTakeError(N_("This text has no gaps."))
    return TakenAnswers(Kind.GAP_SELECT, gaps=tuple(gaps))


def _essay(element: Element, notes: list[Said]) -> TakenAnswers:
    """A text, or a file where Moodle takes nothing else."""
    guidance = _words(element.find("graderinfo"), notes)
    if _line(element.find("responseformat")) == "noinline":
        return TakenAnswers(Kind.FILE, guidance=guidance)
    if (_line(element.find("attachments")) or "0") != "0":
        notes.append(Said(N_("Files cannot be handed in with a text here; the text can.")))
    return TakenAnswers(Kind.ESSAY, guidance=guidance)


_READERS: Mapping[str, Callable[[Element, list[Said]], TakenAnswers]] = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "gapselect": _gaps,
    "essay": _essay,
}
_NO_SUCH_TYPE = N_("Questions of the type “%(type)s” are not known here.")
_WHY_NOT: Mapping[str, str] = {
    "description": N_("This is a text without answers. Put it on a page of the course."),
    "cloze": N_("This question has answers in several places. Make one question of each."),
}
