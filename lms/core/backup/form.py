"""What stands in a backup besides rows and files: its header and its manifest."""

from __future__ import annotations

import datetime
import hashlib

from pydantic import BaseModel, ConfigDict

from lms.core.backup.values import TableShape

FORMAT = "bekal-backup/1"
"""Changes only when an older `lms restore` would read a newer file wrongly."""

UNFINISHED = "restore.unfinished"
"""A file in the data folder while a restore into it is under way; it names the backup."""

HEADER = "bekal-backup.json"
MANIFEST = "manifest.json"
FILES, KEYS, TABLES = "files/", "keys/", "tables/"
DIGEST, CONTENT_TYPE = "BEKAL.sha256", "BEKAL.type"
"""Names in the extended header of a tar entry."""


class Header(BaseModel):
    """The first entry. `backup_id` is new for each backup.

    `made_at` is the moment of the snapshot. `secret` tells whether the secret key of a
    restore is the one of the backup, and tells nothing else of it. Tables stand in an order
    in which none refers to a later one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    backup_id: str
    made_at: datetime.datetime
    engine: str
    migration: str
    secret: str
    tables: tuple[TableShape, ...]

    def shape(self, name: str) -> TableShape:
        """The table of this name. Raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class TableCount(BaseModel):
    """Rows of a table, the SHA-256 of them all, and the last number its sequence gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    digest: str
    last_number: int | None = None


class FileCount(BaseModel):
    """Stored files: how many, their bytes, the SHA-256 over the list of them.

    `gone` were listed when the snapshot began and deleted before they were read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    size: int
    digest: str
    gone: int = 0


class Manifest(BaseModel):
    """The last entry: what must have been read when it is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    header: str
    tables: dict[str, TableCount]
    files: FileCount
    keys: dict[str, str]


class FileTally:
    """Counts files as they pass."""

    def __init__(self) -> None:
        self._count = self._size = 0
        self._digest = hashlib.sha256()

    def add(self, key: str, size: int, content_type: str, digest: str) -> None:
        """One more file, in the order of the backup."""
        self._count += 1
        self._size += size
        self._digest.update(f"{key}\n{size}\n{content_type}\n{digest}\n".encode())

    def total(self, *, gone: int = 0) -> FileCount:
        """What has passed so far."""
        return FileCount(
            count=self._count, size=self._size, digest=self._digest.hexdigest(), gone=gone
        )
