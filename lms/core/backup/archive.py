"""The container: tar entries one after the other, gzipped, written and read as a stream."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from lms.core.backup.errors import DamagedBackupError
from lms.core.text import N_

LEVEL = 4
"""Of zlib: twice as fast as its default, and a twentieth larger."""
_GZIP = 31
_BLOCK = 512

DAMAGED = N_("This backup is damaged or was cut off: %(what)s. Use another copy.")


class Content:
    """What stands in an entry: read once, counted and digested as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.size = 0
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of a file. Raises DamagedBackupError where it is cut off."""
        with _damage_named():
            given = self._source.read(size)
        self.size += len(given)
        self.digest.update(given)
        return given


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry being read: its content must be read before the next one is asked for."""

    name: str
    size: int
    notes: Mapping[str, str]
    content: Content


def entry(name: str, content: bytes) -> Iterator[bytes]:
    """The bytes of a small entry."""
    yield from opened_entry(name, len(content), iter((content,)), {})


def opened_entry(
    name: str, size: int, content: Iterable[bytes], notes: Mapping[str, str]
) -> Iterator[bytes]:
    """The bytes of an entry whose content comes in pieces, exactly `size` bytes of them."""
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o600
    about.pax_headers = dict(notes)
    yield about.tobuf(tarfile.PAX_FORMAT)
    yield from content
    yield b"\0" * (-size % _BLOCK)


def end_of_entries() -> Iterator[bytes]:
    """What ends a tar."""
    yield b"\0" * (2 * _BLOCK)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Gzip a stream."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def entries(stream: BinaryIO) -> Iterator[Entry]:
    """The entries of a gzipped tar, in order, read to its very end.

    Raises DamagedBackupError where it is cut off or no longer what was written.
    """
    with _damage_named(), closing(gzip.GzipFile(fileobj=stream)) as unpacked:
        with tarfile.open(fileobj=unpacked, mode="r|") as archive:
            while (about := archive.next()) is not None:
                source = archive.extractfile(about)
                if source is None:
                    raise DamagedBackupError(DAMAGED, what=f"{about.name} is no file")
                yield Entry(about.name, about.size, about.pax_headers, Content(source))
                # A stream never goes back, yet every entry would be remembered: stream=True is
                # new in Python 3.13, and before it only this list, which no type names, helps.
                cast(Any, archive).members.clear()
        while unpacked.read(_BLOCK):
            pass


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise DamagedBackupError(DAMAGED, what=str(error) or "it ends too early") from error
