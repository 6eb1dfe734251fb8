"""Words that are marked for translation where they stand and translated where they are shown."""

from __future__ import annotations

import unicodedata


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark an English sentence for the catalogues; the page that shows it translates it."""
    return message


LARGEST_NUMBER = 10**15
"""What a number that somebody sends stays below; every id does."""


def whole_number(text: str) -> int:
    """The number these digits write, as `type=` of a query and `coerce=` of a field.

    ValueError unless they are at most 15 ASCII digits, with a minus or without: then every
    column, page and program holds it.
    """
    if not is_whole_number(text.removeprefix("-")):
        raise ValueError("This is no whole number that is used here.")
    return int(text)


def is_whole_number(text: str) -> bool:
    """Whether this is a number of 1 to 15 ASCII digits, without a sign."""
    return text.isascii() and text.isdecimal() and len(text) <= 15


def fold(text: str) -> str:
    """A form for comparing: compatibility-normalised, case-folded, single spaces.

    Follows Unicode's toNFKC_Casefold closely enough for e-mail addresses, names
    of members and agencies. Never shown to anybody.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clean_line(text: str) -> str:
    """One line as a person typed it: NFC, no control characters, no runs of spaces at the ends."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if character in "\t\r\n" else character
        for character in composed
        if character in "\t\r\n" or unicodedata.category(character) not in {"Cc", "Cs", "Co"}
    )
    return " ".join(kept.split(" ")).strip()
