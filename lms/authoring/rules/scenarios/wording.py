"""Variables, their changes and conditions as trainers write them in one line each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_CHANGE = re.compile(r"\s*([a-z0-9-]+?)\s*([+\-−])\s*(\d{1,3})\s*")
_CONDITION = re.compile(r"\s*([a-z0-9-]+?)\s*(>=|<=|≥|≤)\s*([-−]?\d{1,3})\s*")
_VARIABLE = re.compile(r"\s*([a-z0-9-]+)\s*[:=]\s*(.+?)\s*(?:\(\s*([-−]?\d{1,3})\s*\))?\s*")


class UnreadableError(ValueError):
    """A line that follows no pattern; `args[0]` is the part that could not be read."""


def changes_in(text: str) -> dict[str, int]:
    """`trust +1, safety -2` as amounts by variable. Raises UnreadableError."""
    found: dict[str, int] = {}
    for part in _parts(text):
        match = _CHANGE.fullmatch(part)
        if match is None:
            raise UnreadableError(part)
        name, sign, amount = match.groups()
        found[name] = int(amount) if sign == "+" else -int(amount)
    return found


def changes_as_words(change: Any) -> str:
    """The line `changes_in` reads."""
    if not isinstance(change, Mapping):
        return ""
    return ", ".join(f"{key} {_signed(value)}" for key, value in change.items())


def conditions_in(text: str) -> list[dict[str, Any]]:
    """`trust >= 1, safety <= 0` as conditions, one for each variable. Raises UnreadableError."""
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(text):
        match = _CONDITION.fullmatch(part)
        if match is None:
            raise UnreadableError(part)
        name, sign, amount = match.groups()
        bound = "at_least" if sign in {">=", "≥"} else "at_most"
        row = found.setdefault(name, {"variable": name})
        row[bound] = int(amount.replace("−", "-"))
    return list(found.values())


def conditions_as_words(conditions: Any) -> str:
    """The line `conditions_in` reads."""
    parts = []
    for row in conditions if isinstance(conditions, Sequence) else ():
        if isinstance(row, Mapping):
            for bound, sign in (("at_least", ">="), ("at_most", "<=")):
                if row.get(bound) is not None:
                    parts.append(f"{row.get('variable') or ''} {sign} {row[bound]}")
    return ", ".join(parts)


def variables_in(text: str) -> list[dict[str, Any]]:
    """Lines `trust: Trust of the crew (0)` as variables. Raises UnreadableError."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _VARIABLE.fullmatch(line)
        if match is None:
            raise UnreadableError(line)
        key, label, start = match.groups()
        row: dict[str, Any] = {"key": key, "label": label}
        if start and int(start.replace("−", "-")):
            row["start"] = int(start.replace("−", "-"))
        found.append(row)
    return found


def variables_as_words(variables: Any) -> str:
    """The lines `variables_in` reads."""
    lines = []
    for row in variables if isinstance(variables, Sequence) else ():
        if isinstance(row, Mapping):
            start = f" ({row['start']})" if row.get("start") not in (None, "0", 0) else ""
            lines.append(f"{row.get('key') or ''}: {row.get('label') or ''}{start}")
    return "\n".join(lines)


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,;\n]", text) if part.strip()]


def _signed(value: Any) -> str:
    text = str(value)
    return text if text.startswith("-") else f"+{text.removeprefix('+')}"
