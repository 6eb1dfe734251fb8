"""Backups: what goes in comes out, on either database, and nothing damaged goes in."""

from __future__ import annotations

import datetime
import hashlib
import io
import itertools
import json
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Engine,
    Float,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    func,
    insert,
    null,
    select,
    update,
)

from lms.core import clock
from lms.core.backup import archive, encryption, loading, making, reading, rows, values
from lms.core.backup.errors import DamagedBackupError, KeyNeededError, NotABackupError
from lms.core.backup.form import DIGEST, Header
from lms.core.backup.reading import FilePart, Proven, RowsPart
from lms.core.database import Base, Id, Json, UtcDateTime, prepare_engine
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.storage import LocalFolder
from tests.support import postgresql

ENGINES = ("sqlite", "postgresql")
SECRET = "a key for tests that is long enough"

METADATA = MetaData()
VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32)))
CODE = Table("code", METADATA, Column("name", String(40), primary_key=True))
THING = Table(
    "thing",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("follows_id", ForeignKey("thing.id")),
    Column("code", ForeignKey("code.name")),
    Column("text", Text),
    Column("short", String(8)),
    Column("number", BigInteger),
    Column("small", Integer),
    Column("real", Float(53)),
    Column("is_so", Boolean),
    Column("at", UtcDateTime),
    Column("day", Date),
    Column("raw", LargeBinary),
    Column("document", Json),
)

WORDS = (
    "",
    " NULL ",
    "\\N",
    "tab\tnew\nline\r\\ \"quotes\" 'too' \x01\x7f\u2028",
    "ខ្មែរ မြန်မာ 日本語 العربية 🛶 é é \U0010ffff",
)
NAMES = ("b", "A", "a", "ä", "_", "Z", "ខ")
"""Keys that every collation orders otherwise."""
DOCUMENT = Random(1).randbytes(200_000)
ZONE = datetime.timezone(datetime.timedelta(hours=9, minutes=30))
MOMENTS = (
    datetime.datetime(2026, 11, 22, 8, 30, 0, 1, tzinfo=ZONE),
    datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC),
)
DOCUMENTS: tuple[Any, ...] = (
    {"z": [1, 5.0, -0.0, 0.1, 1e22, 1e-7, 10**30], "a": {"ñ": None, "": True}, "n": "\u2028\\u"},
    [],
    {},
    null(),
    ["\\u0000", "\n", "🛶"],
)


def things() -> list[dict[str, Any]]:
    """Rows with what is hard to keep; the first refers to the last."""
    found = []
    for number, (text, document) in enumerate(zip(WORDS, DOCUMENTS, strict=True)):
        found.append(
            {
                "id": 10 * number + 3,
                "follows_id": 43 if number == 0 else None,
                "code": NAMES[number],
                "text": text,
                "short": "ñ" * 8,
                "number": (2**63 - 1, -(2**63), 0, None, 1)[number],
                "small": (2**31 - 1, -(2**31), 0, None, 1)[number],
                "real": (0.1, -1e-300, 1.7976931348623157e308, None, 5.0)[number],
                "is_so": (True, False, None)[number % 3],
                "at": (*MOMENTS, None, None)[number],
                "day": (datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None)[number % 3],
                "raw": (bytes(range(256)), b"", None)[number % 3],
                "document": document,
            }
        )
    return found


@contextmanager
def database(kind: str, folder: Path, name: str) -> Iterator[Engine]:
    """An empty database with the tables of this module."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / name}.db"
        if kind == "postgresql":
            cluster = stack.enter_context(postgresql.running())
            url = cluster.create_database(f"backup_{name}")
            stack.callback(cluster.drop_database, f"backup_{name}")
        engine = create_engine(url)
        stack.callback(engine.dispose)
        prepare_engine(engine, sqlite_synchronous="OFF")
        METADATA.create_all(engine)
        VERSIONS.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(insert(VERSIONS), {"version_num": "0001"})
        yield engine


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CODE), [{"name": name} for name in NAMES])
        for row in reversed(things()):
            connection.execute(insert(THING), row)


def back_up(
    engine: Engine, path: Path, storage: LocalFolder, *identities: Identity, **keys: bytes
) -> None:
    with making.snapshot(engine) as connection:
        header = making.header_of(connection, METADATA, secret_key=SECRET, now=clock.now())
        contents = making.Contents(connection=connection, storage=storage, header=header, keys=keys)
        recipients = [each.to_public() for each in identities]
        making.write_backup(path, making.stream_of(contents), recipients)


def put_back(engine: Engine, path: Path, storage: LocalFolder) -> Proven:
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


def kept(engine: Engine) -> list[Any]:
    """All rows, as SQLAlchemy's own types read them: another way than the backup's."""
    with engine.connect() as connection:
        found = connection.execute(select(THING).order_by(THING.c.id)).all()
        names = connection.execute(select(CODE.c.name)).scalars().all()
        nulls = connection.execute(select(THING.c.id).where(THING.c.document.is_(null()))).all()
    return [*map(tuple, found), sorted(names), nulls]


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


def test_every_column_of_every_table_has_a_form_in_a_backup() -> None:
    assert {values.shape_of(table).name for table in Base.metadata.sorted_tables} == set(
        Base.metadata.tables
    )
    unknown = Table("unknown", MetaData(), Column("lasts", Interval))
    with pytest.raises(TypeError, match="lasts"):
        values.shape_of(unknown)


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
    for damaged in (written[:-1], written[: len(written) // 2], _flipped(written, -100)):
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(DamagedBackupError):
            reading.prove(tmp_path / "damaged", [own])
    assert [each.name for each in threading.enumerate() if each.name == "decrypting"] == []


def test_a_byte_that_changed_and_an_end_that_is_missing_are_found(
    one: Path, tmp_path: Path
) -> None:
    written, damaged = one.read_bytes(), tmp_path / "damaged"
    for length in (len(written) - 1, len(written) // 2, 20):
        damaged.write_bytes(written[:length])
        with pytest.raises(DamagedBackupError):
            reading.prove(damaged, [])
    for place in range(10, len(written), len(written) // 20):
        damaged.write_bytes(_flipped(written, place))
        with pytest.raises((DamagedBackupError, NotABackupError)):
            reading.prove(damaged, [])


def test_a_row_or_file_that_was_changed_with_care_is_found(one: Path, tmp_path: Path) -> None:
    for name, content in (
        ("tables/code/000001.jsonl", b'["other"]\n'),
        ("tables/thing/000001.jsonl", b""),
        ("files/imports/1.csv", b"changed"),
        ("bekal-backup.json", None),
    ):
        _with_other(one, tmp_path / "changed", name, content)
        with pytest.raises(DamagedBackupError):
            reading.prove(tmp_path / "changed", [])


def test_another_format_and_another_file_are_refused_in_words(one: Path, tmp_path: Path) -> None:
    header = Header.model_validate_json(_entry(one, "bekal-backup.json"))
    newer = header.model_copy(update={"format": "bekal-backup/2"}).model_dump_json().encode()
    _with_other(one, tmp_path / "newer", "bekal-backup.json", newer)
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


def test_many_rows_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    with database("postgresql", tmp_path, "source") as engine:
        with engine.begin() as connection:
            connection.execute(insert(CODE), [{"name": f"{n:05}"} for n in range(2500)])
        with making.snapshot(engine) as connection:
            found = list(rows.read_rows(connection, values.shape_of(CODE)))
    assert found == [[f"{number:05}"] for number in range(2500)]


def _flipped(written: bytes, place: int) -> bytes:
    changed = bytearray(written)
    changed[place] ^= 0x55
    return bytes(changed)


def _entry(path: Path, name: str) -> bytes:
    with tarfile.open(path) as opened:
        found = opened.extractfile(name)
        assert found is not None
        return found.read()


def _with_other(path: Path, target: Path, name: str, content: bytes | None) -> None:
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
