"""Writing YAML in one canonical form, so that the same value always gives the same bytes.

Canonical means: names in the order the model lists them; what equals its default left
out; block style, two spaces a level, a list's hyphen under its name; a text on one line
bare where YAML reads it back unchanged, else in quotes; a long line folded (`>`)
at 96 columns, several lines literal (`|`); yes and no; whole numbers without a point;
UTF-8, NFC, LF, one newline at the end. Reading what was written gives the same value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml
from pydantic import BaseModel

WIDTH = 96
_SAFE_START = re.compile(r"^[^\s\-?:,\[\]{}#&*!|>'\"%@`~=<]")


def plain_tree(value: BaseModel, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Names and values of a model as an author would write them: no defaults, no computed names."""
    tree: dict[str, Any] = {}
    for name, field in type(value).model_fields.items():
        if name in leave_out:
            continue
        found = getattr(value, name)
        if not field.is_required() and found == field.get_default(call_default_factory=True):
            continue
        tree[field.alias or name] = _plain(found)
    return tree


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return plain_tree(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def write_yaml(tree: Mapping[str, Any]) -> str:
    """The canonical text of a tree of mappings, lists, texts, numbers and booleans."""
    return "".join(f"{line}\n" if line else "\n" for line in _mapping(tree, 0))


def _mapping(tree: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in tree.items():
        yield from _entry(f"{' ' * indent}{_scalar(key, indent)}:", value, indent)


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        if not value:
            yield f"{head} {{}}"
        else:
            yield head
            yield from _mapping(value, indent + 2)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _sequence(head, value, indent)
    else:
        yield from _text(head, value, indent)


def _sequence(head: str, value: Sequence[Any], indent: int) -> Iterator[str]:
    if not value:
        yield f"{head} []"
        return
    short = _flow(value)
    if short is not None and len(head) + 1 + len(short) <= WIDTH:
        yield f"{head} {short}"
        return
    yield head
    for item in value:
        yield from _item(item, indent + 2)


def _item(item: Any, indent: int) -> Iterator[str]:
    if isinstance(item, Mapping) and item:
        lines = list(_mapping(item, indent + 2))
        yield f"{' ' * indent}- {lines[0][indent + 2 :]}"
        yield from lines[1:]
    else:
        yield from _entry(f"{' ' * indent}-", item, indent)


def _flow(value: Sequence[Any]) -> str | None:
    """`[a, b, c]` when every item is a number or a short word without spaces, else None."""
    parts = []
    for item in value:
        text = _scalar(item, 0) if not isinstance(item, Mapping | list) else ""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.()-]*(?::[A-Za-z0-9.()-]+)?", text):
            return None
        parts.append(text)
    return f"[{', '.join(parts)}]"


def _text(head: str, value: Any, indent: int) -> Iterator[str]:
    text = _scalar(value, indent)
    if not isinstance(value, str):
        yield f"{head} {text}"
    elif "\n" in value and _may_stand_in_block(value):
        yield f"{head} |"
        for line in value.split("\n"):
            yield f"{' ' * (indent + 2)}{line}" if line else ""
    elif len(head) + 1 + len(text) > WIDTH and _may_stand_in_block(value) and "  " not in value:
        yield f"{head} >"
        yield from _folded(value, indent + 2)
    else:
        yield f"{head} {text}"


def _may_stand_in_block(value: str) -> bool:
    """Block texts lose the newline at their end and cannot begin with a space."""
    return value == value.strip() and value != "" and "\r" not in value


def _folded(value: str, indent: int) -> Iterator[str]:
    line = ""
    for word in value.split(" "):
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            yield f"{' ' * indent}{line}"
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield f"{' ' * indent}{line}"


def _scalar(value: Any, indent: int) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, str):
        return value if _bare(value) else _quoted(value)
    return str(value)


@lru_cache(maxsize=4096)
def _bare(value: str) -> bool:
    """Whether YAML reads the text back unchanged without quotation marks."""
    if not _SAFE_START.match(value) or ": " in value or " #" in value or value != value.strip():
        return False
    if value.endswith(":") or not value.isprintable() or re.search(r"[\[\]{},]", value[:1]):
        return False
    if value[0].isascii() and value[0].isalnum():
        # A plain scalar by YAML's own rules (7.3.3); parsing each would take most of the time.
        return True
    try:
        read = yaml.compose(f"a: {value}", Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return False
    if not isinstance(read, yaml.MappingNode) or len(read.value) != 1:
        return False
    found = read.value[0][1]
    return isinstance(found, yaml.ScalarNode) and found.value == value


def _quoted(value: str) -> str:
    if '"' in value and value.isprintable() and "\\" not in value:
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    text = json.dumps(value, ensure_ascii=False)
    return "".join(
        character if character.isprintable() else f"\\U{ord(character):08x}" for character in text
    )
