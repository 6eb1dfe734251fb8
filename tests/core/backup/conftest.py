"""Files to back up, and a backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.core.storage import LocalFolder
from tests.core.backup.things import database, fill
from tests.core.backup.whole import DOCUMENT, back_up


@pytest.fixture
def storage(tmp_path: Path) -> LocalFolder:
    """Storage with two files."""
    storage = LocalFolder(tmp_path / "files")
    storage.put("certificates/ab/abc.pdf", DOCUMENT, content_type="application/pdf")
    storage.put("imports/1.csv", b"")
    return storage


@pytest.fixture
def one(tmp_path: Path, storage: LocalFolder) -> Path:
    """A backup of SQLite, unencrypted."""
    with database("sqlite", tmp_path, "one") as engine:
        fill(engine)
        back_up(engine, tmp_path / "one.bekal", storage)
    return tmp_path / "one.bekal"
