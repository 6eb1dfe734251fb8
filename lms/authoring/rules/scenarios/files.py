"""The file of a scenario as a tree of plain values, and back to canonical bytes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.content.canonical import write_yaml
from lms.core.content.marked import read_marked
from lms.core.content.values import first_unseen
from lms.core.text import fold
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.values.scenario import (
    Condition,
    Debrief,
    DebriefBand,
    Node,
    Scenario,
    ScenarioChoice,
    Variable,
)
from lms.courses.writing import file_text

Tree = dict[str, Any]

_NUMBER = re.compile(r"-?\d{1,4}")
_NUMBERS = {"minutes", "at_least", "at_most"}
_PARTS: dict[type[Any], dict[str, type[Any]]] = {
    Scenario: {"variables": Variable, "nodes": Node, "debrief": Debrief},
    Node: {"choices": ScenarioChoice},
    ScenarioChoice: {"when": Condition},
    Debrief: {"bands": DebriefBand},
    DebriefBand: {"when": Condition},
}


@dataclass(frozen=True)
class Story:
    """One scenario of a draft: its path, and its file as a tree in which nothing is lost."""

    path: str
    tree: Tree

    @property
    def nodes(self) -> list[Tree]:
        """The steps in order."""
        found: list[Tree] = self.tree["nodes"]
        return found

    def place(self, key: str) -> int | None:
        """The place of a step, from 0."""
        return next((n for n, node in enumerate(self.nodes) if node.get("key") == key), None)


def path_of(key: str) -> str:
    """Where the scenario of a key stands."""
    return f"scenarios/{key}.yaml"


def read_story(path: str, content: bytes) -> Story | None:
    """The scenario of a file; None when it cannot be read as YAML, so that nothing is lost.

    A file whose lists hold something else than mappings counts as unreadable too.
    """
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    marked = read_marked(path, text)
    if marked.problems:
        return None
    tree: Tree = dict(marked.data)
    nodes = tree.setdefault("nodes", [])
    if nodes is None:
        nodes = tree["nodes"] = []
    if not _is_rows(nodes) or not all(_is_rows(node.get("choices") or []) for node in nodes):
        return None
    return Story(path, tree)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def story_bytes(story: Story) -> bytes:
    """Canonical bytes: those of the value where the file has no mistake in its fields, else the
    tree in the order of the format, with unknown names behind."""
    text = write_yaml(_ordered(story.tree, Scenario))
    place = place_of(story.path)
    if place is not None:
        value = read_text(story.path, place, text).value
        if value is not None:
            text = file_text(value)
    return text.encode()


def _ordered(tree: Mapping[str, Any], model: type[Any]) -> Tree:
    """The names of a mapping in the order of its model; what is empty is left out."""
    known = [field.alias or name for name, field in model.model_fields.items()]
    names = [*(name for name in known if name in tree), *(n for n in tree if n not in known)]
    found: Tree = {}
    for name in names:
        part = _PARTS.get(model, {}).get(name)
        value = _plain(name, tree[name], part)
        if value not in (None, "", [], {}):
            found[name] = value
    return found


def _plain(name: str, value: Any, part: type[Any] | None) -> Any:
    if isinstance(value, Mapping):
        if part is not None:
            return _ordered(value, part)
        return {key: _plain("at_least" if name == "change" else key, each, None)
                for key, each in value.items()}  # fmt: skip
    if isinstance(value, Sequence) and not isinstance(value, str):
        rows = [_plain(name, each, part) for each in value]
        return [each for each in rows if each not in (None, "")]
    if name in _NUMBERS and isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value


def mark_of(part: Any) -> str:
    """A short digest of a step, or of all but the steps: whether somebody changed it meanwhile."""
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def head_of(story: Story) -> Tree:
    """All but the steps."""
    return {name: value for name, value in story.tree.items() if name != "nodes"}


def clean(text: str | None, *, lines: bool = True) -> str:
    """What was typed, without what no file can hold: unseen characters, spaces at line ends."""
    found = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    found = found.replace("\t", "    ")
    while (unseen := first_unseen(found)) is not None:
        found = found.replace(unseen.group(), "")
    if not lines:
        return " ".join(found.split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in found.split("\n")).strip())


def fresh_key(title: str, taken: set[str], otherwise: str) -> str:
    """A key from a title that nothing has yet: its Latin words, else `otherwise` with a number."""
    words = re.findall(r"[a-z0-9]+", fold(title))
    stem = "-".join(words)[:48].strip("-")
    if stem and stem not in taken:
        return stem
    stem = stem or otherwise
    number = 2 if stem != otherwise else len(taken) + 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
