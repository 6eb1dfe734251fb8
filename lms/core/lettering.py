"""Which characters our fonts can print: asked when a name is saved, and before a certificate.

Reads the character maps of the font files themselves, so that a web process can ask
without holding WeasyPrint: 40 ms and half a megabyte at the first question.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
)

FAMILIES = (
    "Noto Serif", "Noto Serif Thai", "Noto Serif Lao", "Noto Serif Khmer", "Noto Sans Myanmar",
    "Noto Serif Bengali", "Noto Serif Devanagari", "Noto Serif Sinhala", "Noto Serif Tamil",
    "Noto Sans Thaana", "Noto Naskh Arabic", "Noto Serif Tibetan", "Noto Serif Gujarati",
    "Noto Serif Gurmukhi", "Noto Serif Telugu", "Noto Serif Kannada", "Noto Serif Malayalam",
    "Noto Sans Oriya", "Noto Sans Ol Chiki", "Noto Sans Meetei Mayek", "Noto Sans Mongolian",
    "Noto Sans Javanese", "Noto Serif Balinese", "Noto Sans Sundanese", "Noto Sans Cham",
    "Noto Sans Hanifi Rohingya", "Noto Sans Tai Le", "Noto Sans Tai Tham", "Noto Sans Yi",
    "Noto Serif Armenian", "Noto Serif Georgian", "Noto Serif Hebrew", "Noto Serif Ethiopic",
    "Noto Serif CJK SC",
)  # fmt: skip
"""Faces of a certificate in the order in which they are asked for a letter (certificate.css)."""

FILE_NAMES = {"Noto Serif CJK SC": "NotoSerifCJK"}
"""Where the file is not named after the family."""

_UNSEEN = re.compile("[\\s\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Spaces, and marks that only choose between forms of the letter before them."""

Range = tuple[int, int]


class FontError(ValueError):
    """A font file that is not as the format asks (OpenType 1.9, cmap)."""


def unprintable(text: str) -> tuple[str, ...]:
    """The characters that none of our fonts has, each once, in the order of the text.

    Characters that only steer others, and spaces, need no glyph. A letter with a mark
    counts as printable when the fonts have both apart. Where none of our fonts is installed
    nothing can be said, and nothing is: the worker still refuses to print what it cannot.
    """
    if not coverage():
        return ()
    letters = unicodedata.normalize("NFC", text)
    return tuple(dict.fromkeys(letter for letter in letters if not _is_printable(letter)))


def _is_printable(letter: str) -> bool:
    if _UNSEEN.match(letter) or unicodedata.category(letter) == "Cf" or _is_covered(letter):
        return True
    parts = unicodedata.normalize("NFD", letter)
    return parts != letter and all(map(_is_covered, parts))


@cache
def coverage() -> tuple[Range, ...]:
    """The code points of all our fonts, as ranges from first to last, in order."""
    ranges: list[Range] = []
    for path in font_files():
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as font:
            ranges += characters_of(font)
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def font_files(folders: Sequence[Path] = FOLDERS) -> list[Path]:
    """The regular face of each of our families that is installed."""
    names = "|".join(FILE_NAMES.get(family, family.replace(" ", "")) for family in FAMILIES)
    ours = re.compile(rf"({names})(-Regular|-VF|\[[a-z,]+\])")
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("Noto*.[to]t[fc]")) if folder.is_dir() else ():
            if named := ours.fullmatch(path.stem):
                found.setdefault(named.group(1), path)
    return list(found.values())


def characters_of(font: bytes | mmap) -> Iterator[Range]:
    """The characters a font file has glyphs for. Raises FontError."""
    try:
        start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
        table = _table(font, start)
        yield from _mapped(font, table)
    except struct.error as error:
        raise FontError("This font file ends too early.") from error


def _table(font: bytes | mmap, start: int) -> int:
    (count,) = struct.unpack_from(">H", font, start + 4)
    for number in range(count):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", font, start + 12 + 16 * number)
        if tag == b"cmap":
            return int(offset)
    raise FontError("This font has no character map.")


def _mapped(font: bytes | mmap, table: int) -> Iterator[Range]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    maps = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, table + 4 + 8 * number)
        if platform == 0 or (platform == 3 and encoding in {1, 10}):
            maps[struct.unpack_from(">H", font, table + offset)[0]] = table + offset
    if 12 in maps:
        yield from _segmented_coverage(font, maps[12])
    elif 4 in maps:
        yield from _segments(font, maps[4])
    else:
        raise FontError("This font maps no Unicode characters.")


def _segmented_coverage(font: bytes | mmap, at: int) -> Iterator[Range]:
    (groups,) = struct.unpack_from(">I", font, at + 12)
    for number in range(groups):
        first, last, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield first, last


def _segments(font: bytes | mmap, at: int) -> Iterator[Range]:
    """Format 4: arrays of ends, starts, deltas and offsets; a glyph of 0 is none."""
    size = struct.unpack_from(">H", font, at + 6)[0]
    arrays = [at + 14, at + 16 + size, at + 16 + 2 * size, at + 16 + 3 * size]
    for place in range(0, size, 2):
        last, first, delta, offset = (
            struct.unpack_from(">H", font, array + place)[0] for array in arrays
        )
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(
                    ">H", font, arrays[3] + place + offset + 2 * (code - first)
                )[0]
            if glyph and (glyph + delta) & 0xFFFF:
                yield code, code


@cache
def _starts() -> list[int]:
    return [first for first, _last in coverage()]


def _is_covered(letter: str) -> bool:
    place = bisect_right(_starts(), ord(letter)) - 1
    return place >= 0 and ord(letter) <= coverage()[place][1]
