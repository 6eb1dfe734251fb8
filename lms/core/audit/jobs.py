"""What the worker does for the audit: seal what waits, and prove the chain every night."""

from __future__ import annotations

import datetime
import threading

from sqlalchemy import Engine

from lms.core.audit.seal import CHUNK, seal, verify, waits
from lms.core.database import Session, for_reading
from lms.core.errors import NotPossibleError
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.runner import Loop
from lms.core.jobs.work import Handler, Work
from lms.core.text import N_

IDLE = 2.0
"""Seconds between two looks for rows to seal."""


def sealing(engine: Engine) -> Loop:
    """The loop that seals rows soon after they are committed, in short transactions."""

    def loop(stop: threading.Event) -> None:
        while not stop.wait(IDLE):
            seal_all(engine)

    return loop


def seal_all(engine: Engine) -> int:
    """Seal everything that waits, a chunk to a transaction; how many rows that was."""
    with Session(for_reading(engine)) as session:
        if not waits(session):
            return 0
    sealed = 0
    while True:
        with Session(engine) as session, session.begin():
            chunk = seal(session)
        sealed += chunk
        if chunk < CHUNK:
            return sealed


def prove(work: Work) -> None:
    """Prove the chain; a break parks this job, where administrators see it."""
    with work.reading() as session:
        verdict = verify(session, tell=lambda _position: work.check())
    with work.transaction() as session:
        work.advance(
            session,
            done=verdict.sealed,
            total=verdict.sealed,
            result={"sealed": verdict.sealed, "erased": verdict.erased},
        )
    if verdict.broken_at is not None:
        raise NotPossibleError(
            N_(
                "The audit is broken at position %(position)s. Keep a copy of the database and "
                "tell who answers for security."
            ),
            position=verdict.broken_at,
        )


HANDLERS: dict[str, Handler] = {"audit.prove": prove}
PERIODIC = (
    Periodic("audit.prove", every=datetime.timedelta(days=1), offset=datetime.timedelta(hours=3)),
)
