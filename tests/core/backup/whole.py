"""A whole backup: made of a database and its files, and put back into others."""

from __future__ import annotations

from pathlib import Path
from random import Random

from pyrage.x25519 import Identity
from sqlalchemy import Engine

from lms.core import clock
from lms.core.backup import loading, making, reading
from lms.core.backup.reading import FilePart, Proven, RowsPart
from lms.core.storage import LocalFolder
from tests.core.backup.things import METADATA

SECRET = "a key for tests that is long enough"
DOCUMENT = Random(1).randbytes(200_000)
"""What the larger of the two files holds."""


def back_up(
    engine: Engine, path: Path, storage: LocalFolder, *identities: Identity, **keys: bytes
) -> None:
    """Write a backup of the database, the files and the keys, for these identities."""
    with making.snapshot(engine) as connection:
        header = making.header_of(connection, METADATA, secret_key=SECRET, now=clock.now())
        contents = making.Contents(connection=connection, storage=storage, header=header, keys=keys)
        recipients = [each.to_public() for each in identities]
        making.write_backup(path, making.stream_of(contents), recipients)


def put_back(engine: Engine, path: Path, storage: LocalFolder) -> Proven:
    """Prove a backup, load it into an empty database and storage, and prove what was loaded."""
    proven = reading.prove(path, [])
    with engine.connect() as connection:
        loading.refuse_unless_empty(connection)
    with reading.parts_of(path, []) as parts, loading.loading(engine) as connection:
        for part in parts:
            if isinstance(part, RowsPart):
                loading.load_rows(connection, part)
            if isinstance(part, FilePart):
                loading.put_file(storage, part)
        loading.prove_rows(connection, proven.header, proven.manifest)
        loading.continue_numbers(connection, proven.header, proven.manifest)
    return proven
