"""Fixtures for all tests: the two databases, the application, the client, people.

Tests commit for real, as production does; after each one every table but the members is
emptied. Whatever uses `app` runs once on SQLite and once on PostgreSQL.
"""

from __future__ import annotations

import datetime
import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from sqlalchemy import Connection, Engine, event

from config import ROOT, Environment, Mail, Settings
from lms.core import clock
from lms.core.database import Base, Session
from lms.core.extensions import db
from lms.people.models import Person
from lms.people.services import passwords
from lms.people.services.members import load_members
from lms.web.app import create_app
from lms.web.migrating import upgrade
from tests.support import browser, postgresql
from tests.support.client import Client

ENGINES = ("sqlite", "postgresql")
KEPT = frozenset({"member", "member_alias"})


# How long an example takes says how busy the machine is, and nothing about the code.
examples.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("any machine")

# A hash of production keeps a processor busy for 150 ms, at each of a thousand sign-ins here.
passwords.hash_with(CHEAPEST)


def pytest_configure(config: pytest.Config) -> None:
    """Start the one PostgreSQL of this run in the controller; workers join it."""
    stack = ExitStack()
    stack.enter_context(postgresql.running())
    config.add_cleanup(stack.close)


def pytest_report_header() -> list[str]:
    """Say what the tests run on."""
    return [f"databases: SQLite, {postgresql.describe()}", f"browser: {browser.describe()}"]


@pytest.fixture(scope="session", params=ENGINES)
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[str]:
    """The address of an empty database of this worker, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
        return
    with postgresql.running() as cluster:
        name = f"bekal_{worker_id}"
        yield cluster.create_database(name)
        cluster.drop_database(name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of this process; two would quarrel over one event loop."""
    with browser.running() as running:
        yield running


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test process; mail goes to a folder."""
    return Settings(
        environment=Environment.TEST,
        secret_key="a key for tests that is long enough",
        database_url=database_url,
        data_folder=tmp_path_factory.mktemp("data"),
        content_folder=ROOT / "content",
        public_address="http://localhost",
        host="127.0.0.1",
        port=0,
        mail=Mail(
            sender="Bekal <no-reply@bekal.example>",
            host=None,
            port=25,
            user=None,
            password=None,
            starttls=False,
        ),
        largest_request=16 * 1024 * 1024,
        sqlite_synchronous="OFF",
        trusted_proxies=0,
    )


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The folder, one for all workers of this run, where templates lie once they are compiled."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "templates"
    folder.mkdir(exist_ok=True)
    return str(folder)


@pytest.fixture(scope="session")
def migrated_app(settings: Settings, compiled_templates: str) -> Iterator[Flask]:
    """The application on a migrated database with the members in it."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(compiled_templates)
    with app.app_context():
        upgrade()
        with Session(db.engine) as session:
            load_members(session, ROOT / "content" / "members.csv")
            session.commit()
    gc.freeze()  # what every test needs is not searched for garbage again and again
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application; afterwards its tables and its folder of files are empty again."""
    yield migrated_app
    with migrated_app.app_context():
        _empty(db.engine)
    shutil.rmtree(settings.data_folder / "files", ignore_errors=True)


def _empty(engine: Engine) -> None:
    """Empty all tables in one round trip, with foreign keys at rest: no row is looked for."""
    names = [table.name for table in Base.metadata.sorted_tables if table.name not in KEPT]
    deletes = "".join(f'DELETE FROM "{name}";' for name in names)  # noqa: S608
    with closing(engine.raw_connection()) as raw:
        driver: Any = raw.driver_connection
        if engine.dialect.name == "sqlite":
            driver.executescript(f"PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE; {deletes} COMMIT;")
            driver.execute("PRAGMA foreign_keys=ON")
        else:
            driver.execute(f"SET LOCAL session_replication_role = replica; {deletes}")
            driver.commit()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session for arranging and looking. The client commits it before each request."""
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def client(app: Flask, session: Session) -> Client:
    """A browser without JavaScript that checks every page it is given."""
    return Client(app, session)


@pytest.fixture
def sign_in(app: Flask, session: Session) -> Callable[[Person], Client]:
    """A client signed in as a person, without going through the sign-in page."""

    def signed_in(person: Person, *, second_factor: bool = False) -> Client:
        return Client(app, session).sign_in(person, second_factor=second_factor)

    return signed_in


@pytest.fixture
def now() -> datetime.datetime:
    """The moment of the test."""
    return clock.now()


@pytest.fixture
def statements(app: Flask) -> Callable[[], list[str]]:
    """A context that collects the SQL statements run inside it."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(
            _c: Connection, _cur: object, sql: str, _p: object, _ctx: object, _m: bool
        ) -> None:
            seen.append(sql)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collecting  # type: ignore[return-value]


@pytest.fixture
def outbox(settings: Settings) -> Path:
    """The folder in which delivered mail lies as .eml files, empty at the start of a test."""
    folder = settings.data_folder / "mail"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder
