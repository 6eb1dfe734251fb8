"""Archives that programs disagree on are refused before any reader opens them."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest

from lms.core.archives import ArchiveRefusedError, Limits, check_archive

LIMITS = Limits(most_entries=10, largest_whole=4_000_000)
CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def packed(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name it is given twice
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


HONEST = packed(("a.txt", b"one"), ("b.txt", b"two"))


def changed(find: bytes, replace: bytes, after: bytes = b"") -> bytes:
    """The honest archive with the first bytes `find` after a mark replaced."""
    at = HONEST.index(find, HONEST.index(after))
    return HONEST[:at] + replace + HONEST[at + len(find) :]


def overlapping() -> bytes:
    """Both entries of the directory lead to the first one's bytes."""
    second = HONEST.rindex(CENTRAL)
    return HONEST[: second + 42] + struct.pack("<I", 0) + HONEST[second + 46 :]


def encrypted() -> bytes:
    first = HONEST.index(CENTRAL)
    return HONEST[: first + 8] + struct.pack("<H", 1) + HONEST[first + 10 :]


def linked() -> bytes:
    target = io.BytesIO()
    entry = zipfile.ZipInfo("link")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a name twice": lambda: packed(("a.txt", b"one"), ("a.txt", b"two")),
    "a name twice in other letters": lambda: packed(("a.txt", b"one"), ("A.TXT", b"two")),
    "a name twice by the other slash": lambda: packed(("x/a.txt", b"1"), ("x\\a.txt", b"2")),
    "out of its folder": lambda: packed(("../a.txt", b"one")),
    "out of its folder, Windows": lambda: packed(("x\\..\\..\\a.txt", b"one")),
    "from the root": lambda: packed(("/etc/passwd", b"one")),
    "on a drive": lambda: packed(("C:\\a.txt", b"one")),
    "another name in the head": lambda: changed(b"a.txt", b"z.txt", LOCAL),
    "another name in the directory": lambda: changed(b"a.txt", b"z.txt", CENTRAL),
    "two entries over the same bytes": overlapping,
    "a password": encrypted,
    "a link to a file of the machine": linked,
    "a bomb": lambda: packed(("a.txt", b"\0" * 3_000_000)),
    "a whole too large": lambda: packed(*((f"{n}.txt", b"ab" * 999_999) for n in range(3))),
    "too many entries": lambda: packed(*((f"{n}.txt", b"1") for n in range(11))),
    "entities": lambda: packed(("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
    "bytes after its end": lambda: HONEST + packed(("c.txt", b"three"))[:-30],
    "another archive after it": lambda: HONEST + packed(("c.txt", b"three")),
    "a program before it": lambda: b"MZ" + b"\x90" * 200 + HONEST,
    "its end cut off": lambda: HONEST[:-10],
    "nothing": lambda: b"",
}


def test_an_honest_archive_is_taken() -> None:
    assert check_archive(HONEST, LIMITS) == ("a.txt", "b.txt")


@pytest.mark.parametrize("wrong", HOSTILE)
def test_an_archive_that_could_mean_two_things_is_refused(wrong: str) -> None:
    with pytest.raises(ArchiveRefusedError):
        check_archive(HOSTILE[wrong](), LIMITS)
