"""Reading a backup from its beginning to its end, proving each digest on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pyrage.x25519 import Identity

from lms.core.backup.archive import DAMAGED, Content, Entry, entries
from lms.core.backup.encryption import opened
from lms.core.backup.errors import DamagedBackupError, NotABackupError
from lms.core.backup.form import (
    CONTENT_TYPE,
    DIGEST,
    FILES,
    FORMAT,
    HEADER,
    KEYS,
    MANIFEST,
    TABLES,
    FileTally,
    Header,
    Manifest,
)
from lms.core.backup.rows import Tally
from lms.core.backup.values import TableShape, may_not_fit, not_for_postgresql
from lms.core.storage import PIECE
from lms.core.text import N_

Parsed = TypeVar("Parsed", bound=BaseModel)

SHOWN = 5
"""Values PostgreSQL cannot hold that are named; the others are only counted."""


@dataclass(frozen=True, slots=True)
class RowsPart:
    """Some rows of a table, in order, as they stand in the backup, and their text."""

    shape: TableShape
    rows: Sequence[list[Any]]
    lines: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A stored file; `content` is to be read before the next part is asked for."""

    key: str
    size: int
    content_type: str
    digest: str
    content: Content


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A private key of the data folder."""

    name: str
    content: bytes


Part = Header | RowsPart | FilePart | KeyPart | Manifest


@dataclass(frozen=True, slots=True)
class Proven:
    """What a backup holds, every byte of it read and proven.

    `not_for_postgresql`: places of values that PostgreSQL cannot keep, the first few of
    `hindrances`.
    """

    header: Header
    manifest: Manifest
    hindrances: int
    not_for_postgresql: Sequence[str]

    @property
    def rows(self) -> int:
        return sum(count.rows for count in self.manifest.tables.values())


@contextmanager
def parts_of(
    path: Path, identities: Sequence[Identity], *, again: bool = False
) -> Iterator[Iterator[Part]]:
    """The parts of a backup: first its header, last its manifest, which proves all between.

    `again`: it was proven a moment ago, so that the digest of each entry is enough, and
    tables are not counted a second time. Raises NotABackupError, KeyNeededError, and wherever
    a digest, count or seal does not prove, DamagedBackupError.
    """
    with opened(path, identities) as stream:
        yield _parts(entries(stream), counts=not again)


def prove(path: Path, identities: Sequence[Identity]) -> Proven:
    """Read a backup whole, and say what is in it. Raises as `parts_of`."""
    header: Header | None = None
    manifest: Manifest | None = None
    hindrances, shown = 0, list[str]()
    with parts_of(path, identities) as parts:
        for part in parts:
            match part:
                case Header():
                    header = part
                case Manifest():
                    manifest = part
                case RowsPart():
                    for said in _hindrances(part):
                        hindrances += 1
                        if len(shown) < SHOWN:
                            shown.append(said)
                case FilePart() | KeyPart():
                    pass
    if header is None or manifest is None:
        raise DamagedBackupError(DAMAGED, what="its end is missing")
    return Proven(header, manifest, hindrances, shown)


def _hindrances(part: RowsPart) -> Iterator[str]:
    """Every value of some rows that PostgreSQL cannot hold: where it is, and why."""
    if not may_not_fit(part.shape, part.rows, part.lines):
        return
    columns = list(enumerate(part.shape.columns))
    names = [column.name for column in part.shape.columns]
    key = [names.index(name) for name in part.shape.key]
    for row in part.rows:
        for place, column in columns:
            if row[place] is not None and (why := not_for_postgresql(column, row[place])):
                which = ", ".join(str(row[each]) for each in key)
                yield f"{part.shape.name} {which}, {column.name}: {why}"


def _parts(read: Iterator[Entry], *, counts: bool) -> Iterator[Part]:
    first = next(read, None)
    if first is None or first.name != HEADER:
        raise NotABackupError(N_("This file is no backup of Bekal."))
    written = first.content.read()
    _refuse_other_format(written)
    header = _parsed(Header, written)
    yield header
    tallies = {shape.name: Tally(shape) for shape in header.tables}
    files, keys = FileTally(), dict[str, str]()
    for entry in read:
        if entry.name.startswith(TABLES):
            part = _rows(header, entry)
            if counts:
                _count(tallies[part.shape.name], part)
            yield part
        elif entry.name.startswith(FILES):
            yield from _file(entry, files)
        elif entry.name.startswith(KEYS):
            content = entry.content.read()
            keys[entry.name.removeprefix(KEYS)] = hashlib.sha256(content).hexdigest()
            yield KeyPart(entry.name.removeprefix(KEYS), content)
        elif entry.name == MANIFEST:
            manifest = _parsed(Manifest, entry.content.read())
            if counts:
                _compare(manifest, written, tallies, files, keys)
            for further in read:
                raise DamagedBackupError(DAMAGED, what=f"{further.name} stands after its end")
            yield manifest
            return
        else:
            raise DamagedBackupError(DAMAGED, what=f"{entry.name} does not belong in it")
    raise DamagedBackupError(DAMAGED, what="its end is missing")


def _refuse_other_format(written: bytes) -> None:
    try:
        given = json.loads(written)["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedBackupError(DAMAGED, what="its header cannot be read") from error
    if given != FORMAT:
        raise NotABackupError(
            N_("This backup is of the format %(given)s, and this Bekal reads %(known)s."),
            given=given,
            known=FORMAT,
        )


def _parsed(kind: type[Parsed], written: bytes) -> Parsed:
    try:
        return kind.model_validate_json(written)
    except ValidationError as error:
        raise DamagedBackupError(
            DAMAGED, what=f"its {kind.__name__.lower()} cannot be read"
        ) from error


def _rows(header: Header, entry: Entry) -> RowsPart:
    name = entry.name.removeprefix(TABLES).partition("/")[0]
    content = entry.content.read()
    if entry.content.digest.hexdigest() != entry.notes.get(DIGEST):
        raise DamagedBackupError(DAMAGED, what=f"{entry.name} is not what it was")
    try:
        shape, lines = header.shape(name), content.decode()
        rows = json.loads(f"[{lines.rstrip().replace(chr(10), ',')}]")
    except (KeyError, ValueError) as error:
        raise DamagedBackupError(DAMAGED, what=f"{entry.name} cannot be read") from error
    if not rows or any(len(row) != len(shape.columns) for row in rows):
        raise DamagedBackupError(DAMAGED, what=f"{entry.name} has other columns than its table")
    return RowsPart(shape, rows, lines)


def _count(tally: Tally, part: RowsPart) -> None:
    for row, line in zip(part.rows, part.lines.split("\n"), strict=False):
        tally.add(row, line)


def _file(entry: Entry, files: FileTally) -> Iterator[FilePart]:
    key = entry.name.removeprefix(FILES)
    digest, content_type = entry.notes.get(DIGEST, ""), entry.notes.get(CONTENT_TYPE, "")
    yield FilePart(key, entry.size, content_type, digest, entry.content)
    while entry.content.read(PIECE):
        pass
    if entry.content.size != entry.size or entry.content.digest.hexdigest() != digest:
        raise DamagedBackupError(DAMAGED, what=f"the file {key} is not what it was")
    files.add(key, entry.size, content_type, digest)


def _compare(
    manifest: Manifest,
    header: bytes,
    tallies: dict[str, Tally],
    files: FileTally,
    keys: dict[str, str],
) -> None:
    """Raises DamagedBackupError, naming the first thing that is not as the manifest says."""
    if manifest.header != hashlib.sha256(header).hexdigest():
        raise DamagedBackupError(DAMAGED, what="its header is not what it was")
    if manifest.tables.keys() != tallies.keys():
        raise DamagedBackupError(DAMAGED, what="its list of tables is not what it was")
    for name, count in manifest.tables.items():
        found = tallies[name].total(last_number=count.last_number)
        if found != count:
            raise DamagedBackupError(
                DAMAGED,
                what=f"the table {name} has {found.rows} rows of {count.rows}, or other ones",
            )
    if files.total(gone=manifest.files.gone) != manifest.files:
        raise DamagedBackupError(DAMAGED, what="a file is missing or was changed")
    if keys != manifest.keys:
        raise DamagedBackupError(DAMAGED, what="a key is missing or was changed")
