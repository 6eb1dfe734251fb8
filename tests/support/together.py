"""Several changes at the same moment, each in a thread and a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

from lms.core.database import Session
from lms.core.errors import BekalError
from lms.core.extensions import db

LONGEST = 30
"""Seconds after which changes that wait for one another count as stuck."""


def at_once(app: Flask, *changes: Callable[[Session], None]) -> list[BekalError | None]:
    """Start all changes together and commit what succeeds; what each was refused with, or None.

    Whatever else a change raises, a deadlock among them, comes out here.
    """
    with app.app_context():
        engine = db.engine
    ready = threading.Barrier(len(changes))
    refused: list[BekalError | None] = [None] * len(changes)
    broken: list[BaseException] = []

    def run(place: int, change: Callable[[Session], None]) -> None:
        ready.wait(LONGEST)
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                change(session)
        except BekalError as error:
            refused[place] = error
        except BaseException as error:  # noqa: BLE001 - a thread's error must reach the test
            broken.append(error)

    threads = [
        threading.Thread(target=run, args=(place, change), daemon=True)
        for place, change in enumerate(changes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert not any(thread.is_alive() for thread in threads), "The changes wait for one another."
    if broken:
        raise broken[0]
    return refused
