"""Whether a ZIP file that somebody sent may be opened at all.

Decided before any reader sees it: Python's zipfile opens many archives that no program
writes (doubled names, overlapping entries, sizes that are not true), and readers built on
it or beside it disagree on what they mean.
"""

from __future__ import annotations

import enum
import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

PIECE = 256 * 1024

_END = 22
"""Bytes of the record at the end of every archive (APPNOTE 4.3.16)."""
_END_MARK = b"PK\x05\x06"
_HEAD = 30
"""Bytes of the header before each entry, without its name (APPNOTE 4.3.7)."""
_MARK = 2 * len("<!ENTITY")
"""Bytes of a definition's beginning, in the widest encoding."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: entries, bytes of all of them unpacked, and their ratio.

    `highest_ratio` is unpacked to packed, and counts for entries above `ratio_from` bytes.
    """

    most_entries: int = 2_000
    largest_whole: int = 256 * 1024 * 1024
    highest_ratio: int = 200
    ratio_from: int = 1024 * 1024


class Wrong(enum.Enum):
    """What is wrong with an archive; rooms say it in words that fit their files."""

    DAMAGED = "damaged"
    STRANGE = "strange"
    TOO_LARGE = "too large"


class ArchiveRefusedError(Exception):
    """An archive that is not opened; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(f"The archive is {wrong.value}.")
        self.wrong = wrong


def check_archive(content: bytes, limits: Limits) -> tuple[str, ...]:
    """The names in a plain, honest archive. Raises ArchiveRefusedError for any other.

    Every entry is unpacked once to nowhere, in pieces and within the limits, so that the
    sizes in the directory are known to be true. XML that defines entities is strange.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_directory(content, entries, limits)
            _check_edges(content, entries, archive.comment)
            for entry in entries:
                _check_entry(archive, entry)
            return tuple(entry.filename for entry in entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveRefusedError(Wrong.DAMAGED) from error
    except (RuntimeError, ValueError, OverflowError, OSError) as error:
        # zipfile says RuntimeError to an entry with a password.
        raise ArchiveRefusedError(Wrong.STRANGE) from error


def _check_directory(content: bytes, entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename.replace("\\", "/") for entry in entries]
    if len(names) > limits.most_entries or len({name.casefold() for name in names}) < len(names):
        raise ArchiveRefusedError(Wrong.STRANGE)
    for name in names:
        if name.startswith("/") or ":" in name or "\0" in name or ".." in name.split("/"):
            raise ArchiveRefusedError(Wrong.STRANGE)
    if sum(entry.file_size for entry in entries) > limits.largest_whole:
        raise ArchiveRefusedError(Wrong.TOO_LARGE)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or entry.flag_bits & 0x1:
            raise ArchiveRefusedError(Wrong.STRANGE)
        end = entry.header_offset + _HEAD + entry.compress_size
        is_large = entry.file_size > limits.ratio_from
        if is_large and entry.file_size > limits.highest_ratio * entry.compress_size:
            raise ArchiveRefusedError(Wrong.STRANGE)
    if end + _END > len(content):
        raise ArchiveRefusedError(Wrong.STRANGE)


def _check_edges(content: bytes, entries: Sequence[zipfile.ZipInfo], comment: bytes) -> None:
    """Nothing stands before the first entry or after the end, and no entry is a link."""
    # zipfile moves the places of entries on by what it finds before them.
    if min((entry.header_offset for entry in entries), default=0) > 0:
        raise ArchiveRefusedError(Wrong.STRANGE)
    if not content[-_END - len(comment) :].startswith(_END_MARK):
        raise ArchiveRefusedError(Wrong.STRANGE)
    kinds = {stat.S_IFMT(entry.external_attr >> 16) for entry in entries}
    if kinds - {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ArchiveRefusedError(Wrong.STRANGE)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack to nowhere: zipfile compares length and checksum as it goes."""
    with archive.open(entry) as stream:
        read, rest = 0, b""
        while piece := stream.read(PIECE):
            read += len(piece)
            # A definition of entities has no place in these files, and is how XML grows. It may
            # begin in one piece and end in the next, and stand in UTF-16.
            plain = (rest + piece).replace(b"\0", b"")
            if entry.filename.endswith((".xml", ".rels")) and b"<!ENTITY" in plain:
                raise ArchiveRefusedError(Wrong.STRANGE)
            rest = piece[-_MARK:]
        if read != entry.file_size:
            raise ArchiveRefusedError(Wrong.STRANGE)
