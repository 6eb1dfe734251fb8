"""Bank files of a draft as items, finished or not, each with its own problems.

A bank file as a whole is read by `courses.folder`, which takes all of it or nothing. An
author works on one question while others are still without feedback, so here each item
stands for itself: its tree as written, its question if it is whole, what is to be mended.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from lms.core.content.canonical import plain_tree, write_yaml
from lms.core.content.marked import Data, Marked, Path, Tree, read_marked
from lms.core.content.problems import Problem, error
from lms.core.content.sentences import read_value
from lms.core.text import N_
from lms.courses.layout import place_of
from lms.courses.values.question import Bank, Question, QuestionBase

_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
_CLASSES: Mapping[str, type[QuestionBase]] = {
    get_args(kind.model_fields["type"].annotation)[0]: kind
    for kind in get_args(get_args(Question)[0])
}
KINDS: tuple[str, ...] = tuple(_CLASSES)
"""Every type of question there is, in the order of docs/authoring.md."""

# Emphasis, code, escapes and links, of which a list shows the words alone.
_MARKS = re.compile(r"\*\*|[*`]|\\(?=[^\w\s])|\[([^\]@]*)\]\([^)]*\)")
_NOT_UTF_8 = N_("The file is not UTF-8. Save it as UTF-8.")
_NO_QUESTION = N_("A question is written as names with values. This is something else.")


@dataclass(frozen=True)
class Item:
    """One question as it stands in a bank file.

    `place` counts from 0. `tree` is what is written, `question` its value when it is whole.
    `problems` name fields from the question on: `options[2].feedback`. `digest` changes with
    anything in the item and with nothing else in the file.
    """

    file: str
    place: int
    key: str
    kind: str
    tree: Mapping[str, Data]
    question: Question | None
    problems: tuple[Problem, ...]

    @cached_property
    def text(self) -> str:
        """Its canonical lines in a bank file."""
        return item_text(self.tree, self.question)

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def prompt(self) -> str:
        """What is asked, as Markdown; empty when nothing is written."""
        return _words(self.tree.get("prompt"))

    @property
    def title(self) -> str:
        """What is asked, on one line and without marks, for lists; its key while it is empty."""
        return _MARKS.sub(r"\1", " ".join(self.prompt.split())) or self.key

    @property
    def objective(self) -> str:
        """The key of the objective, or nothing."""
        return _words(self.tree.get("objective"))

    @property
    def version(self) -> int:
        """1 unless the author raised it."""
        return self.question.version if self.question else _number(self.tree.get("version"))

    @property
    def tags(self) -> tuple[str, ...]:
        """The author's own words for it."""
        return words_of(self.tree.get("tags"))

    @property
    def sources(self) -> tuple[str, ...]:
        """Citations of guide sections and public sources."""
        return words_of(self.tree.get("sources"))


@dataclass(frozen=True)
class BankFile:
    """One bank file: `language` is None for the course's own. A file that cannot be read as
    YAML at all has problems and no items."""

    path: str
    file: str
    language: str | None
    items: tuple[Item, ...]
    head: Mapping[str, Data]
    spans: tuple[int, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether items can be changed here without losing what somebody wrote."""
        return not self.problems


@dataclass(frozen=True)
class WholeBank:
    """The bank in the language of the course, and which items exist in which other language."""

    files: tuple[BankFile, ...]
    translated: tuple[BankFile, ...] = ()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in order of file and place."""
        return tuple(item for file in self.files for item in file.items)

    def find(self, key: str) -> Item | None:
        """The item of this key; the first, should two files have one."""
        return next((item for item in self.items if item.key == key), None)

    def file(self, path: str) -> BankFile | None:
        """The bank file at this path, of whatever language."""
        return next((f for f in (*self.files, *self.translated) if f.path == path), None)


def read_bank(files: Mapping[str, bytes]) -> WholeBank:
    """The bank of a draft from its files by path; files of other kinds are passed over."""
    own, translated = [], []
    languages: dict[str, list[str]] = {}
    for path in sorted(files):
        place = place_of(path)
        if place is None or place.shape.value is not Bank:
            continue
        read = read_bank_file(path, files[path])
        if read.language is None:
            own.append(read)
            continue
        translated.append(read)
        for item in read.items:
            languages.setdefault(item.key, []).append(read.language)
    found = {key: tuple(sorted(codes)) for key, codes in languages.items()}
    return WholeBank(tuple(own), tuple(translated), found)


@lru_cache(maxsize=96)
def read_bank_file(path: str, content: bytes) -> BankFile:
    """One bank file. Never raises: what cannot be read is said in `problems`.

    Kept by path and content: pages of a bank read the same files again and again.
    """
    place = place_of(path)
    language, file = (place.language, place.file) if place else (None, path)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return BankFile(path, file, language, (), {}, (), (error(path, 1, "", _NOT_UTF_8),))
    marked = read_marked(path, text)
    listed = marked.data.get("questions")
    entries = listed if isinstance(listed, list) else []
    problems = list(marked.problems)
    if not problems and listed is not None and not isinstance(listed, list):
        problems.append(error(path, marked.line(("questions",)), "questions", _NO_QUESTION))
    items = []
    lines = _lines_by_item(marked)
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            line = marked.line(("questions", number))
            problems.append(error(path, line, f"questions[{number + 1}]", _NO_QUESTION))
            continue
        items.append(item_of(path, number, entry, lines.get(number)))
    if problems:
        # Places would be those of another list: nothing is changed here before it is mended.
        return BankFile(path, file, language, tuple(items), {}, (), tuple(problems))
    head = {name: value for name, value in marked.data.items() if name != "questions"}
    spans = tuple(marked.line(("questions", number)) for number in range(len(items)))
    return BankFile(path, file, language, tuple(items), head, spans)


def item_of(file: str, place: int, tree: Tree, lines: Mapping[Path, int] | None = None) -> Item:
    """One item from what is written of it."""
    question, problems = read_question(file, tree, lines)
    return Item(
        file=file,
        place=place,
        key=_words(tree.get("key")),
        kind=_words(tree.get("type")),
        tree=tree,
        question=question,
        problems=tuple(problems),
    )


def read_question(
    file: str, tree: Tree, lines: Mapping[Path, int] | None = None
) -> tuple[Question | None, list[Problem]]:
    """The question a tree makes, or None and everything that is wrong with it."""
    return read_value(_QUESTION, Marked(file, tree, lines or {(): 1}))


def item_text(tree: Mapping[str, Any], question: Question | None = None) -> str:
    """The canonical lines of one item in a bank file, each ended by a newline.

    A whole question is written as every bank file has it. One that is not yet whole keeps
    what is there, in the order of its type.
    """
    written = plain_tree(question) if question is not None else ordered(tree)
    return write_yaml({"questions": [written]}).split("\n", 1)[1]


def ordered(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The names of an unfinished question in the order of its type, what is empty left out.

    Names that its type does not have stand last: nothing anybody wrote is dropped.
    """
    return ordered_as(tree, _CLASSES.get(str(tree.get("type")), QuestionBase))


def ordered_as(tree: Mapping[str, Any], model: type[BaseModel] | None) -> dict[str, Any]:
    """The names of a tree in the order of a model, what is empty left out, inside rows too."""
    fields = model.model_fields if model is not None else {}
    inner = {f.alias or name: _row_model(f.annotation) for name, f in fields.items()}
    names = [*(name for name in inner if name in tree), *(n for n in tree if n not in inner)]
    done: dict[str, Any] = {}
    for name in names:
        value = _without_nothing(tree[name], inner.get(name))
        if value not in (None, "", [], {}):
            done[name] = value
    return done


def _without_nothing(value: Any, model: type[BaseModel] | None) -> Any:
    if isinstance(value, Mapping):
        return ordered_as(value, model)
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_without_nothing(part, model) for part in value]
        return [part for part in parts if part not in (None, "", [], {})]
    # A block text of YAML ends with a line break that nobody wrote.
    return value.strip() if isinstance(value, str) else value


def _row_model(annotation: Any) -> type[BaseModel] | None:
    """The model of the rows of a list, wherever it stands in the annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_row_model(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)


def _lines_by_item(marked: Marked) -> dict[int, dict[Path, int]]:
    """Lines of the values inside each item, by the path from the item on."""
    found: dict[int, dict[Path, int]] = {}
    for path, line in marked.lines.items():
        if len(path) > 1 and path[0] == "questions" and isinstance(path[1], int):
            found.setdefault(path[1], {})[path[2:]] = line
    return found


def words_of(data: Data) -> tuple[str, ...]:
    """The texts of a list; a single text counts as a list of one."""
    if isinstance(data, str):
        return (data,)
    if isinstance(data, list):
        return tuple(part for part in data if isinstance(part, str))
    return ()


def keys_of(items: Iterable[Item]) -> frozenset[str]:
    """The keys that are taken."""
    return frozenset(item.key for item in items if item.key)


def _words(data: Data) -> str:
    return data if isinstance(data, str) else ""


def _number(data: Data) -> int:
    return int(data) if isinstance(data, str) and data.isascii() and data.isdecimal() else 1
