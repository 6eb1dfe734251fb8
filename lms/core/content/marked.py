"""YAML in which every value keeps its line.

A deliberately small YAML: block or flow mappings and lists of plain values. Every
scalar stays the text its author wrote (`2.10` is a section, not the number 2.1;
`no` is a word until a field asks for yes or no); types are given by the model that
reads it. Anchors, aliases, tags, several documents and doubled keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from lms.core.content.problems import Problem, error
from lms.core.text import N_

Path = tuple[str | int, ...]
Tree = dict[str, "Data"]
Data = str | None | list["Data"] | Tree

# The C parser reads a course in a tenth of the time; both build the same nodes.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAXIMUM_CHARACTERS = 1_000_000
_MAXIMUM_DEPTH = 20
# What YAML itself does not allow in a stream.
_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Marked:
    """The data of one file and the line of every key and list item in it."""

    file: str
    data: Tree
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...] = field(default=())

    def line(self, path: Path) -> int:
        """Line of the value at `path`, or of the nearest thing above it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Walk:
    """One pass over the nodes, collecting data, lines and problems."""

    def __init__(self, file: str, offset: int) -> None:
        self.file = file
        self.offset = offset
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def line_of(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1 + self.offset

    def refuse(self, node: yaml.Node, path: Path, sentence: str, **values: object) -> None:
        self.problems.append(
            error(self.file, self.line_of(node), field_path(path), sentence, **values)
        )

    def value(self, node: yaml.Node, path: Path) -> Data:
        if id(node) in self.seen or len(path) > _MAXIMUM_DEPTH:
            self.refuse(node, path, N_("Write the value out: & and * marks are not used here."))
            return None
        self.seen.add(id(node))
        self.lines.setdefault(path, self.line_of(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        # An empty value after the colon means "not given"; "" in quotes is an empty text.
        written = node.value != "" or bool(getattr(node, "style", None))
        return str(node.value) if written else None

    def mapping(self, node: yaml.MappingNode, path: Path) -> Tree:
        found: Tree = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(key_node, path, N_("The name before the colon must be a plain word."))
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in found:
                self.refuse(
                    key_node, here, N_("%(key)s stands here twice. Keep one of them."), key=key
                )
                continue
            self.lines[here] = self.line_of(key_node)
            found[key] = self.value(value_node, here)
        return found


def field_path(path: Path) -> str:
    """`('slots', 2, 'question')` as `slots[3].question`: lists count from 1, as people do."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


def read_marked(file: str, text: str, *, offset: int = 0) -> Marked:
    """Read one YAML mapping; `offset` is the number of lines that stand before it in the file.

    Never raises: what cannot be read is an empty mapping with its problems.
    """
    if len(text) > _MAXIMUM_CHARACTERS:
        return _unreadable(file, 1, N_("The file is larger than a million characters. Divide it."))
    strange = _NOT_PRINTABLE.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1 + offset
        sentence = N_("A character that cannot be printed stands here (%(code)s). Delete it.")
        return _unreadable(file, line, sentence, code=f"U+{ord(strange.group()):04X}")
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        if fault.problem and "expected ':'" in fault.problem and fault.context_mark:
            # The parser notices a line later that the name before has no colon.
            mark = fault.context_mark
        line = (mark.line if mark else 0) + 1 + offset
        if fault.problem and "single document" in f"{fault.context} {fault.problem}":
            return _unreadable(file, line, N_("A second --- stands here. Keep one document."))
        sentence = N_(
            "This line cannot be read (%(detail)s). Look for a missing space after a colon, "
            "uneven indents, a tab, or a text that needs quotation marks."
        )
        return _unreadable(file, line, sentence, detail=fault.problem or "")
    except RecursionError:
        return _unreadable(file, 1, N_("The file is nested too deeply to be read."))
    if node is None:
        return Marked(file, {}, {(): 1 + offset})
    walk = _Walk(file, offset)
    data = walk.value(node, ())
    if _uses_tags(text):
        walk.refuse(node, (), N_("A mark beginning with ! stands here. Write plain values only."))
    if not isinstance(data, dict):
        walk.refuse(node, (), N_("The file must be a list of names with values, as in title: …"))
        data = {}
    return Marked(file, data, walk.lines, tuple(walk.problems))


def _uses_tags(text: str) -> bool:
    """Whether any node carries a tag (`!!str`); parsed again only if a ! follows a space."""
    if not re.search(r"(?:^|[\s\[{,])!", text):
        return False
    return any(getattr(event, "tag", None) for event in yaml.parse(text, Loader=_LOADER))


def _unreadable(file: str, line: int, sentence: str, **values: object) -> Marked:
    return Marked(file, {}, {(): line}, (error(file, line, "", sentence, **values),))
