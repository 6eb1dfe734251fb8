"""Reading names and addresses that somebody pasted, line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.errors import BadInputError
from lms.core.text import N_, fold
from lms.people.rules.emails import clean_email, is_email
from lms.people.rules.names import clean_name

MOST_LINES = 30
"""People invited at once by pasting; more come in as a file (imports)."""

_IN_ANGLES = re.compile(r"\s*(?P<name>.*?)[\s,;]*<(?P<email>[^<>]*)>\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One pasted line that names a person: its number (from 1), the words, and what they mean."""

    number: int
    typed: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class LineError:
    """What keeps a line from being used: an English sentence with its values."""

    number: int
    typed: str
    sentence: str
    values: dict[str, object]


def clean_address(typed: str, *, field: str = "email") -> str:
    """The bare address. Raises BadInputError on `field` if mail cannot be sent to it."""
    address = clean_email(typed)
    if not address:
        raise BadInputError(N_("Write the e-mail address."), field=field)
    if not is_email(address):
        raise BadInputError(
            N_("Write the address like name@agency.example, with one @ and no spaces."),
            field=field,
        )
    return address


def read_lines(pasted: str) -> tuple[list[Line], list[LineError]]:
    """The people of the pasted lines, and what is wrong with each line that names nobody.

    A line is "name, e-mail" (comma, semicolon or tab, as spreadsheets paste) or
    "name <e-mail>". Empty lines are skipped; numbers count them. An address that stands
    on two lines is an error of the second.
    """
    lines: list[Line] = []
    errors: list[LineError] = []
    seen: dict[str, int] = {}
    typed_lines = [
        (number, typed.strip())
        for number, typed in enumerate(pasted.splitlines(), start=1)
        if typed.strip()
    ]
    for number, typed in typed_lines:
        try:
            line = _read_line(number, typed)
            first = seen.setdefault(fold(line.email), number)
            if first != number:
                raise BadInputError(N_("The same address stands on line %(first)s."), first=first)
            if len(lines) + len(errors) >= MOST_LINES:
                raise BadInputError(
                    N_("Paste at most %(most)s lines at once, or import a file."), most=MOST_LINES
                )
            lines.append(line)
        except BadInputError as error:
            errors.append(LineError(number, typed, error.sentence, error.values))
    return lines, errors


def _read_line(number: int, typed: str) -> Line:
    in_angles = _IN_ANGLES.fullmatch(typed)
    if in_angles is not None:
        name, email = in_angles["name"].strip(' "'), in_angles["email"]
    else:
        name, email = _split(typed)
    if not name:
        raise BadInputError(N_("Write the name before the address, with a comma between them."))
    return Line(number, typed, clean_name(name), clean_address(email))


def _split(typed: str) -> tuple[str, str]:
    """Cut a line at its last separator; names may hold commas ("Sok, Dara, dara@…")."""
    cut = max(typed.rfind(separator) for separator in ",;\t")
    if cut < 0:
        raise BadInputError(N_("Write the name, a comma, and the e-mail address."))
    return typed[:cut].strip(' ,;\t"'), typed[cut + 1 :].strip(' "')


def missing_numbers(errors: Sequence[LineError]) -> str:
    """The numbers of the lines with errors, for the one sentence above them."""
    return ", ".join(str(error.number) for error in errors)
