"""Which quizzes ask which questions, and how well a bank covers the objectives. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lms.authoring.rules.bank.reading import Item, words_of
from lms.core.content.marked import Data, Tree, read_marked
from lms.core.content.problems import Problem
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.values.course import Objective
from lms.courses.values.quiz import Quiz

_ASKED = N_("The quiz “%(quiz)s” asks this question. Take it out there first.")
_ASKED_BY_MORE = N_("%(number)s quizzes ask this question: %(quizzes)s. Take it out there first.")


@dataclass(frozen=True)
class SlotUse:
    """One slot of a quiz: `draw` of `keys`, or the one key that is always asked (None)."""

    keys: tuple[str, ...]
    draw: int | None


@dataclass(frozen=True)
class QuizFile:
    """A quiz as written, finished or not. `quiz` is its value when the whole file is right."""

    path: str
    key: str
    title: str
    tree: Mapping[str, Data]
    slots: tuple[SlotUse, ...]
    quiz: Quiz | None
    problems: tuple[Problem, ...]

    @property
    def length(self) -> int:
        """How many questions one attempt has."""
        return sum(slot.draw or 1 for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Use:
    """That a quiz can ask a question: always, or as one of `of` from which `draw` are drawn.

    `slot` counts from 1.
    """

    quiz: str
    title: str
    slot: int
    draw: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Covered:
    """How one objective is asked for: items of the bank, those that some quiz asks."""

    key: str
    text: str
    items: int
    asked: int
    unfinished: int


def read_quizzes(files: Mapping[str, bytes]) -> tuple[QuizFile, ...]:
    """The quizzes of a draft in the language of the course, in order of path."""
    found = []
    for path in sorted(files):
        place = place_of(path)
        if place is not None and place.shape.value is Quiz and place.language is None:
            found.append(read_quiz_file(path, files[path]))
    return tuple(found)


@lru_cache(maxsize=64)
def read_quiz_file(path: str, content: bytes) -> QuizFile:
    """One quiz. Never raises: what is wrong stands in `problems`."""
    place = place_of(path)
    text = content.decode("utf-8", "replace")
    name = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    if place is None:
        return QuizFile(path, name, name, {}, (), None, ())
    source = read_text(path, place, text)
    tree = source.marked.data
    title = tree.get("title")
    return QuizFile(
        path=path,
        key=name,
        title=title if isinstance(title, str) and title.strip() else name,
        tree=tree,
        slots=_slots(tree),
        quiz=source.value if isinstance(source.value, Quiz) else None,
        problems=source.marked.problems,
    )


def _slots(tree: Tree) -> tuple[SlotUse, ...]:
    listed = tree.get("slots")
    found = []
    for slot in listed if isinstance(listed, list) else []:
        if not isinstance(slot, dict):
            continue
        one = slot.get("question")
        if isinstance(one, str):
            found.append(SlotUse((one,), None))
            continue
        draw = slot.get("draw")
        number = int(draw) if isinstance(draw, str) and draw.isascii() and draw.isdecimal() else 1
        found.append(SlotUse(words_of(slot.get("from")), min(number, 100)))
    return tuple(found)


def uses_of(quizzes: Iterable[QuizFile]) -> dict[str, tuple[Use, ...]]:
    """For each key every slot that can ask it."""
    found: dict[str, list[Use]] = {}
    for quiz in quizzes:
        for number, slot in enumerate(quiz.slots, 1):
            for key in slot.keys:
                use = Use(quiz.key, quiz.title, number, slot.draw, len(slot.keys))
                found.setdefault(key, []).append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def check_unused(uses: Sequence[Use]) -> None:
    """Raise NotPossibleError, naming the quizzes, for a question that is still asked."""
    titles = list(dict.fromkeys(use.title for use in uses))
    if len(titles) == 1:
        raise NotPossibleError(_ASKED, quiz=titles[0])
    if titles:
        raise NotPossibleError(_ASKED_BY_MORE, number=len(titles), quizzes=", ".join(titles))


def objectives_in(content: bytes | None) -> tuple[Objective, ...]:
    """The objectives of course.yaml; none while that file is missing or cannot be read."""
    return _objectives_in(content) if content else ()


@lru_cache(maxsize=32)
def _objectives_in(content: bytes) -> tuple[Objective, ...]:
    marked = read_marked("course.yaml", content.decode("utf-8", "replace"))
    listed = marked.data.get("objectives")
    found = []
    for entry in listed if isinstance(listed, list) else []:
        key = entry.get("key") if isinstance(entry, dict) else None
        text = entry.get("text") if isinstance(entry, dict) else None
        if isinstance(key, str) and key:
            words = text if isinstance(text, str) and text else key
            found.append(Objective.model_construct(key=key, text=words))
    return tuple(found)


def coverage(
    objectives: Sequence[Objective],
    items: Iterable[Item],
    uses: Mapping[str, Sequence[Use]],
    unfinished: frozenset[str],
) -> tuple[Covered, ...]:
    """Each objective with its items, in the order of the course."""
    counted: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    undone: Counter[str] = Counter()
    for item in items:
        counted[item.objective] += 1
        asked[item.objective] += item.key in uses
        undone[item.objective] += item.key in unfinished
    return tuple(
        Covered(one.key, one.text, counted[one.key], asked[one.key], undone[one.key])
        for one in objectives
    )
