"""Backups made while people work, restored elsewhere, compared row by row; the move."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, select

from lms.certificates.models import Certificate
from lms.core import clock
from lms.core.backup.making import Contents, header_of, snapshot, stream_of, write_backup
from lms.core.backup.reading import prove
from lms.core.database import Base, prepare_engine
from lms.core.storage import LocalFolder, NotStoredError
from lms.web import rooms
from script.measures import busy, product, same_rows
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

PEOPLE = 8
WARM = 10.0
"""Seconds of work before the backup begins."""
MOVED = int(os.environ.get("BEKAL_MOVED_PEOPLE", "100000"))
STRETCHED, LONGEST_PAUSE = 30, 5.0
"""Pieces of the stream after which somebody must change something, and seconds to wait for it."""
ONE_MORE = 1
"""The line of the audit that a restore adds to the rows of the original."""


def restore_under_load() -> Iterator[Row]:
    """A backup made while people work, restored into the other database: every row compared."""
    for engine, other in zip(product.ENGINES, reversed(product.ENGINES), strict=True):
        with product.installed(engine) as source:
            source.lms("demo", "cohort", "--people", "10", seconds=600)
            with source.serving(), busy.busy(source, PEOPLE) as load:
                time.sleep(WARM)
                yield _under_load(source, other, load)


def _under_load(source: product.Product, other: str, load: busy.Load) -> Row:
    """Back up in the snapshot of a connection that stays open, restore, and compare with it."""
    rooms.import_models()
    engine = create_engine(source.environment["BEKAL_DATABASE_URL"])
    prepare_engine(engine)
    path, storage = source.folder / "backup", LocalFolder(source.folder / "files")
    with snapshot(engine) as connection:
        before, begun = load.changes, time.monotonic()
        header = header_of(connection, Base.metadata, secret_key="x" * 32, now=clock.now())
        contents = Contents(connection=connection, storage=storage, header=header)
        write_backup(path, _stretched(stream_of(contents), load), [])
        took = time.monotonic() - begun
        changed = load.changes - before
        slowest = max(load.seconds[before:], default=0.0)
        with product.installed(other, filled=False) as target:
            begun = time.monotonic()
            target.lms("restore", "--move", str(path), seconds=900)
            restored = time.monotonic() - begun
            found = _compared(connection, target, path)
    engine.dispose()
    total = f"{prove(path, []).rows:,} rows"
    for said in load.broken:
        print(said, file=sys.stderr)
    return fault_row(
        "restore of a backup made while people work",
        f"{source.engine} into {other}",
        meanwhile=f"{changed} changes in {took:.0f} s of backup ({load.described()})",
        lost=f"{found.different} of {total} differ; {found.broken} of {found.facts} differ from "
        f"their facts; {found.missing} documents missing",
        seen=f"nothing; slowest change {slowest:.1f} s, {len(load.broken)} errors",
        well_after=restored,
        is_held=found.is_held and changed > 0 and not load.broken,
    )


def _stretched(stream: Iterator[bytes], load: busy.Load) -> Iterator[bytes]:
    """The stream, held up so that somebody changes something between its first pieces."""
    for number, piece in enumerate(stream):
        yield piece
        seen, until = load.changes, time.monotonic() + LONGEST_PAUSE
        while number < STRETCHED and load.changes == seen and time.monotonic() < until:
            time.sleep(0.05)


@dataclass(frozen=True)
class Found:
    """How a restored installation stands to its original."""

    different: int
    facts: int
    broken: int
    missing: int

    @property
    def is_held(self) -> bool:
        return not (self.different or self.broken or self.missing) and self.facts > 0


def _compared(original: Connection, target: product.Product, path: Path) -> Found:
    """Every row, every enrolment against its facts, the audit, every certificate's document."""
    engine = create_engine(target.environment["BEKAL_DATABASE_URL"])
    with engine.connect() as connection:
        rows = same_rows.compare(original, connection)
        statement = select(Certificate.file_key, Certificate.file_digest)
        documents = connection.execute(statement.where(Certificate.file_digest != "")).all()
    engine.dispose()
    if rows.different != ONE_MORE:
        print("\n".join(rows.said), file=sys.stderr)
    storage = LocalFolder(target.folder / "files")
    missing = sum(not _is_stored(storage, key, digest) for key, digest in documents)
    target.lms("audit", "verify")
    facts = _said(target, "progress", "verify")
    counted = re.search(r"(\d+) enrolments, (\d+) differ", facts)
    if counted is None:
        raise RuntimeError(f"lms progress verify said: {facts}")
    return Found(rows.different - ONE_MORE, int(counted[1]), int(counted[2]), missing)


def _is_stored(storage: LocalFolder, key: str, digest: str) -> bool:
    try:
        return storage.about(key).digest == digest
    except NotStoredError:
        return False


def _said(target: product.Product, *arguments: str) -> str:
    """What a command said, on both its outputs, however it ended."""
    ended = subprocess.run(
        [product.LMS, *arguments],
        env=target.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=product.ROOT,
    )
    return ended.stdout + ended.stderr


def move_to_postgresql() -> Iterator[Row]:
    """100,000 people move from SQLite to PostgreSQL: time, memory, every row compared."""
    with product.installed(product.SQLITE) as source:
        source.lms("demo", "bulk", "--people", str(MOVED), seconds=3600)
        path = source.folder / "backup"
        made = _timed(source, "backup", "--unencrypted", str(path))
        with product.installed(product.POSTGRESQL, filled=False) as target:
            moved = _timed(target, "restore", "--move", str(path))
            one = create_engine(source.environment["BEKAL_DATABASE_URL"])
            other = create_engine(target.environment["BEKAL_DATABASE_URL"])
            prepare_engine(one)
            with one.connect() as here, other.connect() as there:
                rows = same_rows.compare(here, there)
            one.dispose()
            other.dispose()
        yield fault_row(
            f"move of {MOVED:,} people",
            "SQLite to PostgreSQL",
            meanwhile=f"{rows.rows - ONE_MORE:,} rows, a backup of {path.stat().st_size >> 20} MB",
            lost=f"{rows.different - ONE_MORE} rows differ",
            seen=f"nothing is served; backup {made.seconds:.0f} s with {made.megabytes} MB of "
            f"memory, restore {moved.seconds:.0f} s with {moved.megabytes} MB",
            well_after=made.seconds + moved.seconds,
            is_held=rows.different == ONE_MORE,
        )


@dataclass(frozen=True)
class Cost:
    """Seconds of a command, and the most memory it had in RAM."""

    seconds: float
    megabytes: int


def _timed(installation: product.Product, *arguments: str) -> Cost:
    """Run a command to its end. RuntimeError if it fails."""
    begun = time.monotonic()
    with installation.log.open("ab") as log:
        command = subprocess.Popen(
            [product.LMS, *arguments],
            env=installation.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=product.ROOT,
        )
        _, status, used = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode:
        raise RuntimeError(f"lms {arguments[0]}: {installation.log.read_text()[-2000:]}")
    return Cost(time.monotonic() - begun, used.ru_maxrss // 1024)
