"""The places of a quiz while they are edited: moved, filled, written back to its file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lms.authoring.rules.bank.checking import alone
from lms.authoring.rules.bank.reading import Item, ordered_as
from lms.authoring.rules.bank.uses import QuizFile, SlotUse
from lms.core.content.canonical import write_yaml
from lms.core.content.problems import Problem
from lms.courses.checks.quizzes import check_quizzes
from lms.courses.checks.subject import Subject
from lms.courses.folder import Reading, read_text
from lms.courses.layout import place_of
from lms.courses.values.base import FileValue
from lms.courses.values.quiz import Quiz
from lms.courses.writing import file_text
from lms.guides.registry import Registry

MOST_SLOTS = 200


def rearranged_slots(slots: Sequence[SlotUse], act: str) -> tuple[SlotUse, ...] | None:
    """The places after a button beside one of them, or None for a button that is none of these.

    `up:2`, `down:2` and `drop:2` count from 0; a place that is not there changes nothing.
    """
    verb, colon, where = act.partition(":")
    if not colon or verb not in {"up", "down", "drop"}:
        return None
    made = list(slots)
    place = int(where) if where.isascii() and where.isdecimal() and len(where) < 6 else len(made)
    other = place - 1 if verb == "up" else place + 1
    if place < len(made) and verb == "drop":
        del made[place]
    elif place < len(made) and 0 <= other < len(made):
        made[place], made[other] = made[other], made[place]
    return tuple(made)


def keys_for(
    items: Iterable[Item], wish: str, taken: Iterable[str], kind: str = ""
) -> tuple[str, ...]:
    """Keys of the items with this objective (`objective:signs`) or tag (`tag:police`) that no
    place of the quiz asks yet."""
    name, _, value = wish.partition(":")
    used = frozenset(taken)
    return tuple(
        item.key
        for item in items
        if item.key not in used
        and (not kind or item.kind == kind)
        and (
            (name == "objective" and item.objective == value)
            or (name == "tag" and value in item.tags)
            or (name == "file" and item.file == value)
        )
    )


def slot_trees(slots: Iterable[SlotUse]) -> list[dict[str, Any]]:
    """The places as a quiz file has them."""
    return [
        {"draw": str(slot.draw), "from": list(slot.keys)}
        if slot.draw is not None
        else {"question": slot.keys[0]}
        for slot in slots
        if slot.keys or slot.draw is not None
    ]


def quiz_bytes(path: str, tree: Mapping[str, Any]) -> bytes:
    """The canonical file of a quiz, or, while it is unfinished, what there is of it in order."""
    text = write_yaml(ordered_as(tree, Quiz))
    place = place_of(path)
    value = read_text(path, place, text).value if place is not None else None
    return (file_text(value) if isinstance(value, FileValue) else text).encode()


def problems_of_quiz(
    quiz: QuizFile, items: Iterable[Item], rest: Reading, registry: Registry
) -> tuple[Problem, ...]:
    """What is to be mended in a quiz, seen together with the bank and the other quizzes."""
    listed = list(items)
    sources = [*rest.sources, *(found for item in listed if (found := alone(item)) is not None)]
    # A question that is not finished is there all the same.
    unfinished = {item.key for item in listed if item.question is None}
    subject = Subject(Reading(sources=sources), registry, [])
    check_quizzes(subject)
    own = [problem for problem in subject.problems if problem.file == quiz.path]
    known = [p for p in own if p.values.get("key") not in unfinished]
    return (*quiz.problems, *known)
