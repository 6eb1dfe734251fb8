"""Joining a question that comes back with the item that stands here. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lms.core.content.marked import Data, Tree
from lms.core.text import fold

ROWS = ("options", "choices", "items", "steps", "answers", "gaps", "rubric")
"""The names under which questions of any type have rows."""
FLAGS = ("partial", "keep_order")
_GAP = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")


def merged(tree: Tree, standing: Mapping[str, Data]) -> Tree:
    """The tree with what the file had no place for, taken from the item that stands here.

    Rows with the same words keep their keys, so that evidence and statistics stay theirs.
    """
    if tree.get("type") != standing.get("type"):
        return tree
    tree = _with_own_gaps(tree, standing)
    made = {**{n: v for n, v in standing.items() if n not in tree and n not in FLAGS}, **tree}
    for name in ROWS:
        new, old = tree.get(name), standing.get(name)
        if isinstance(new, list) and isinstance(old, list) and name != "choices":
            made[name] = _merged_rows(new, old)
    if isinstance(tree.get("choices"), list) and isinstance(standing.get("choices"), list):
        _merge_choices(made, tree, standing)
    return made


def _merged_rows(new: list[Data], old: list[Data]) -> list[Data]:
    """Rows of the file with keys, and what else they lack, of the rows with the same words."""
    standing = {_name_of(row): row for row in old if isinstance(row, dict)}
    kept = {str(row.get("key")) for row in old if isinstance(row, dict)}
    rows: list[Data] = []
    for row in new:
        if not isinstance(row, dict):
            continue
        own = standing.pop(_name_of(row), None)
        if own is None:
            key = free_key(str(row.get("key", "")), kept)
            kept.add(key)
            rows.append({**row, "key": key} if "key" in row else row)
            continue
        made: Tree = {**{name: value for name, value in own.items() if name != "right"}, **row}
        if "key" in own:
            made["key"] = own["key"]
        for name in ("options", "levels"):
            inner, stood = row.get(name), own.get(name)
            if isinstance(inner, list) and isinstance(stood, list):
                made[name] = _merged_rows(inner, stood)
        rows.append(made)
    return rows


def _merge_choices(made: Tree, tree: Tree, standing: Mapping[str, Data]) -> None:
    """Choices in the order they have here, with those that nothing belongs to: pairs, as other
    systems keep them, say neither."""
    new, old = _rows(tree, "choices"), _rows(standing, "choices")
    rows = {_name_of(row): row for row in _merged_rows([*new], [*old]) if isinstance(row, dict)}
    renamed = {str(row.get("key")): str(rows[_name_of(row)].get("key")) for row in new}
    used = {row.get("choice") for row in _rows(standing, "items")}
    unused = {_name_of(row): row for row in old if row.get("key") not in used}
    in_order = [rows.pop(_name_of(row), unused.get(_name_of(row))) for row in old]
    made["choices"] = [*(row for row in in_order if row is not None), *rows.values()]
    said = {_name_of(row): renamed.get(str(row.get("choice")), "") for row in _rows(tree, "items")}
    made["items"] = [{**row, "choice": said[_name_of(row)]} for row in _rows(made, "items")]


def _with_own_gaps(tree: Tree, standing: Mapping[str, Data]) -> Tree:
    """Gaps are named by their place in other systems; here they keep the names they have."""
    own = _GAP.findall(str(standing.get("prompt", "")))
    names = dict(zip(_GAP.findall(str(tree.get("prompt", ""))), own, strict=False))
    if tree.get("type") != "gap-select" or len(set(own)) != len(own):
        return tree
    gaps: list[Data] = [
        {**row, "key": names.get(str(row.get("key")), row.get("key"))}
        for row in _rows(tree, "gaps")
    ]
    prompt = _GAP.sub(
        lambda mark: f"{{{names.get(mark[1], mark[1])}}}", str(tree.get("prompt", ""))
    )
    return {**tree, "prompt": prompt, "gaps": gaps}


def _rows(tree: Mapping[str, Data], name: str) -> list[Tree]:
    listed = tree.get(name)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _name_of(row: Tree) -> str:
    """What tells a row from its neighbours: its words, or its key where it has none."""
    text = row.get("text")
    return fold(text) if isinstance(text, str) else f"key {row.get('key')}"


def free_key(wish: str, used: Iterable[str]) -> str:
    """The key itself, or with a number behind it that nothing has yet."""
    taken = used if isinstance(used, set | frozenset) else set(used)
    if wish not in taken:
        return wish
    number = 2
    while f"{wish}-{number}" in taken:
        number += 1
    return f"{wish}-{number}"
