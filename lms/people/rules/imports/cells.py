"""Reading one cell: what it says, as we keep it, or the problem with it."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from lms.core.errors import BadInputError
from lms.core.text import clean_line, fold
from lms.people.rules import names
from lms.people.rules.emails import clean_email, is_email
from lms.people.rules.imports.problems import Problem, shortened
from lms.people.rules.imports.words import SECTORS, SEXES, YES_OR_NO, find_word
from lms.people.rules.languages import find_language

LONGEST_LINE = 200
"""Characters of an agency or a post, as the columns of the tables hold."""
MOST_LANGUAGES = 20
LONGEST_TAG = 12

_TAG = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})+")

_BETWEEN = re.compile(r"[;,/|、،\n]+")


class CellError(Exception):
    """A cell that cannot be read; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_email(value: str) -> str:
    """The address as written, without what spreadsheets add to it."""
    address = clean_email(value)
    if not is_email(address):
        raise CellError(Problem("email", "email_form", {"value": shortened(value)}))
    return address


def read_name(field: str, value: str) -> str:
    """A name by the rule of all names (rules/names.py)."""
    try:
        return names.clean_name(value, field=field)
    except BadInputError as error:
        code = "name_character" if "place" in error.values else "too_long"
        raise CellError(Problem(field, code, dict(error.values))) from error


def read_line(field: str, value: str) -> str:
    """An agency or a post: one clean line."""
    line = clean_line(value)
    if len(line) > LONGEST_LINE:
        raise CellError(Problem(field, "too_long", {"longest": LONGEST_LINE}))
    return line


def read_language(field: str, value: str) -> str:
    """The code of one language."""
    code = find_language(value)
    if code is None:
        raise CellError(Problem(field, "language_unknown", {"value": shortened(value)}))
    return code


def read_tag(field: str, value: str) -> str:
    """The code of one language; a longer tag that names a known one, such as zh-Hant, stays."""
    if len(value) <= LONGEST_TAG and _TAG.fullmatch(value):
        read_language(field, value)
        return value
    return read_language(field, value)


def read_languages(value: str) -> list[str]:
    """Codes of several languages, in the order written, each once."""
    words = [word for word in map(str.strip, _BETWEEN.split(value)) if word]
    codes = [read_language("languages", word) for word in words[:MOST_LANGUAGES]]
    return list(dict.fromkeys(codes))


def read_time_zone(value: str) -> str:
    """The IANA name of a zone, found by that name or, where it is the only one, by its city."""
    folded = fold(value).replace(" ", "_")
    zone = _zones().get(folded) or _zones().get(f"/{folded}")
    if zone is None:
        raise CellError(Problem("time_zone", "time_zone_unknown", {"value": shortened(value)}))
    return zone


def read_word(field: str, code: str, words: Mapping[str, Any], value: str) -> Any:
    """What a known word stands for; `code` is the problem if it is not known."""
    found = find_word(words, value)
    if found is None:
        raise CellError(Problem(field, code, {"value": shortened(value)}))
    return found


READERS: Mapping[str, Callable[[str], Any]] = {
    "email": read_email,
    "name": lambda value: read_name("name", value),
    "own_script_name": lambda value: read_name("own_script_name", value),
    "own_script_language": lambda value: read_tag("own_script_language", value),
    "list_name": lambda value: read_name("list_name", value),
    "agency": lambda value: read_line("agency", value),
    "post": lambda value: read_line("post", value),
    "sector": lambda value: read_word("sector", "sector_unknown", SECTORS, value),
    "sex": lambda value: read_word("sex", "sex_unknown", SEXES, value),
    "languages": read_languages,
    "time_zone": read_time_zone,
    "interface_language": lambda value: read_tag("interface_language", value),
    "limited_listing": lambda value: read_word("limited_listing", "yes_or_no", YES_OR_NO, value),
}
"""How each column but the member is read; that one needs the list of members (rows)."""


@cache
def _zones() -> Mapping[str, str]:
    """Zones by their folded name, and under "/city" where one zone alone has that city."""
    every = sorted(name for name in zoneinfo.available_timezones() if "posix" not in name)
    cities: dict[str, set[str]] = {}
    for name in every:
        if name.count("/") >= 1 and not name.startswith(("Etc/", "right/", "US/")):
            cities.setdefault("/" + fold(name.rsplit("/", 1)[1]), set()).add(name)
    alone = {city: next(iter(zones)) for city, zones in cities.items() if len(zones) == 1}
    return {**{fold(name): name for name in every}, **alone}
