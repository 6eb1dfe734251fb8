"""Questions in IMS QTI 2.1 and 2.2 (imsglobal.org, “Question and Test Interoperability”).

One item a file, or many in a ZIP package. What is read: choice, order, match, lists within
a text, text entry as a short answer or a number, and texts that a person marks. Response
processing other than the standard templates is not run: credit comes from the correct
response and the mapping.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from xml.etree.ElementTree import (  # nosec B405 - parsed in `xml.py`, without entities
    Element,
    tostring,
)

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
    chosen,
    decimal_of,
    from_html,
    gap_of,
    once,
)
from lms.authoring.rules.questions.xml import parsed
from lms.core.archives import ArchiveRefusedError, Limits, Wrong, check_archive
from lms.core.errors import BadInputError
from lms.core.text import N_

LIMITS = Limits(most_entries=12_000, largest_whole=64 * 1024 * 1024)
_ITEM = "assessmentItem"
_NOT_SAID = frozenset({"feedbackInline", "feedbackBlock", "rubricBlock"})
_NAMESPACE = re.compile(r"\{[^}]*\}")

NOT_QTI = N_("This file holds no QTI questions: there is no assessmentItem in it.")
_SENTENCES = {
    Wrong.DAMAGED: N_("This ZIP file is damaged. Make it again and send it."),
    Wrong.STRANGE: N_("This ZIP file is put together in a way no program does. Make it again."),
    Wrong.TOO_LARGE: N_("This ZIP file is too large when unpacked. Send it in parts."),
}


def read_qti(content: bytes) -> Taken:
    """Every question of a QTI item or of a ZIP package of items, in order of their file names.

    Raises BadInputError for a file that is neither; a single question that cannot be taken
    is left out and named.
    """
    taken: list[TakenQuestion] = []
    left_out: list[NotTaken] = []
    place = 0
    for place, item in enumerate(_items(content), 1):
        name = item.get("title", "")[:200]
        try:
            taken.append(_question(place, name, item))
        except CannotTakeError as error:
            left_out.append(NotTaken(place, 1, name, error.why))
    if not place:
        raise BadInputError(NOT_QTI, field="file")
    return Taken(tuple(taken), tuple(left_out))


def _items(content: bytes) -> Iterator[Element]:
    """The items, one at a time: a package may hold thousands."""
    if not content.startswith(b"PK"):
        root, _lines = parsed(content)
        if _bare(root) == _ITEM:
            yield root
        return
    try:
        names = check_archive(content, LIMITS)
    except ArchiveRefusedError as error:
        raise BadInputError(_SENTENCES[error.wrong], field="file") from error
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(names):
            if name.endswith(".xml") and not name.endswith("imsmanifest.xml"):
                root, _lines = parsed(archive.read(name))
                if _bare(root) == _ITEM:
                    yield root


def _question(place: int, name: str, item: Element) -> TakenQuestion:
    notes: list[Said] = []
    interactions = [found for found in item.iter() if _bare(found).endswith("Interaction")]
    if interactions and all(_bare(found) == "inlineChoiceInteraction" for found in interactions):
        return _with_gaps(place, name, item, interactions)
    if len(interactions) != 1:
        sentence = N_("This question has %(number)s places to answer. One is read here.")
        raise CannotTakeError(sentence, number=len(interactions))
    interaction = interactions[0]
    kind, read = _bare(interaction), _READERS.get(_bare(interaction))
    if kind in _MARKED:
        answers = TakenAnswers(_MARKED[kind], guidance=_rubric(item, notes))
    elif read is not None:
        response = _response(item, interaction.get("responseIdentifier", ""))
        answers = read(interaction, response, notes)
    else:
        sentence = N_("Questions of the type “%(type)s” are not known here.")
        raise CannotTakeError(sentence, type=kind[:40])
    return _made(place, name, item, _prompt(item, interaction, notes), answers, notes)


def _with_gaps(place: int, name: str, item: Element, found: list[Element]) -> TakenQuestion:
    """An item whose answers are lists within its text."""
    notes: list[Said] = []
    gaps = []
    for number, interaction in enumerate(found, 1):
        response = _response(item, interaction.get("responseIdentifier", ""))
        words = {
            part.get("identifier", ""): _words(part, notes)
            for part in _choices(interaction, "inlineChoice")
        }
        right = next((words[key] for key in response.correct if key in words), "")
        gaps.append(gap_of(number, list(words.values()), right))
    marks = {interaction: f"{{gap-{number}}}" for number, interaction in enumerate(found, 1)}
    body = next((part for part in item if _bare(part) == "itemBody"), None)
    prompt = _words(body, notes, marks=marks) if body is not None else ""
    return _made(place, name, item, prompt, TakenAnswers(Kind.GAP_SELECT, gaps=tuple(gaps)), notes)


def _rubric(item: Element, notes: list[Said]) -> str:
    """What the item tells who marks it."""
    blocks = (found for found in item.iter() if _bare(found) == "rubricBlock")
    return "\n\n".join(_words(block, notes, in_rubric=True) for block in blocks)


def _made(
    place: int, name: str, item: Element, prompt: str, answers: TakenAnswers, notes: list[Said]
) -> TakenQuestion:
    if not prompt:
        raise CannotTakeError(NO_WORDS)
    return TakenQuestion(
        place=place,
        line=1,
        name=name,
        prompt=prompt,
        answers=answers,
        key=item.get("identifier") or None,
        rationale="\n\n".join(
            _words(feedback, notes)
            for feedback in item.iter()
            if _bare(feedback) == "modalFeedback"
        ),
        notes=once(notes),
    )


@dataclass(frozen=True, slots=True)
class _Response:
    """The correct response of an interaction and its mapping of answers to points."""

    cardinality: str
    base_type: str
    correct: tuple[str, ...]
    mapped: Mapping[str, Decimal]

    @classmethod
    def of(cls, declaration: Element) -> _Response:
        return cls(
            declaration.get("cardinality", "single"),
            declaration.get("baseType", ""),
            tuple(
                " ".join((value.text or "").split())
                for part in declaration
                if _bare(part) == "correctResponse"
                for value in part
            ),
            {
                entry.get("mapKey", ""): decimal_of(entry.get("mappedValue", "0"))
                for part in declaration
                if _bare(part) == "mapping"
                for entry in part
            },
        )

    def credit(self, identifier: str) -> Fraction:
        """1 for what is correct; less than 0 for what takes points away."""
        if identifier in self.correct:
            return Fraction(1)
        return Fraction(min(self.mapped.get(identifier, Decimal(0)), Decimal(0)))


def _response(item: Element, identifier: str) -> _Response:
    for found in item:
        if _bare(found) == "responseDeclaration" and found.get("identifier") == identifier:
            return _Response.of(found)
    raise CannotTakeError(NO_RIGHT_ANSWER)


def _prompt(item: Element, interaction: Element, notes: list[Said]) -> str:
    """What stands before the interaction, then its own prompt."""
    parts = []
    body = next((found for found in item if _bare(found) == "itemBody"), None)
    for part in body if body is not None else ():
        if part is interaction or interaction in list(part.iter()):
            parts.append(_words(part, notes, leaving=interaction))
            break
        parts.append(_words(part, notes))
    own = next((found for found in interaction if _bare(found) == "prompt"), None)
    parts.append(_words(own, notes) if own is not None else "")
    return "\n\n".join(part for part in parts if part)


def _words(
    element: Element,
    notes: list[Said],
    *,
    leaving: Element | None = None,
    marks: Mapping[Element, str] | None = None,
    in_rubric: bool = False,
) -> str:
    """The words of an element as Markdown, without feedback in it and what is to be left.

    `marks` stand in the text for elements of it. Words for who marks it are left out, unless
    they are what is asked for.
    """
    if element is leaving or (_bare(element) == "rubricBlock" and not in_rubric):
        return ""
    copy = _without_namespaces(element)
    _copy_into(copy, element, leaving, marks or {})
    return from_html(tostring(copy, encoding="unicode", method="html"), notes)


def _without_namespaces(element: Element) -> Element:
    """The element alone, with no attribute but the words for a picture."""
    alt = element.get("alt")
    return Element(_bare(element), {"alt": alt} if alt else {})


def _copy_into(
    copy: Element, element: Element, leaving: Element | None, marks: Mapping[Element, str]
) -> None:
    copy.text = element.text
    for part in element:
        if part is leaving or _bare(part) in _NOT_SAID:
            continue
        mark = marks.get(part)
        if mark is None:
            inner = _without_namespaces(part)
            _copy_into(inner, part, leaving, marks)
            inner.tail = part.tail
            copy.append(inner)
        elif len(copy):
            copy[-1].tail = f"{copy[-1].tail or ''}{mark}{part.tail or ''}"
        else:
            copy.text = f"{copy.text or ''}{mark}{part.tail or ''}"


def _feedback_in(element: Element, notes: list[Said]) -> str:
    return "\n\n".join(
        _words(part, notes)
        for part in element
        if _bare(part) in {"feedbackInline", "feedbackBlock"}
    )


def _choices(interaction: Element, name: str) -> list[Element]:
    return [part for part in interaction.iter() if _bare(part) == name]


def _choice(interaction: Element, response: _Response, notes: list[Said]) -> TakenAnswers:
    options = [
        TakenOption(
            _words(part, notes),
            response.credit(part.get("identifier", "")),
            _feedback_in(part, notes),
        )
        for part in _choices(interaction, "simpleChoice")
    ]
    return chosen(options, notes, says_several=response.cardinality == "multiple")


def _order(interaction: Element, response: _Response, notes: list[Said]) -> TakenAnswers:
    words = {
        part.get("identifier", ""): _words(part, notes)
        for part in _choices(interaction, "simpleChoice")
    }
    if len(words) < 2 or sorted(response.correct) != sorted(words):
        raise CannotTakeError(NO_RIGHT_ANSWER)
    return TakenAnswers(Kind.ORDERING, steps=tuple(words[name] for name in response.correct))


def _match(interaction: Element, response: _Response, notes: list[Said]) -> TakenAnswers:
    sets = [part for part in interaction if _bare(part) == "simpleMatchSet"]
    if len(sets) != 2:
        raise CannotTakeError(NO_RIGHT_ANSWER)
    items, choices = (
        {part.get("identifier", ""): _words(part, notes) for part in one} for one in sets
    )
    pairs = []
    for pair in response.correct:
        item, _, choice = pair.partition(" ")
        if item not in items or choice not in choices:
            raise CannotTakeError(NO_RIGHT_ANSWER)
        pairs.append(TakenPair(items.pop(item), choices[choice]))
    used = {pair.choice for pair in pairs}
    if items or not pairs:
        raise CannotTakeError(N_("Some items of this question belong to nothing."))
    pairs += [TakenPair("", choice) for choice in choices.values() if choice not in used]
    return TakenAnswers(Kind.MATCHING, pairs=tuple(pairs))


def _text_entry(_interaction: Element, response: _Response, notes: list[Said]) -> TakenAnswers:
    right = list(response.correct) or [key for key, points in response.mapped.items() if points > 0]
    if not right:
        raise CannotTakeError(NO_RIGHT_ANSWER)
    if response.base_type in {"integer", "float"}:
        number = TakenNumber(decimal_of(right[0]), Decimal(0))
        return TakenAnswers(Kind.NUMERIC, (TakenOption("", Fraction(1)),), number=number)
    best = max(response.mapped.values(), default=Decimal(0))
    whole = set(right) | {key for key, points in response.mapped.items() if points == best > 0}
    if len(whole) < len(response.mapped):
        notes.append(Said(N_("Answers that are partly right count as wrong here.")))
    return TakenAnswers(
        Kind.SHORT_ANSWER, tuple(TakenOption(word, Fraction(1)) for word in sorted(whole))
    )


def _bare(element: Element) -> str:
    """The name of an element without its namespace."""
    return _NAMESPACE.sub("", element.tag)


_READERS: Mapping[str, Callable[[Element, _Response, list[Said]], TakenAnswers]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "textEntryInteraction": _text_entry,
}
# What a person marks; nothing in the file says what is right.
_MARKED: Mapping[str, Kind] = {
    "extendedTextInteraction": Kind.ESSAY,
    "uploadInteraction": Kind.FILE,
}
