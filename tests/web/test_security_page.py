"""The page on security names tests; each of them is there."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py::test_\w+)`", PAGE)))
CLASSES = 25


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of the tests of a file, without running it."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("test", NAMED)
def test_named_test_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in named_in(path)


def test_every_class_has_a_row_with_a_test_or_a_reason() -> None:
    rows = [
        line.strip("|").split("|") for line in PAGE.splitlines() if re.match(r"\| \d+ \|", line)
    ]
    assert [int(cells[0]) for cells in rows] == list(range(1, CLASSES + 1))
    for number, *_rest, proof in rows:
        assert "::test_" in proof or "cannot apply" in proof, number
    assert len(NAMED) > CLASSES
