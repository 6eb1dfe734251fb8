"""Listing a new activity in the file of a module."""

from __future__ import annotations

from lms.core.content.canonical import write_yaml
from lms.core.content.marked import read_marked
from lms.courses.folder import read_text
from lms.courses.layout import place_of
from lms.courses.writing import file_text


def listed_in_module(path: str, content: bytes, key: str) -> bytes | None:
    """The module's file with one more activity at its end; None where it cannot be read."""
    place = place_of(path)
    marked = read_marked(path, content.decode("utf-8", errors="replace"))
    if marked.problems or place is None:
        return None
    listed = marked.data.get("activities")
    if listed is not None and not isinstance(listed, list):
        return None
    tree = {name: value for name, value in marked.data.items() if value is not None}
    tree["activities"] = [*(listed or []), key]
    text = write_yaml(tree)
    value = read_text(path, place, text).value
    return (text if value is None else file_text(value)).encode()
