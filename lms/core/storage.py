"""Files that people bring and the worker makes: a small interface, and the local folder.

Rooms keep a key, never a path. Keys are chosen by us, such as "imports/17/people.csv",
and never taken from a file name that somebody sent.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

PIECE = 1024 * 1024
"""Bytes copied at a time, so that 2 GB need no memory."""

LONGEST_KEY = 200
_KEY = re.compile(r"[a-z0-9_][a-z0-9._-]*(?:/[a-z0-9_][a-z0-9._-]*)*", re.ASCII)


class BadKeyError(ValueError):
    """A key that is no plain path of small letters, digits, dots, hyphens and slashes."""


class NotStoredError(LookupError):
    """There is nothing under this key."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a stored file: size in bytes, SHA-256 of its content as hex."""

    key: str
    size: int
    content_type: str
    digest: str


class Storage(Protocol):
    """Where files lie. A put is whole or not at all, and durable when it returns."""

    def put(
        self,
        key: str,
        content: bytes | BinaryIO,
        *,
        content_type: str = "application/octet-stream",
    ) -> Stored:
        """Keep the bytes, or the stream read to its end, under the key; replaces what was there."""
        ...

    def open(self, key: str) -> BinaryIO:
        """A stream at the start of the file, to be closed by the caller. Raises NotStoredError."""
        ...

    def about(self, key: str) -> Stored:
        """Size, content type and digest. Raises NotStoredError."""
        ...

    def exists(self, key: str) -> bool:
        """Whether something whole lies under the key."""
        ...

    def delete(self, key: str) -> None:
        """Take the file away; nothing happens if there is none."""
        ...

    def all_keys(self) -> Iterator[str]:
        """The key of everything that lies whole in it, in their order."""
        ...


def checked(key: str) -> str:
    """The key itself. Raises BadKeyError unless every part of it is a plain name."""
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise BadKeyError(f"This is not a storage key: {key[:80]!r}.")
    return key


class LocalFolder:
    """Storage in a folder of this machine.

    The content is written to a temporary file beside its place, synced and renamed;
    what is known of it lies beside it in a file whose name begins with a dot, which
    no key can name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def put(
        self,
        key: str,
        content: bytes | BinaryIO,
        *,
        content_type: str = "application/octet-stream",
    ) -> Stored:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}.part")
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        try:
            size, digest = _copy(stream, temporary)
            stored = Stored(key, size, content_type, digest)
            _write_synced(_note_of(temporary), json.dumps(asdict(stored)).encode())
            _note_of(temporary).replace(_note_of(path))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
            _note_of(temporary).unlink(missing_ok=True)
        sync_folder(path.parent)
        return stored

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise NotStoredError(f"Nothing is stored under {key}.") from error

    def about(self, key: str) -> Stored:
        path = self._path(key)
        if not path.is_file():
            raise NotStoredError(f"Nothing is stored under {key}.")
        return Stored(**json.loads(_note_of(path).read_bytes()))

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        _note_of(path).unlink(missing_ok=True)

    def all_keys(self) -> Iterator[str]:
        found = (path.relative_to(self._folder) for path in self._folder.rglob("*"))
        names = sorted(path.as_posix() for path in found)
        return (name for name in names if _KEY.fullmatch(name) and self.exists(name))

    def _path(self, key: str) -> Path:
        path = self._folder / checked(key)
        if not path.resolve().is_relative_to(self._folder):
            # A link inside the folder leads out of it: somebody put it there by hand.
            raise BadKeyError(f"This storage key leads out of the folder: {key}.")
        return path


def sync_folder(folder: Path) -> None:
    """Make durable which names stand in a folder: that a file was renamed or linked there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.about")


def _copy(stream: BinaryIO, path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as target:
        while piece := stream.read(PIECE):
            target.write(piece)
            digest.update(piece)
            size += len(piece)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
