"""Killing `lms db upgrade` in the middle of each of the last migrations; tables hold data."""

import logging
import re
import subprocess
from collections.abc import Iterator

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from script.measures import product, submits
from script.measures.databases import count
from script.measures.fault_rows import fault_row
from script.measures.frame import Row

LAST = 3
"""Migrations, counted from the newest, in the middle of which the upgrade is killed."""
PEOPLE = 20
LONGEST_START = 180.0
"""Seconds after which `lms serve` counts as serving; a refusal comes at once on a quiet machine."""
_RUNNING = re.compile(rb"Running upgrade (\w+) -> (\w+)")


def migration_killed() -> Iterator[Row]:
    """kill -9 of `lms db upgrade` in each of the last migrations: the old state, then the new."""
    for engine_name in product.ENGINES:
        with product.installed(engine_name, filled=False) as installation:
            submits.ready(installation, PEOPLE)
            engine = submits.engine_of(installation)
            before = shape(engine)
            script = ScriptDirectory(str(product.ROOT / "migrations"))
            chain = [each.revision for each in script.walk_revisions()]
            newest, old = chain[:LAST], chain[LAST]
            installation.lms("db", "downgrade", old)
            old_rows = rows_of(engine)
            wrong = []
            for revision in reversed(newest):
                kill_in(installation, revision)
                if (found := head_of(engine)) != old:
                    wrong.append(f"killed in {revision}, the database says {found}")
                if rows_of(engine) != old_rows:
                    wrong.append(f"killed in {revision}, rows differ")
            said = refusal_of(installation)
            installation.lms("db", "upgrade")
            if shape(engine) != before:
                wrong.append("after the upgrade, tables or rows differ from before")
            if head_of(engine) != newest[0]:
                wrong.append("the upgrade did not reach the newest migration")
            engine.dispose()
            yield fault_row(
                f"kill -9 of `lms db upgrade` in each of the last {LAST} migrations",
                engine_name,
                meanwhile=f"{len(old_rows)} tables, {sum(old_rows.values()):,} rows",
                lost="; ".join(wrong) or "nothing: the old state each time, then the new",
                seen=f"`lms serve` does not start: “{said}”",
                well_after=None,
                is_held=not wrong and "Run: lms db upgrade" in said,
            )


def kill_in(installation: product.Product, revision: str) -> None:
    """Start the upgrade and kill it as soon as it says that it runs this migration."""
    with subprocess.Popen(
        [product.LMS, "db", "upgrade"],
        env=installation.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=product.ROOT,
    ) as upgrade:
        for line in upgrade.stderr or ():
            found = _RUNNING.search(line)
            if found and found.group(2).decode() == revision:
                upgrade.kill()
                return
    raise RuntimeError(f"The upgrade never came to {revision}.")


def refusal_of(installation: product.Product) -> str:
    """What `lms serve` says on the old state, which it must not serve."""
    try:
        installation.lms("serve", seconds=LONGEST_START)
    except RuntimeError as refused:
        said: str = str(refused).splitlines()[-1]
        return said[said.find("Error: ") + len("Error: ") :]
    except subprocess.TimeoutExpired:
        return "it serves"
    return "nothing"


def head_of(engine: Engine) -> str | None:
    """The migration the database says it is at."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def rows_of(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    return {name: count(engine, f'"{name}"') for name in sorted(inspect(engine).get_table_names())}


def shape(engine: Engine) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Rows and columns of each table."""
    names = inspect(engine)
    rows = rows_of(engine)
    return {
        name: (rows[name], tuple(column["name"] for column in names.get_columns(name)))
        for name in rows
    }
