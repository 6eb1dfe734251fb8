"""Backups: what goes in comes out, on either database."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from sqlalchemy import Column, Interval, MetaData, Table, insert, update

from lms.core import clock
from lms.core.backup import making, rows, values
from lms.core.database import Base
from lms.core.errors import NotPossibleError
from lms.core.storage import LocalFolder
from tests.core.backup.things import (
    CODE,
    ENGINES,
    METADATA,
    NAMES,
    THING,
    WORDS,
    database,
    fill,
    kept,
    things,
)
from tests.core.backup.whole import DOCUMENT, SECRET, back_up, put_back


@pytest.mark.parametrize(("source", "target"), list(itertools.product(ENGINES, ENGINES)))
def test_rows_and_files_come_out_as_they_went_in(
    source: str, target: str, tmp_path: Path, storage: LocalFolder
) -> None:
    path, other = tmp_path / "backup", LocalFolder(tmp_path / "other")
    with database(source, tmp_path, "source") as engine:
        fill(engine)
        before = kept(engine)
        back_up(engine, path, storage)
    with database(target, tmp_path, "target") as engine:
        proven = put_back(engine, path, other)
        assert kept(engine) == before
        assert [row[:-1] for row in before[: len(WORDS)]] == [
            tuple(row.values())[:-1] for row in things()
        ]
        with engine.begin() as connection:
            made = connection.execute(insert(THING).returning(THING.c.id)).scalar_one()
        assert made == 44
        with pytest.raises(NotPossibleError, match="code has rows"):
            put_back(engine, path, other)
    assert proven.rows == len(WORDS) + len(NAMES)
    assert list(other.all_keys()) == list(storage.all_keys())
    assert [other.about(key) for key in other.all_keys()] == [
        storage.about(key) for key in storage.all_keys()
    ]
    with other.open("certificates/ab/abc.pdf") as stream:
        assert stream.read() == DOCUMENT


def test_a_number_that_was_given_and_deleted_does_not_come_back(
    tmp_path: Path, storage: LocalFolder
) -> None:
    with database("postgresql", tmp_path, "source") as engine:
        with engine.begin() as connection:
            given = [
                connection.execute(insert(THING).returning(THING.c.id)).scalar_one()
                for _ in range(3)
            ]
            connection.execute(THING.delete())
        back_up(engine, tmp_path / "backup", storage)
    with database("postgresql", tmp_path, "target") as engine:
        put_back(engine, tmp_path / "backup", storage)
        with engine.begin() as connection:
            made = connection.execute(insert(THING).returning(THING.c.id)).scalar_one()
    assert made == max(given) + 1


@pytest.mark.parametrize("kind", ENGINES)
def test_a_backup_is_of_one_moment_while_others_write(
    kind: str, tmp_path: Path, storage: LocalFolder
) -> None:
    with database(kind, tmp_path, "source") as engine:
        fill(engine)
        before = kept(engine)
        with making.snapshot(engine) as connection:
            header = making.header_of(connection, METADATA, secret_key=SECRET, now=clock.now())
            stream = making.stream_of(
                making.Contents(connection=connection, storage=storage, header=header)
            )
            started = [next(stream), next(stream)]  # the first file is being read
            with engine.begin() as writing:
                writing.execute(update(THING).values(text="changed"))
                writing.execute(insert(CODE), {"name": "new"})
            storage.delete("imports/1.csv")
            making.write_backup(tmp_path / "backup", itertools.chain(started, stream), [])
    with database("sqlite", tmp_path, "target") as engine:
        proven = put_back(engine, tmp_path / "backup", LocalFolder(tmp_path / "other"))
        assert kept(engine) == before
    assert (proven.manifest.files.count, proven.manifest.files.gone) == (1, 1)


def test_every_column_of_every_table_has_a_form_in_a_backup() -> None:
    assert {values.shape_of(table).name for table in Base.metadata.sorted_tables} == set(
        Base.metadata.tables
    )
    unknown = Table("unknown", MetaData(), Column("lasts", Interval))
    with pytest.raises(TypeError, match="lasts"):
        values.shape_of(unknown)


def test_many_rows_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    with database("postgresql", tmp_path, "source") as engine:
        with engine.begin() as connection:
            connection.execute(insert(CODE), [{"name": f"{n:05}"} for n in range(2500)])
        with making.snapshot(engine) as connection:
            found = list(rows.read_rows(connection, values.shape_of(CODE)))
    assert found == [[f"{number:05}"] for number in range(2500)]
