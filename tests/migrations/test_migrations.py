"""Migrations: one head, numbered, both ways, equal to the models, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import event, inspect

from config import ROOT, Settings
from lms.access.guard import owned_tables
from lms.access.reaches import VOUCHED
from lms.core.database import Base
from lms.core.extensions import db
from lms.web.app import create_app
from lms.web.migrating import downgrade, upgrade
from tests.support import postgresql

FOLDER = ROOT / "migrations"
SCRIPTS = ScriptDirectory(str(FOLDER))


@pytest.fixture
def empty_app(
    database_url: str, settings: Settings, tmp_path: Path, worker_id: str
) -> Iterator[Flask]:
    """The application on a database of its own with nothing in it."""
    if database_url.startswith("sqlite"):
        app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
        yield app
        with app.app_context():
            db.engine.dispose()
        return
    with postgresql.running() as cluster:
        name = f"bekal_migrations_{worker_id}"
        url = cluster.create_database(name)
        app = create_app(replace(settings, database_url=url))
        yield app
        with app.app_context():
            db.engine.dispose()
        cluster.drop_database(name)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def differences(app: Flask) -> list[object]:
    with app.app_context():
        # Looking at the schema touches every table; the guard is about their rows.
        engine = db.engine.execution_options(**{VOUCHED: owned_tables()})
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_database_after_all_migrations_is_what_the_models_say(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
    assert tables(empty_app) == set(Base.metadata.tables)
    assert differences(empty_app) == []


def test_each_migration_goes_down_and_up_again(empty_app: Flask) -> None:
    revisions = [script.revision for script in SCRIPTS.walk_revisions()]
    with empty_app.app_context():
        upgrade()
        for revision in [*revisions[1:], "base"]:
            downgrade(revision=revision)
        assert tables(empty_app) == set()
        for revision in reversed(revisions):
            upgrade(revision=revision)
    assert differences(empty_app) == []


def test_upgrade_that_is_stopped_in_the_middle_leaves_the_old_state(empty_app: Flask) -> None:
    newest, _, old = [each.revision for each in SCRIPTS.walk_revisions()][:3]

    def stop(_c: object, _cur: object, sql: str, values: object, _x: object, _m: bool) -> None:
        if sql.startswith("UPDATE alembic_version") and newest in f"{sql}{values}":
            raise InterruptedError

    with empty_app.app_context():
        upgrade(revision=old)
        tables = inspect(db.engine).get_table_names()
        event.listen(db.engine, "before_cursor_execute", stop)
        with pytest.raises(InterruptedError):
            upgrade()
        event.remove(db.engine, "before_cursor_execute", stop)
        with db.engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == old
        assert inspect(db.engine).get_table_names() == tables


def test_there_is_one_head_and_files_are_numbered_in_order() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    names = sorted(path.name for path in (FOLDER / "versions").glob("*.py"))
    for number, name in enumerate(names, 1):
        assert re.fullmatch(rf"{number:04}_[a-z_]+\.py", name), f"{name} is not number {number}."
    chain = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
    assert chain == [name[:4] for name in names]


def test_migrations_do_not_import_the_models_of_today() -> None:
    for path in (FOLDER / "versions").glob("*.py"):
        assert "lms." not in path.read_text(), f"{path.name} imports from lms."
