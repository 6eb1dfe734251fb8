"""Texts of sections as they are compared: words without differences that only print makes. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MARKS = re.compile(r"[*_`#>|\\]|^\s*(?:[-+•]|\d{1,2}[.)])\s+|^\s*:?-{3,}:?\s*$", re.MULTILINE)
_HYPHENS = re.compile(r"[\u00ad\u2010\u2011]")
_WORD = re.compile(r"\S+")
_SLUG = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(
    r"^\s*(?:(?:chapter|section|part|annex|bab|bagian)\s+)?[0-9ivx.]{1,8}[.):\s]+", re.I
)
LONGEST_KEY = 60


def words_of(text: str) -> list[str]:
    """The words of a text in Markdown: without its marks, in one composition, quotation marks
    and dashes of one sort."""
    plain = _MARKS.sub(" ", unicodedata.normalize("NFKC", text))
    plain = _HYPHENS.sub("-", plain)
    for print_mark, typed in (
        ("“", '"'),
        ("”", '"'),
        ("‘", "'"),
        ("’", "'"),
        ("–", "-"),
        ("—", "-"),
    ):
        plain = plain.replace(print_mark, typed)
    return _WORD.findall(plain)


def digest_of(text: str) -> str:
    """SHA-256 of the words, folded: equal for texts that differ only in print."""
    return hashlib.sha256(" ".join(words_of(text)).casefold().encode()).hexdigest()


def slug(title: str) -> str:
    """A key from a title, or "" when it has no Latin letters. Numbers of chapters go."""
    bare = _NUMBER.sub("", title) or title
    ascii_only = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()
    return _SLUG.sub("-", ascii_only).strip("-")[:LONGEST_KEY].strip("-")


def folded_title(title: str) -> str:
    """A title for comparing: no chapter number, no case, letters and digits only."""
    bare = _NUMBER.sub("", title) or title
    plain = unicodedata.normalize("NFKC", bare).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
