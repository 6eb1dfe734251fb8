"""The work of guides: reading a file under limits, and forgetting imports that are over."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select

from lms.core.actor import ANONYMOUS, Actor
from lms.core.database import Session
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.storage import NotStoredError
from lms.core.uploads.keeping import forget
from lms.guides.models import GuideImport
from lms.guides.readers.child import read_file
from lms.guides.readers.values import ReadGuide, UnreadableError, Why
from lms.guides.rules.states import GuideImportState
from lms.guides.services.importing import READ, store_reading
from lms.people.queries.sign_in import actor_of

FORGET = "guides.forget"
KEPT_ENDED = datetime.timedelta(days=7)
KEPT_OPEN = datetime.timedelta(days=60)
"""A tree nobody finished: the file can be read again."""
CHUNK = 50
EVERY = 10
"""Pages between two notes of how far it is."""

_KEEPER = Actor.system("guides")


def read_guide(work: Work) -> None:
    """Read the file in a process of its own and keep its tree, or say why not and leave nothing."""
    key = str(work.payload["storage_key"])
    with work.reading() as session:
        done = _import_of(session, work.run_id)
    if done is None and not refused_in(work.result):
        try:
            reading = _read(work, key)
        except UnreadableError as refused:
            with work.transaction() as session:
                forget(session, key)
                work.advance(session, result={"refused": refused.why.value})
        else:
            _store(work, reading)
    work.storage.delete(key)


def _read(work: Work, key: str) -> ReadGuide:
    noted = 0

    def report(done: int, total: int) -> None:
        nonlocal noted
        work.check()
        if done - noted >= EVERY or done == total:
            noted = done
            with work.transaction() as session:
                work.advance(session, done=done, total=total)

    try:
        with work.storage.open(key) as stream:
            return read_file(str(work.payload["kind"]), stream, report)
    except NotStoredError as gone:
        # A day has passed since it was sent.
        raise UnreadableError(Why.BROKEN) from gone


def _store(work: Work, reading: ReadGuide) -> None:
    with work.transaction() as session:
        now = work.now()
        actor = actor_of(session, work.requested_by or 0, now=now) or ANONYMOUS
        found = store_reading(
            session, actor, run_id=work.run_id, payload=work.payload, reading=reading, now=now
        )
        work.advance(session, result={"page": f"/guide-imports/{found.id}"})


def _import_of(session: Session, run_id: str) -> GuideImport | None:
    statement = select(GuideImport).where(GuideImport.run_id == run_id)
    return session.execute(statement).scalar_one_or_none()


def forget_imports(work: Work) -> None:
    """Delete imports that ended a week ago, and trees nobody touched for two months."""
    now = work.now()
    ended = GuideImport.finished_at < now - KEPT_ENDED
    left = (GuideImport.state == GuideImportState.OPEN) & (GuideImport.started_at < now - KEPT_OPEN)
    deleted = CHUNK
    while deleted == CHUNK:
        with work.transaction() as session:
            chosen = select(GuideImport.id).where(or_(ended, left)).limit(CHUNK)
            ids = list(session.execute(chosen).scalars())
            session.execute(delete(GuideImport).where(GuideImport.id.in_(ids)))
            deleted = len(ids)
            work.advance(session, done=work.done + deleted)


HANDLERS: Mapping[str, Handler] = {READ: read_guide, FORGET: forget_imports}
PERIODIC = (Periodic(FORGET, every=datetime.timedelta(days=1), offset=datetime.timedelta(hours=4)),)
PROMPT = (READ,)


def refused_in(result: Mapping[str, Any]) -> Why | None:
    """Why a finished job gave no guide; None if it gave one."""
    said = result.get("refused")
    return Why(said) if said else None
