"""A worker of the test's own, on the database of the application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from lms.core.extensions import db
from lms.core.jobs.runner import Shift
from lms.core.jobs.work import Work
from lms.core.storage import LocalFolder


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application."""
    with app.app_context():
        return db.engine


@pytest.fixture
def storage(tmp_path: Path) -> LocalFolder:
    """An empty storage."""
    return LocalFolder(tmp_path)


@pytest.fixture
def make_shift(engine: Engine, storage: LocalFolder) -> Callable[..., Shift]:
    """A shift with one kind of job, "count", and its handler."""

    def make(handler: Callable[[Work], None], **options: object) -> Shift:
        return Shift(
            engine=engine, storage=storage, handlers={"count": handler}, idle=0.02, **options
        )

    return make
