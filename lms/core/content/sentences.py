"""What pydantic refuses, as sentences with file, line and field."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from lms.core.content.marked import Data, Marked, Path, field_path
from lms.core.content.problems import Problem, error
from lms.core.text import N_

T = TypeVar("T")

_KEY_SENTENCE = N_(
    '"%(value)s" cannot be a key. Use small letters a to z, digits and single hyphens, '
    "as in first-contact."
)
_SENTENCES: Mapping[str, str] = {
    "missing": N_("%(name)s is missing. Add it."),
    "bool_parsing": N_("Write yes or no, not %(value)s."),
    "bool_type": N_("Write yes or no."),
    "int_parsing": N_("Write a whole number, not %(value)s."),
    "int_type": N_("Write a whole number."),
    "float_parsing": N_("Write a number with a point, as in 2.5, not %(value)s."),
    "float_type": N_("Write a number, as in 2.5."),
    "finite_number": N_("Write an ordinary number."),
    "string_type": N_("Write a text here, not a list or nothing."),
    "tuple_type": N_("Write a list here: one item to a line, each after a hyphen."),
    "list_type": N_("Write a list here: one item to a line, each after a hyphen."),
    "dict_type": N_("Write names with values here, one to a line."),
    "model_type": N_("Write names with values here, one to a line."),
    "model_attributes_type": N_("Write names with values here, one to a line."),
    "literal_error": N_("%(value)s is not one of: %(expected)s."),
    "enum": N_("%(value)s is not one of: %(expected)s."),
    "union_tag_invalid": N_("%(value)s is not one of: %(expected)s."),
    "union_tag_not_found": N_("type is missing. Add it."),
    "string_too_long": N_("This is longer than %(limit)s characters. Shorten it."),
    "string_too_short": N_("This is shorter than %(limit)s characters."),
    "too_short": N_("At least %(limit)s are needed here; there are %(actual)s."),
    "too_long": N_("At most %(limit)s can stand here; there are %(actual)s."),
    "greater_than_equal": N_("Write %(limit)s or more, not %(value)s."),
    "greater_than": N_("Write more than %(limit)s, not %(value)s."),
    "less_than_equal": N_("Write %(limit)s or less, not %(value)s."),
    "date_from_datetime_parsing": N_("Write the date as 2026-11-09."),
}
_OTHER = N_("This cannot be used: %(detail)s.")


def read_value(adapter: TypeAdapter[T], marked: Marked) -> tuple[T | None, list[Problem]]:
    """The value the file holds, or None and every problem found in it."""
    problems = list(marked.problems)
    try:
        value = adapter.validate_python(marked.data)
    except ValidationError as fault:
        names = _names_known(adapter)
        details = fault.errors()
        problems += [
            _problem(marked, detail, names) for detail in details if not _follows(detail, details)
        ]
        return None, problems
    return (None if problems else value), problems


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """A list counts as too short when items in it are broken: only the items are told."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in details
    )


def _problem(marked: Marked, detail: ErrorDetails, names: frozenset[str]) -> Problem:
    path = _path_in(marked.data, detail["loc"])
    kind = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx") or {}
    line, where = marked.line(path), field_path(path)
    if kind == "extra_forbidden":
        return _unknown_name(marked, path, names)
    if kind == "sentence":
        given = dict(context)
        return error(marked.file, line, where, str(given.pop("sentence")), **given)
    values: dict[str, object] = {
        "name": str(detail["loc"][-1]) if detail["loc"] else "",
        "value": _short(detail.get("input")),
        "expected": _expected(context),
        "limit": _limit(context),
        "actual": context.get("actual_length", ""),
        "detail": detail["msg"],
    }
    if kind.startswith("union_tag"):
        line, where = marked.line((*path, "type")), field_path((*path, "type"))
        values["value"] = context.get("tag", "")
    if kind == "string_pattern_mismatch":
        return error(marked.file, line, where, _KEY_SENTENCE, value=values["value"])
    if detail.get("input") is None and kind.endswith(("_type", "_parsing")):
        sentence = N_("Nothing stands after %(name)s. Write a value, or leave the line out.")
        return error(marked.file, line, where, sentence, name=values["name"])
    return error(marked.file, line, where, _SENTENCES.get(kind, _OTHER), **values)


def _unknown_name(marked: Marked, path: Path, names: frozenset[str]) -> Problem:
    name = str(path[-1]) if path else ""
    near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.7)
    line, where = marked.line(path), field_path(path)
    if near and near[0] != name:
        sentence = N_("%(name)s is not a name of this format. Did you mean %(near)s?")
        return error(marked.file, line, where, sentence, name=name, near=near[0])
    sentence = N_("%(name)s is not a name that can stand here. Take it out.")
    return error(marked.file, line, where, sentence, name=name)


def _path_in(data: Data, location: tuple[str | int, ...]) -> Path:
    """Pydantic's place without the tags of unions, which no author wrote."""
    path: list[str | int] = []
    here: Data = data
    for place, part in enumerate(location):
        if isinstance(here, dict) and part in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif place < len(location) - 1 or not isinstance(here, dict) or part == here.get("type"):
            continue
        path.append(part)
    return tuple(path)


@lru_cache(maxsize=64)
def _names_known(adapter: TypeAdapter[Any]) -> frozenset[str]:
    """All field names that can occur anywhere in the type, for "did you mean"."""
    schema = adapter.json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for part in parts for name in part.get("properties", {}))


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _expected(context: Mapping[str, Any]) -> str:
    text = str(context.get("expected", context.get("expected_tags", "")))
    return text.replace("'", "").replace(" or ", ", ")


def _limit(context: Mapping[str, Any]) -> object:
    names = ("max_length", "min_length", "ge", "gt", "le", "lt")
    found: object = next((context[name] for name in names if name in context), "")
    return int(found) if isinstance(found, float) and found.is_integer() else found
