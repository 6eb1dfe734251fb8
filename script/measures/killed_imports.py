"""Killing what writes an import of people: in the end all are there once, and undo takes all."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, create_engine

from script.measures import product
from script.measures.databases import count, scalar
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

PEOPLE = 20_000
MEMBERS = ("Cambodia", "Fiji", "Indonesia", "Viet Nam")
LONGEST_RERUN = 300.0
"""Seconds after a kill until the import is whole: the lease of 30 s, a pause, the rest."""


def worker_killed_in_import() -> Iterator[Row]:
    """kill -9 in the middle of an import: in the end all are there once, and undo takes all."""
    for engine in product.ENGINES:
        with product.installed(engine) as installation:
            file = installation.folder / "people.csv"
            file.write_text(people_file(), encoding="utf-8")
            database = create_engine(installation.environment["BEKAL_DATABASE_URL"])
            strangers = count(database, "person")
            killed_at = import_and_kill(installation, database, file)
            begun = time.monotonic()
            with installation.serving():
                wait_until_imported(database)
            rerun = time.monotonic() - begun
            imported = count(database, "person") - strangers
            distinct = count(database, "(SELECT DISTINCT email FROM person)")
            run = scalar(database, "SELECT id FROM import_run")
            installation.lms("people", "import", "--undo", str(run), "--yes")
            left = count(database, "person") - strangers
            database.dispose()
            yield fault_row(
                "kill -9 of the worker in an import",
                engine,
                meanwhile=f"an import of {PEOPLE:,} people, killed at {killed_at:,}",
                lost=f"{PEOPLE - imported} of them; {left} left over after undo",
                seen="the import's page counts on",
                well_after=rerun,
                is_held=imported == PEOPLE and distinct == PEOPLE + strangers and left == 0,
            )


def people_file() -> str:
    """A file of PEOPLE invented officials of several members."""
    lines = ["Name,E-mail,Member,Agency,Post"]
    for number in range(PEOPLE):
        member = MEMBERS[number % len(MEMBERS)]
        lines.append(
            f"Official Number {number},official.{number}@police.example,{member},"
            f"{member} National Police,Inspector"
        )
    return "\n".join(lines) + "\n"


def import_and_kill(installation: product.Product, database: Engine, file: Path) -> int:
    """Import a file, kill the process that writes it in the middle; how many rows were written."""
    before = count(database, "person")
    with installation.log.open("ab") as log:
        importer = subprocess.Popen(
            [product.LMS, "people", "import", str(file), "--yes", "--send-later"],
            env=installation.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    with importer:
        while (written := count(database, "person") - before) < PEOPLE // 3:
            if importer.poll() is not None:
                raise RuntimeError(f"The import ended early:\n{installation.log.read_text()}")
            time.sleep(0.1)
        importer.kill()
    written = count(database, "person") - before
    if written >= PEOPLE:
        raise RuntimeError("The import was over before it could be killed.")
    return written


def wait_until_imported(database: Engine) -> None:
    """Wait until the import is done; RuntimeError after LONGEST_RERUN seconds."""
    deadline = time.monotonic() + LONGEST_RERUN
    while (state := scalar(database, "SELECT state FROM import_run")) != "done":
        if time.monotonic() > deadline:
            raise RuntimeError(f"The import is still “{state}”.")
        time.sleep(0.5)
