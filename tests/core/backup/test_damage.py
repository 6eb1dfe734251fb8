"""Damaged backups: what was changed, cut off or is not whole is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select

from lms.core.backup import reading
from lms.core.backup.errors import DamagedBackupError, NotABackupError
from lms.core.storage import LocalFolder
from tests.core.backup.tampering import flipped, with_other
from tests.core.backup.things import ENGINES, METADATA, THING, VERSIONS, database
from tests.core.backup.whole import back_up, put_back


def test_a_row_that_refers_to_none_is_found_and_nothing_is_kept(
    tmp_path: Path, storage: LocalFolder
) -> None:
    source = create_engine(f"sqlite:///{tmp_path / 'loose.db'}")  # without foreign keys
    METADATA.create_all(source)
    VERSIONS.metadata.create_all(source)
    with source.begin() as connection:
        connection.execute(insert(VERSIONS), {"version_num": "0001"})
        connection.execute(insert(THING), {"code": "nobody"})
    back_up(source, tmp_path / "backup", storage)
    source.dispose()
    for kind in ENGINES:
        with database(kind, tmp_path, "target") as engine:
            with pytest.raises(DamagedBackupError, match="refers to one of code"):
                put_back(engine, tmp_path / "backup", storage)
            with engine.begin() as connection:
                assert connection.execute(select(func.count()).select_from(THING)).scalar() == 0


def test_a_byte_that_changed_and_an_end_that_is_missing_are_found(
    one: Path, tmp_path: Path
) -> None:
    written, damaged = one.read_bytes(), tmp_path / "damaged"
    for length in (len(written) - 1, len(written) // 2, 20):
        damaged.write_bytes(written[:length])
        with pytest.raises(DamagedBackupError):
            reading.prove(damaged, [])
    for place in range(10, len(written), len(written) // 20):
        damaged.write_bytes(flipped(written, place))
        with pytest.raises((DamagedBackupError, NotABackupError)):
            reading.prove(damaged, [])


def test_a_row_or_file_that_was_changed_with_care_is_found(one: Path, tmp_path: Path) -> None:
    for name, content in (
        ("tables/code/000001.jsonl", b'["other"]\n'),
        ("tables/thing/000001.jsonl", b""),
        ("files/imports/1.csv", b"changed"),
        ("bekal-backup.json", None),
    ):
        with_other(one, tmp_path / "changed", name, content)
        with pytest.raises(DamagedBackupError):
            reading.prove(tmp_path / "changed", [])
