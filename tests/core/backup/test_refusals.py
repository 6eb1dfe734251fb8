"""Backups that are refused, in words, and files that are never written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import insert

from lms.core.backup import encryption, making, reading
from lms.core.backup.errors import NotABackupError
from lms.core.backup.form import Header
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.storage import LocalFolder
from tests.core.backup.tampering import entry, with_other
from tests.core.backup.things import THING, database
from tests.core.backup.whole import back_up, put_back


def test_what_postgresql_cannot_hold_is_named_before_anything_is_written(
    tmp_path: Path, storage: LocalFolder
) -> None:
    with database("sqlite", tmp_path, "source") as engine:
        with engine.begin() as connection:
            for wrong in (
                {"text": "a\0b"},
                {"short": "nine char"},
                {"small": 2**40},
                {"document": {"a": ["\0"]}},
                {"document": ["\ud800"]},
                {"document": [float("nan")]},
            ):
                connection.execute(insert(THING), wrong)
        back_up(engine, tmp_path / "backup", storage)
    proven = reading.prove(tmp_path / "backup", [])
    assert proven.hindrances == 6
    assert proven.not_for_postgresql[:3] == [
        "thing 1, text: a NUL character",
        "thing 2, short: more than 8 characters",
        "thing 3, small: a number of more than 32 bits",
    ]


def test_another_format_and_another_file_are_refused_in_words(one: Path, tmp_path: Path) -> None:
    header = Header.model_validate_json(entry(one, "bekal-backup.json"))
    newer = header.model_copy(update={"format": "bekal-backup/2"}).model_dump_json().encode()
    with_other(one, tmp_path / "newer", "bekal-backup.json", newer)
    with pytest.raises(NotABackupError, match=r"format bekal-backup/2.*reads bekal-backup/1"):
        reading.prove(tmp_path / "newer", [])
    (tmp_path / "text").write_text("Dear all,\n")
    with pytest.raises(NotABackupError, match="no backup of Bekal"):
        reading.prove(tmp_path / "text", [])
    with pytest.raises(BadInputError, match="no public key"):
        encryption.recipients_of(["age1wrong"])
    with pytest.raises(BadInputError, match="No private key"):
        encryption.read_identities(tmp_path / "text")


def test_a_backup_takes_no_files_place_and_leaves_nothing_behind(
    tmp_path: Path, storage: LocalFolder
) -> None:
    def cut_off() -> Iterator[bytes]:
        yield b"some bytes"
        raise OSError(28, "No space left on device")

    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(BadInputError, match="is there already"):
        making.write_backup(there, iter([b"x"]), [])
    for recipients in ([], [Identity.generate().to_public()]):
        with pytest.raises(OSError, match="No space left"):
            making.write_backup(tmp_path / "new", cut_off(), recipients)
    assert there.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"there", "files"}


def test_a_file_of_other_bytes_is_never_written_over(one: Path, tmp_path: Path) -> None:
    other = LocalFolder(tmp_path / "other")
    other.put("imports/1.csv", b"somebody else's")
    with (
        database("sqlite", tmp_path, "target") as engine,
        pytest.raises(NotPossibleError, match=r"imports/1\.csv"),
    ):
        put_back(engine, one, other)
    with other.open("imports/1.csv") as stream:
        assert stream.read() == b"somebody else's"
