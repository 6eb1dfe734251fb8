"""Between a browser's form and an answer by permanent keys. Pure.

A browser knows only tokens (places); what it sends is read against the attempt's frozen
drawing, and anything that is none of its tokens is left out, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lms.courses.faces import DrawnQuestion, listed
from lms.courses.values.question import (
    EssayQuestion,
    FileQuestion,
    GapSelectQuestion,
    MatchingQuestion,
    MultipleQuestion,
    OrderingQuestion,
    Question,
    SingleQuestion,
    TrueFalseQuestion,
)

LONGEST_TEXT = 500
LONGEST_ESSAY = 20_000
"""Characters of a text that a person marks: about twice the most words an author may allow."""

Sent = Callable[[str], Sequence[str]]
"""All values a form has under a name, as `request.form.getlist`."""


def given_in(question: Question, drawn: DrawnQuestion, name: str, sent: Sent) -> dict[str, Any]:
    """The answer to one question in a form whose fields begin with `name`; empty if left out."""
    if isinstance(question, SingleQuestion):
        option = drawn.part(_first(sent(name)))
        return {"option": option} if option else {}
    if isinstance(question, MultipleQuestion):
        options = [key for token in sent(name) if (key := drawn.part(token)) is not None]
        return {"options": sorted(set(options))} if options else {}
    if isinstance(question, TrueFalseQuestion):
        answer = _first(sent(name))
        return {"answer": answer} if answer in {"true", "false"} else {}
    if isinstance(question, MatchingQuestion):
        return _pairs_in(question, drawn, name, sent)
    if isinstance(question, OrderingQuestion):
        return _order_in(drawn, name, sent)
    if isinstance(question, FileQuestion):
        # Files do not come in fields; `services.files` keeps them.
        return {}
    if isinstance(question, GapSelectQuestion):
        return _gaps_in(question, drawn, name, sent)
    longest = LONGEST_ESSAY if isinstance(question, EssayQuestion) else LONGEST_TEXT
    text = _first(sent(name)).replace("\r\n", "\n").strip()[:longest]
    return {"text": text} if text else {}


def is_whole(drawn: DrawnQuestion, given: Mapping[str, Any]) -> bool:
    """Whether a question is answered in all its parts: each gap, each step, each thing to match."""
    for of_parts in ("pairs", "gaps", "order"):
        if of_parts in given:
            return len(given[of_parts]) == len(drawn.parts)
    return bool(given)


def tokens_of(question: Question, drawn: DrawnQuestion, given: dict[str, Any]) -> dict[str, str]:
    """Where an answer stands in the form: values by what follows the field's name.

    "" for the field itself (several tokens joined by spaces), "1", "2", … for its rows.
    """
    place = {key: str(number) for number, key in enumerate(drawn.parts, 1)}
    if "option" in given:
        return {"": place.get(given["option"], "")}
    if "options" in given:
        return {"": " ".join(place[key] for key in given["options"] if key in place)}
    if "pairs" in given and isinstance(question, MatchingQuestion):
        choice = {found.key: str(number) for number, found in enumerate(question.choices, 1)}
        return {
            place[item]: choice[key]
            for item, key in given["pairs"].items()
            if item in place and key in choice
        }
    if "gaps" in given and isinstance(question, GapSelectQuestion):
        return {
            place[gap.key]: str(listed(question, gap).index(key) + 1)
            for gap in question.gaps
            if (key := given["gaps"].get(gap.key)) in listed(question, gap) and gap.key in place
        }
    if "order" in given:
        return {
            place[key]: str(number) for number, key in enumerate(given["order"], 1) if key in place
        }
    if "file" in given:
        return {"": str(given.get("name", ""))}
    return {"": str(given.get("answer") or given.get("text") or "")}


def _pairs_in(
    question: MatchingQuestion, drawn: DrawnQuestion, name: str, sent: Sent
) -> dict[str, Any]:
    choices = {str(number): found.key for number, found in enumerate(question.choices, 1)}
    pairs = {}
    for number, item in enumerate(drawn.parts, 1):
        choice = choices.get(_first(sent(f"{name}-{number}")))
        if choice is not None:
            pairs[item] = choice
    return {"pairs": pairs} if pairs else {}


def _gaps_in(
    question: GapSelectQuestion, drawn: DrawnQuestion, name: str, sent: Sent
) -> dict[str, Any]:
    gaps = {gap.key: gap for gap in question.gaps}
    filled = {}
    for number, key in enumerate(drawn.parts, 1):
        options = listed(question, gaps[key]) if key in gaps else ()
        places = {str(place): option for place, option in enumerate(options, 1)}
        option = places.get(_first(sent(f"{name}-{number}")))
        if option is not None:
            filled[key] = option
    return {"gaps": filled} if filled else {}


def _order_in(drawn: DrawnQuestion, name: str, sent: Sent) -> dict[str, Any]:
    """Steps by the place each was given; those with the same place keep the order shown."""
    placed = []
    for number, key in enumerate(drawn.parts, 1):
        place = _first(sent(f"{name}-{number}"))
        if place.isascii() and place.isdecimal() and len(place) < 3:
            placed.append((int(place), number, key))
    return {"order": [key for _, _, key in sorted(placed)]} if placed else {}


def _first(values: Sequence[str]) -> str:
    return values[0] if values else ""
