"""Rows of a question as the tree of its YAML: added, removed, moved, and left out when empty."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from lms.authoring.rules.bank.merging import free_key

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_ROWS = 40
_INNER = {"gaps": ("options", 3), "rubric": ("levels", 3)}
_KEYED = frozenset({"options", "choices", "items", "steps", "rubric"})


def add_row(tree: dict[str, Any], name: str) -> None:
    """Add an empty row to a list of the tree, with a key of its own, unless there are enough."""
    rows = tree.setdefault(name, [])
    if len(rows) >= MOST_ROWS:
        return
    if name == "sources":
        rows.append("")
        return
    taken = {str(row.get("key")) for row in rows}
    row: dict[str, Any] = {}
    if name in _KEYED:
        place = len(rows)
        row["key"] = free_key(LETTERS[place] if place < len(LETTERS) else f"n{place}", taken)
    if name == "gaps":
        row["key"] = free_key(f"gap-{len(rows) + 1}", taken)
    inner = _INNER.get(name)
    if inner is not None:
        for _place in range(inner[1]):
            add_row(row, inner[0])
    rows.append(row)


def rearranged(tree: Mapping[str, Any], act: str) -> dict[str, Any] | None:
    """The tree after a button beside a row, or None for a button that is none of these.

    `add:gaps-0-options` adds a row, `drop:options-2`, `up:options-2` and `down:options-2` act
    on one. What names a row that is not there changes nothing.
    """
    verb, colon, where = act.partition(":")
    if not colon or verb not in {"add", "drop", "up", "down"}:
        return None
    made = copy.deepcopy(dict(tree))
    steps = where.split("-")
    holder: dict[str, Any] = made
    while len(steps) > 2:
        rows = holder.get(steps[0])
        if not isinstance(rows, list) or not steps[1].isdecimal() or int(steps[1]) >= len(rows):
            return made
        holder, steps = rows[int(steps[1])], steps[2:]
    if verb == "add":
        if steps[0] in {*_KEYED, "sources", "answers", "gaps", "levels"}:
            add_row(holder, steps[0])
        return made
    rows = holder.get(steps[0], [])
    place = int(steps[1]) if len(steps) == 2 and steps[1].isdecimal() else len(rows)
    if not isinstance(rows, list) or place >= len(rows):
        return made
    if verb == "drop":
        del rows[place]
        return made
    other = place - 1 if verb == "up" else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return made


def without_empty_rows(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree without rows in which nobody wrote anything: their keys alone say nothing."""
    done: dict[str, Any] = {}
    for name, value in tree.items():
        if not isinstance(value, list):
            done[name] = value
            continue
        rows = [without_empty_rows(row) if isinstance(row, Mapping) else row for row in value]
        done[name] = [row for row in rows if _says_something(row)]
    return done


def _says_something(row: Any) -> bool:
    if not isinstance(row, Mapping):
        return bool(row)
    return any(value for name, value in row.items() if name not in {"key", "right"})
