"""Cells that spreadsheet programs must not take for formulas (CWE-1236)."""

from __future__ import annotations

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program calculate, also in its full-width form (OWASP)."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def inert(text: str) -> str:
    """The text with an apostrophe before it if a program would calculate it; numbers stay.

    Leading blanks do not hide a formula: some programs trim them.
    """
    stripped = text.lstrip(" \u00a0\ufeff\0")
    if stripped.startswith(_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
