"""Other files of a draft between YAML and the forms they are edited in. Pure.

What stands in the file and not in the form is kept. A file may be unfinished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.authoring.rules.new_course import free_key, key_from
from lms.core.content.canonical import write_yaml
from lms.core.content.marked import Data
from lms.courses.folder import SourceFile, read_text
from lms.courses.layout import place_of
from lms.courses.writing import file_text


def read_yaml(path: str, content: bytes) -> SourceFile:
    """The file as far as it can be read. Raises ValueError for a path that is none of a course."""
    place = place_of(path)
    if place is None or place.shape.markdown:
        raise ValueError(path)
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return read_text(path, place, text)


def is_writable(source: SourceFile) -> bool:
    """Whether a form can show the file: its YAML can be read and holds no unknown name."""
    known = {field.alias or name for name, field in source.place.shape.value.model_fields.items()}
    return bool(source.marked.data) and source.marked.data.keys() <= known


def rewritten(source: SourceFile, changes: Mapping[str, object]) -> bytes:
    """The file with these values; those that are empty are left out. Canonical when readable."""
    tree: dict[str, object] = {}
    for name in source.place.shape.value.model_fields:
        value = changes[name] if name in changes else source.marked.data.get(name)
        if value not in (None, "", [], {}):
            tree[name] = value
    text = write_yaml(tree)
    again = read_text(source.path, source.place, text)
    return (file_text(again.value) if again.value is not None else text).encode()


def text_of(data: Data) -> str:
    """A value as its author wrote it; nothing for lists and mappings."""
    return data if isinstance(data, str) else ""


def texts_of(data: Data) -> list[str]:
    """A list of plain values."""
    return [item for item in data if isinstance(item, str)] if isinstance(data, list) else []


def rows_of(data: Data) -> list[Mapping[str, Data]]:
    """A list of things with several values."""
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def as_before(before: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """What was ticked, in the order in which its author had it; what is new stands behind."""
    return [key for key in before if key in chosen] + [key for key in chosen if key not in before]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of a list as it was typed: its key, empty for a new one, and its words."""

    key: str
    words: str
    more: str = ""
    also: str = ""


def objectives_from(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Objectives as YAML: the keys of those that stood stay, new ones get one of their words."""
    kept = [row for row in rows if row.words]
    taken = {row.key for row in kept if row.key}
    found = []
    for row in kept:
        key = row.key or free_key(key_from(row.words)[:40].strip("-"), taken, "objective")
        taken.add(key)
        found.append({"key": key, "text": row.words})
    return found


def terms_from(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Terms as YAML; `also` holds other forms with commas between them."""
    kept = [row for row in rows if row.words]
    taken = {row.key for row in kept if row.key}
    found: list[dict[str, object]] = []
    for row in kept:
        key = row.key or free_key(key_from(row.words), taken, "term")
        taken.add(key)
        term: dict[str, object] = {"key": key, "term": row.words, "definition": row.more}
        also = [part.strip() for part in row.also.split(",") if part.strip()]
        if also:
            term["also"] = also
        found.append(term)
    return found


def certificates_from(
    before: Sequence[Mapping[str, Data]], hours: Mapping[str, str]
) -> list[dict[str, object]]:
    """The rules of certificates with these hours by kind; a kind without hours goes."""
    found: list[dict[str, object]] = []
    known = {text_of(rule.get("kind")): rule for rule in before}
    for kind, typed in hours.items():
        if typed:
            rest = {k: v for k, v in known.get(kind, {}).items() if k not in {"kind", "hours"}}
            found.append({"kind": kind, "hours": typed, **rest})
    return found
