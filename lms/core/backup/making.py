"""Making a backup: one snapshot of the database and the files of storage, as one stream.

Files are read first, while the snapshot stands. What was put after it is in no row of the
backup and does no harm; what is deleted between the listing and its turn is counted as gone,
as it would be a moment later. A file is whole: storage replaces, it never changes.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pyrage.x25519 import Recipient
from sqlalchemy import Connection, Engine, MetaData, column, select, table

from lms.core import sealing
from lms.core.backup import archive
from lms.core.backup.encryption import write_encrypted
from lms.core.backup.form import (
    CONTENT_TYPE,
    DIGEST,
    FILES,
    FORMAT,
    HEADER,
    KEYS,
    MANIFEST,
    TABLES,
    FileCount,
    FileTally,
    Header,
    Manifest,
    TableCount,
)
from lms.core.backup.rows import Tally, last_number, read_rows
from lms.core.backup.values import TableShape, line_of, shape_of
from lms.core.database import for_reading
from lms.core.errors import BadInputError
from lms.core.storage import PIECE, NotStoredError, Storage, sync_folder
from lms.core.text import N_

LINES = 1024 * 1024
"""Letters of rows that make an entry."""
_PURPOSE = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup is made of. `keys`: names and bytes of private keys that go with it."""

    connection: Connection
    storage: Storage
    header: Header
    keys: Mapping[str, bytes] = field(default_factory=dict)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database and writes nothing.

    PostgreSQL: REPEATABLE READ, read only. SQLite: one reading transaction in WAL; writers
    go on beside it. The snapshot is taken by the first statement.
    """
    reading = for_reading(engine)
    if engine.dialect.name == "postgresql":
        reading = reading.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with reading.connect() as connection:
        yield connection


def header_of(
    connection: Connection, metadata: MetaData, *, secret_key: str, now: datetime.datetime
) -> Header:
    """The header of a backup of all these tables; its statement takes the snapshot."""
    versions = table("alembic_version", column("version_num"))
    return Header(
        format=FORMAT,
        backup_id=str(uuid.uuid4()),
        made_at=now,
        engine=connection.dialect.name,
        migration=connection.execute(select(versions.c.version_num)).scalar_one(),
        secret=secret_mark(secret_key),
        tables=tuple(shape_of(each) for each in metadata.sorted_tables),
    )


def secret_mark(secret_key: str) -> str:
    """Tells whether two secret keys are the same, and nothing else of either."""
    return sealing.keyed_digest(sealing.derive_key(secret_key, _PURPOSE), _PURPOSE)


def stream_of(contents: Contents) -> Iterator[bytes]:
    """The bytes of a backup, unencrypted, a piece at a time."""
    return archive.compressed(_entries(contents))


def write_backup(path: Path, stream: Iterable[bytes], recipients: Sequence[Recipient]) -> int:
    """Write a stream into a new file, encrypted where there are recipients; its size in bytes.

    The file is there whole and synced or not at all, readable by its owner alone, and never
    takes the place of another. Raises BadInputError if there is one, OSError where the disk
    does not take it.
    """
    if path.exists():
        raise BadInputError(N_("%(path)s is there already. Choose another name."), path=path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=PIECE) as target:
            _write(stream, target, recipients)
            target.flush()
            os.fsync(target.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError as error:
            raise BadInputError(
                N_("%(path)s is there already. Choose another name."), path=path
            ) from error
        size = path.stat().st_size
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return size


def _write(stream: Iterable[bytes], target: BinaryIO, recipients: Sequence[Recipient]) -> None:
    if recipients:
        write_encrypted(stream, target, recipients)
        return
    for piece in stream:
        target.write(piece)


def _entries(contents: Contents) -> Iterator[bytes]:
    header = contents.header.model_dump_json().encode()
    yield from archive.entry(HEADER, header)
    files = FileTally()
    gone = 0
    for key in list(contents.storage.all_keys()):
        try:
            yield from _file_entry(contents.storage, key, files)
        except NotStoredError:
            gone += 1
    for name, private in contents.keys.items():
        yield from archive.entry(KEYS + name, private)
    counts: dict[str, TableCount] = {}
    for shape in contents.header.tables:
        yield from _table_entries(contents.connection, shape, counts)
    yield from archive.entry(MANIFEST, _manifest(contents, header, counts, files.total(gone=gone)))
    yield from archive.end_of_entries()


def _manifest(
    contents: Contents, header: bytes, counts: dict[str, TableCount], files: FileCount
) -> bytes:
    manifest = Manifest(
        header=hashlib.sha256(header).hexdigest(),
        tables=counts,
        files=files,
        keys={name: hashlib.sha256(key).hexdigest() for name, key in contents.keys.items()},
    )
    return manifest.model_dump_json().encode()


def _file_entry(storage: Storage, key: str, files: FileTally) -> Iterator[bytes]:
    """A file is read twice, for its digest stands before it; it is the same one both times.

    Raises NotStoredError when it is gone.
    """
    content_type = storage.about(key).content_type
    with storage.open(key) as stream:
        size, digest = 0, hashlib.sha256()
        for piece in _pieces(stream):
            size += len(piece)
            digest.update(piece)
        stream.seek(0)
        files.add(key, size, content_type, digest.hexdigest())
        notes = {DIGEST: digest.hexdigest(), CONTENT_TYPE: content_type}
        yield from archive.opened_entry(FILES + key, size, _pieces(stream), notes)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _table_entries(
    connection: Connection, shape: TableShape, counts: dict[str, TableCount]
) -> Iterator[bytes]:
    tally = Tally(shape)
    lines: list[str] = []
    letters = number = 0
    for row in read_rows(connection, shape):
        line = line_of(row)
        tally.add(row, line)
        lines.append(line)
        letters += len(line)
        if letters >= LINES:
            number += 1
            yield from _lines_entry(shape, number, lines)
            lines, letters = [], 0
    if lines:
        yield from _lines_entry(shape, number + 1, lines)
    counts[shape.name] = tally.total(last_number=last_number(connection, shape))


def _lines_entry(shape: TableShape, number: int, lines: list[str]) -> Iterator[bytes]:
    content = "".join(f"{line}\n" for line in lines).encode()
    return archive.opened_entry(
        f"{TABLES}{shape.name}/{number:06}.jsonl",
        len(content),
        [content],
        {DIGEST: hashlib.sha256(content).hexdigest()},
    )
