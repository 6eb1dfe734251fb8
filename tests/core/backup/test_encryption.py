"""Encrypted backups: they open with their key and no other."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from lms.core.backup import encryption, reading
from lms.core.backup.errors import DamagedBackupError, KeyNeededError
from lms.core.storage import LocalFolder
from tests.core.backup.tampering import flipped
from tests.core.backup.things import database, fill
from tests.core.backup.whole import back_up


def test_an_encrypted_backup_opens_with_its_key_and_no_other(
    tmp_path: Path, storage: LocalFolder
) -> None:
    public = encryption.make_identity(tmp_path / "key")
    [own] = encryption.read_identities(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert str(own.to_public()) == public
    with database("sqlite", tmp_path, "source") as engine:
        fill(engine)
        back_up(engine, tmp_path / "backup", storage, own, Identity.generate(), **{"a.pem": b"k"})
    written = (tmp_path / "backup").read_bytes()
    assert b"imports/1.csv" not in written
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert reading.prove(tmp_path / "backup", [own]).manifest.keys.keys() == {"a.pem"}
    with pytest.raises(KeyNeededError, match="--identity"):
        reading.prove(tmp_path / "backup", [])
    with pytest.raises(KeyNeededError, match="does not open"):
        reading.prove(tmp_path / "backup", [Identity.generate()])
    for damaged in (written[:-1], written[: len(written) // 2], flipped(written, -100)):
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(DamagedBackupError):
            reading.prove(tmp_path / "damaged", [own])
    assert [each.name for each in threading.enumerate() if each.name == "decrypting"] == []
