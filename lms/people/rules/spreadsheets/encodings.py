"""Which letters the bytes of a text file stand for.

Sure signs first (byte order mark, UTF-8 that holds together, the pattern of UTF-16), then a
guess by charset-normalizer among the encodings the region's programs write. A guess is
always shown to the person with a sample of the text, and may be changed.
"""

from __future__ import annotations

import codecs

from lms.core.errors import BadInputError
from lms.core.text import N_

ENCODING_NAMES: dict[str, str] = {
    "utf-8": N_("Unicode (UTF-8)"),
    "utf-16": N_("Unicode (UTF-16)"),
    "utf-16-le": N_("Unicode (UTF-16, little-endian)"),
    "utf-16-be": N_("Unicode (UTF-16, big-endian)"),
    "cp1252": N_("Western European (Windows-1252)"),
    "cp1250": N_("Central European (Windows-1250)"),
    "cp1251": N_("Cyrillic (Windows-1251)"),
    "cp1253": N_("Greek (Windows-1253)"),
    "cp1254": N_("Turkish (Windows-1254)"),
    "cp1255": N_("Hebrew (Windows-1255)"),
    "cp1256": N_("Arabic, Persian, Urdu (Windows-1256)"),
    "cp1257": N_("Baltic (Windows-1257)"),
    "cp1258": N_("Vietnamese (Windows-1258)"),
    "cp874": N_("Thai (Windows-874)"),
    "gb18030": N_("Chinese, simplified (GB18030)"),
    "big5": N_("Chinese, traditional (Big5)"),
    "cp932": N_("Japanese (Shift-JIS)"),
    "euc_jp": N_("Japanese (EUC-JP)"),
    "cp949": N_("Korean (EUC-KR)"),
    "koi8_r": N_("Cyrillic (KOI8-R)"),
    "mac_roman": N_("Western European (Macintosh)"),
}
"""Python's name of an encoding, and how people know it; the order in which they are offered."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 64 * 1024
"""Bytes the guess looks at. Its cost grows with them; names repeat their letters soon."""

_LATIN = frozenset({"cp1250", "cp1252", "cp1257", "mac_roman"})
_GUESSED = [name for name in ENCODING_NAMES if not name.startswith("utf")]
_ALIKE = {
    "gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5hkscs": "big5", "cp950": "big5", "iso8859_1": "cp1252",
    "latin_1": "cp1252", "tis_620": "cp874", "iso8859_11": "cp874",
}  # fmt: skip


def guess_encoding(content: bytes) -> str:
    """The most likely encoding, a key of ENCODING_NAMES."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    if wide := _wide(content):
        return wide
    if _decodes(content, "utf-8"):
        return "utf-8"
    likely = next((name for name in _guesses(content) if _decodes(content, name)), "cp1252")
    return _among_latin(content, likely) if likely in _LATIN else likely


def decode(content: bytes, encoding: str) -> str:
    """The text in this encoding, without a byte order mark.

    Raises BadInputError on `encoding` if it is none of ours or does not fit the bytes.
    """
    if encoding not in ENCODING_NAMES:
        raise BadInputError(N_("Choose an encoding of the list."), field="encoding")
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise BadInputError(
            N_("Line %(line)s of this file cannot be read in this encoding. Choose another."),
            field="encoding",
            line=content.count(b"\n", 0, start) + 1,
        ) from error
    return text.removeprefix("\ufeff")


def _guesses(content: bytes) -> list[str]:
    sample = content[:SAMPLE]
    if len(content) > SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    # Letters of a name are few among ASCII; lines without any others tell nothing.
    telling = b"\n".join(line for line in sample.splitlines() if not line.isascii())
    # 2.5 MB that only a process which read such a file holds.
    from charset_normalizer import from_bytes  # noqa: PLC0415 - for such files alone

    found = from_bytes(telling, cp_isolation=[*_GUESSED], threshold=0.4)
    names = [_ALIKE.get(match.encoding, match.encoding) for match in found]
    return [name for name in names if name in ENCODING_NAMES]


def _among_latin(content: bytes, likely: str) -> str:
    """Western or Turkish where a few accents alone make the guess Central European or Baltic.

    The six letters in which Windows-1254 differs from 1252 are Icelandic there; bytes that
    are signs and no letters in 1252 belong to another page, and the guess stands.
    """
    western = content.decode("cp1252", "replace")
    if any(letter in western for letter in "ÐÝÞðýþ"):
        return "cp1254" if _decodes(content, "cp1254") else likely
    if all(letter.isascii() or letter.isalpha() or letter in "‘’“”–" for letter in western):
        return "cp1252"
    return likely


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def _wide(content: bytes) -> str:
    """UTF-16 without a mark: every other byte of ASCII punctuation and digits is zero."""
    head = content[:SAMPLE]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 20 < len(head) or min(even, odd) * 4 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"
