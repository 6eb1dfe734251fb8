"""What a view may ask of the request in hand. For `routes` only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from flask import current_app, g, request
from sqlalchemy import Engine

from config import Settings
from lms.core import apart, clock
from lms.core.actor import ANONYMOUS, Actor
from lms.core.database import Session, for_reading_pages
from lms.core.extensions import db
from lms.core.storage import LocalFolder, Storage


def settings() -> Settings:
    """The settings this process was started with."""
    return cast(Settings, current_app.config["BEKAL"])


def storage() -> Storage:
    """Where files lie (`lms.core.storage`)."""
    return LocalFolder(settings().files_folder)


def engine() -> Engine:
    """The engine of the one database."""
    return db.engine


def session() -> Session:
    """The session of this request; committed once by `web.transaction`, never by a view."""
    return cast(Session, db.session())


def actor() -> Actor:
    """Who acts in this request; ANONYMOUS before sign-in."""
    return cast(Actor, g.get("actor", ANONYMOUS))


def now() -> datetime.datetime:
    """One moment for the whole request, so that all its rows agree."""
    if "now" not in g:
        g.now = clock.now()
    return cast(datetime.datetime, g.now)


@contextmanager
def reading() -> Iterator[Session]:
    """A short reading session of its own, closed at the end.

    For work before slow computing (password hashing, file parsing): nothing may hold
    the request's transaction, and with it SQLite's write lock, meanwhile.
    """
    with Session(for_reading_pages(db.engine), expire_on_commit=False) as reading_session:
        reading_session.info["is_reading"] = True
        yield reading_session


def only_read_on() -> None:
    """Take back what this request wrote, and only read from here on.

    For a refused POST that shows its page again: the answer is rolled back anyway, and
    the page may name people, whose access record is a write of its own that would wait
    for ever on SQLite's one write lock, held by this request.
    """
    session().rollback()
    session().info["is_reading"] = True


def record_access(person_ids: Sequence[int], *, purpose: str = "", is_export: bool = False) -> None:
    """Record that this page names these people (views declared with `recorded=True`)."""
    apart.record_access(
        db.engine,
        actor(),
        endpoint=request.endpoint or "",
        person_ids=person_ids,
        now=now(),
        purpose=purpose,
        is_export=is_export,
    )
    g.access_recorded = True
