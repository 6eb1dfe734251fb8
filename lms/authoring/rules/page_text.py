"""A page between its file and the form it is edited in. Pure.

What stands in the file and not in the form is kept; a page may be as unfinished as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.authoring.rules.merging import Marks, Merged, merge
from lms.core.content.canonical import write_yaml
from lms.core.content.frontmatter import join_front_matter
from lms.core.content.marked import Data
from lms.courses.folder import SourceFile, read_text
from lms.courses.layout import place_of
from lms.courses.values.page import Page
from lms.courses.writing import file_text

_IN_FORM = ("title", "minutes", "summary", "objectives", "cites", "required", "alternative_to")
_ORDER = tuple(name for name in Page.model_fields if name not in {"kind", "file", "body"})


@dataclass(frozen=True, slots=True)
class PageFields:
    """What the form holds, as it was typed."""

    title: str = ""
    minutes: str = ""
    summary: str = ""
    objectives: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    required: bool = True
    alternative_to: str = ""
    body: str = ""


def read_page(path: str, content: bytes) -> SourceFile:
    """The file as far as it can be read. Raises ValueError for a path that is no page's."""
    place = place_of(path)
    if place is None or place.shape.value is not Page:
        raise ValueError(path)
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return read_text(path, place, text)


def has_a_head(source: SourceFile) -> bool:
    """Whether the head can be read at all; else the page is mended as text."""
    return bool(source.marked.data) and source.marked.data.keys() <= {*_ORDER}


def fields_of(source: SourceFile) -> PageFields:
    """What the form shows of a file."""
    data = source.marked.data
    return PageFields(
        title=_text(data.get("title")),
        minutes=_text(data.get("minutes")),
        summary=_text(data.get("summary")),
        objectives=_texts(data.get("objectives")),
        cites=_texts(data.get("cites")),
        required=_text(data.get("required")).casefold() not in {"no", "false"},
        alternative_to=_text(data.get("alternative_to")),
        body=source.body.replace("\r\n", "\n").rstrip("\n"),
    )


def page_bytes(path: str, fields: PageFields, before: SourceFile) -> bytes:
    """The file with these fields; canonical as soon as it can be read.

    What `before` holds besides the form, such as the key and the mark of a translation, stays.
    """
    head: dict[str, object] = {}
    given = _given(fields)
    for name in _ORDER:
        if name in _IN_FORM:
            if name in given:
                head[name] = given[name]
        elif before.marked.data.get(name) is not None:
            head[name] = before.marked.data[name]
    if before.place.name:
        head = {"key": before.place.name, **{k: v for k, v in head.items() if k != "key"}}
        if "translation" in head:
            head = {"translation": head["translation"], **head}
    body = fields.body.replace("\r\n", "\n").strip("\n")
    text = join_front_matter(write_yaml(head), body)
    source = read_text(path, before.place, text)
    return (file_text(source.value) if source.value is not None else text).encode()


def _given(fields: PageFields) -> dict[str, object]:
    minutes = fields.minutes.strip()
    whole = minutes.isascii() and minutes.isdecimal()
    tree: dict[str, object] = {
        "title": " ".join(fields.title.split()),
        "minutes": int(minutes) if whole and len(minutes) < 6 else minutes,
        "summary": " ".join(fields.summary.split()),
        "objectives": list(fields.objectives),
        "cites": list(fields.cites),
        "alternative_to": fields.alternative_to,
    }
    kept = {name: value for name, value in tree.items() if value or value == 0}
    if not fields.required:
        kept["required"] = False
    return kept


@dataclass(frozen=True, slots=True)
class MergedPage:
    """Both people's pages in one: `differing` names fields in which theirs stands and mine is
    another; `conflicts` counts places of the body where both stand."""

    fields: PageFields
    differing: Mapping[str, object]
    conflicts: int


def merge_pages(
    base: PageFields | None, mine: PageFields, theirs: PageFields, marks: Marks
) -> MergedPage:
    """Field by field: who alone changed one has it; in the body line by line."""
    chosen: dict[str, Any] = {}
    differing: dict[str, object] = {}
    for name in _IN_FORM:
        one, two = getattr(mine, name), getattr(theirs, name)
        before = getattr(base, name) if base is not None else None
        if one == two or (base is not None and one == before):
            chosen[name] = two
        elif base is not None and two == before:
            chosen[name] = one
        else:
            chosen[name] = two
            differing[name] = one
    body: Merged = merge(base.body if base is not None else None, mine.body, theirs.body, marks)
    fields = dataclasses.replace(theirs, **chosen, body=body.text)
    return MergedPage(fields, differing, body.conflicts)


def _text(value: Data) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Data) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
