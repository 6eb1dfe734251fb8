"""Names: one field as the person writes it, any script, never split. Pure."""

from __future__ import annotations

import unicodedata

from lms.core.errors import BadInputError
from lms.core.text import N_, fold

LONGEST = 200
"""Characters in one name, as the columns hold."""

_UNSHOWABLE = {"Cc", "Cs", "Co", "Cn"}
"""Unicode categories that no name has: control, surrogate, private use, unassigned."""

_JOINERS = {"\u200c", "\u200d"}
"""Zero-width joiner and non-joiner: Persian, Sinhala and Bangla names are spelt with them."""


def sort_name(name: str, list_name: str) -> str:
    """What a person is sorted by: the folded form for lists, or the folded name without one."""
    return fold(list_name or name)[:LONGEST]


def search_text(name: str, own_script_name: str, list_name: str, email: str) -> str:
    """All that finds a person by words, folded, one part a line; a search looks inside it."""
    parts = dict.fromkeys(fold(part) for part in (name, list_name, own_script_name, email) if part)
    return "\n".join(parts)[:1000]


def clean_name(typed: str, *, field: str = "name") -> str:
    """The name in NFC with single spaces; empty stays empty.

    Raises BadInputError on `field`, naming the character, for one that cannot be shown or
    printed: a control character, one of private use, or one Unicode has not assigned.
    Marks that only steer the direction of text or are invisible are left out silently,
    but for the two joiners that some scripts are spelt with.
    """
    name = _shown_part(typed)
    for place, character in enumerate(name, start=1):
        if unicodedata.category(character) in _UNSHOWABLE:
            raise BadInputError(
                N_(
                    "Character %(place)s of this name, U+%(code)s, cannot be shown or printed. "
                    "Type the name again without it."
                ),
                field=field,
                place=place,
                code=f"{ord(character):04X}",
            )
    if len(name) > LONGEST:
        raise BadInputError(
            N_("This is longer than %(longest)s characters. Write a shorter form."),
            field=field,
            longest=LONGEST,
        )
    return name


def _shown_part(typed: str) -> str:
    """What of the text is seen: composed, without invisible marks, single spaces.

    Empty if nothing but joiners is left.
    """
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", typed)
        if character in _JOINERS or unicodedata.category(character) != "Cf"
    )
    name = " ".join(unicodedata.normalize("NFC", seen).split())
    return name if name.strip("".join(_JOINERS) + " ") else ""
