"""Changing one item of a bank file and leaving every other byte as it was. Pure.

An item is cut out by its lines and the new one put in their place, so that comments and
hand-made line breaks of the other items survive. Where the file is written in a way that
does not allow it (other indents, everything on one line), it becomes canonical as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lms.authoring.rules.bank.reading import (
    BankFile,
    Item,
    item_of,
    ordered,
    read_bank_file,
)
from lms.core.content.canonical import write_yaml
from lms.core.content.marked import Tree
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.courses.layout import path_in

LARGEST_FILE = 600_000
"""Letters of one bank file; a file of a course may have a million."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UNREADABLE = N_("%(file)s has a mistake at line %(line)s. Mend it in the text of the file first.")
_FULL = N_("%(file)s is full. Choose another bank file, or name a new one.")


def bank_path(name: str, language: str | None = None) -> str:
    """The path of the bank file of this name: `checks`, `id` → `bank/checks.id.yaml`.

    Raises ValueError for a name that is no key.
    """
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise ValueError(name)
    return path_in(f"bank/{name}.yaml", language)


def tree_of(values: Mapping[str, Any]) -> Tree:
    """Values of a form as YAML would be read: texts, lists and names; True as yes; no nothing."""
    return {name: _plain(value) for name, value in values.items() if not _is_nothing(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tree_of(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value if not _is_nothing(part)]
    return "yes" if value is True else str(value)


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {}, ())


def with_items(content: bytes, path: str, trees: Mapping[int, Tree]) -> bytes:
    """The file with these in place of the items at those places.

    Raises NotPossibleError when the file cannot be read or would grow too large.
    """
    file = _readable(path, content)
    items = [
        item_of(path, item.place, trees[item.place]) if item.place in trees else item
        for item in file.items
    ]
    lines = content.decode().split("\n")
    for place in sorted(trees, reverse=True):
        begin, end = _span(file, lines, place)
        lines[begin:end] = items[place].text.rstrip("\n").split("\n")
    return _whole(file, items, "\n".join(lines))


def with_new(content: bytes | None, path: str, trees: Sequence[Tree]) -> bytes:
    """The file with these items at its end; None is a file that does not exist yet."""
    if content is None:
        file = BankFile(path, path, None, (), {}, ())
        text = "questions:\n"
    else:
        file = _readable(path, content)
        text = content.decode().rstrip("\n") + "\n"
    first = len(file.items)
    items = [*file.items, *(item_of(path, first + n, tree) for n, tree in enumerate(trees))]
    return _whole(file, items, text + "".join(item.text for item in items[first:]))


def without(content: bytes, path: str, key: str) -> bytes | None:
    """The file without the item of this key; None when nothing is left, so that it goes."""
    file = _readable(path, content)
    kept = [item for item in file.items if item.key != key]
    if not kept:
        return None
    lines = content.decode().split("\n")
    for item in reversed(file.items):
        if item.key == key:
            begin, end = _span(file, lines, item.place)
            del lines[begin:end]
    return _whole(file, kept, "\n".join(lines))


def _readable(path: str, content: bytes) -> BankFile:
    file = read_bank_file(path, content)
    if not file.is_readable:
        line = file.problems[0].line or 1
        raise NotPossibleError(_UNREADABLE, file=path, line=line)
    return file


def _span(file: BankFile, lines: Sequence[str], place: int) -> tuple[int, int]:
    """The lines of an item, counted from 0, the last not included. Remarks and empty lines
    before the next item belong to the next."""
    begin = file.spans[place] - 1
    is_last = place + 1 == len(file.spans)
    end = len(lines) if is_last else file.spans[place + 1] - 1
    while end > begin + 1 and not lines[end - 1].strip():
        end -= 1
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    while end > begin + 1 and _is_remark(lines[end - 1], indent):
        end -= 1
    return begin, end


def _is_remark(line: str, indent: int) -> bool:
    """A comment that stands no deeper than the items: inside a text it would be words."""
    words = line.lstrip()
    return not words or (words.startswith("#") and len(line) - len(words) <= indent)


def _whole(file: BankFile, items: Sequence[Item], text: str) -> bytes:
    """The text if it reads as these items, else the canonical file of them."""
    wanted = [item.text for item in items]
    made = text.rstrip("\n") + "\n"
    read = read_bank_file(file.path, made.encode())
    if (
        not read.is_readable
        or [item.text for item in read.items] != wanted
        or (dict(read.head) != dict(file.head))
    ):
        head = write_yaml(ordered(file.head)) if file.head else ""
        made = f"{head}questions:\n{''.join(wanted)}"
    if len(made) > LARGEST_FILE:
        raise NotPossibleError(_FULL, file=file.path)
    return made.encode()
