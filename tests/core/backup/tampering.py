"""Backups that somebody changed."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from lms.core.backup import archive
from lms.core.backup.form import DIGEST


def flipped(written: bytes, place: int) -> bytes:
    """The bytes with some bits of one turned."""
    changed = bytearray(written)
    changed[place] ^= 0x55
    return bytes(changed)


def entry(path: Path, name: str) -> bytes:
    """What one entry of a backup holds."""
    with tarfile.open(path) as opened:
        found = opened.extractfile(name)
        assert found is not None
        return found.read()


def with_other(path: Path, target: Path, name: str, content: bytes | None) -> None:
    """A copy with another content of one entry; with None its JSON is written differently."""
    pieces: list[bytes] = []
    with path.open("rb") as stream:
        for each in archive.entries(io.BufferedReader(stream)):  # type: ignore[arg-type]
            read = each.content.read()
            if each.name == name:
                read = json.dumps(json.loads(read)).encode() if content is None else content
            notes = {**each.notes, DIGEST: hashlib.sha256(read).hexdigest()}
            pieces += archive.opened_entry(each.name, len(read), [read], notes)
    target.unlink(missing_ok=True)
    target.write_bytes(b"".join(archive.compressed([*pieces, *archive.end_of_entries()])))
