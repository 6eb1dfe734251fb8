"""The worker counts courses: every few minutes what changed, every night all."""

from __future__ import annotations

import datetime

from sqlalchemy import select

from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.learning.queries.summaries import as_of
from lms.learning.services.standings import (
    OVERLAP,
    REFRESH,
    ask_refresh,
    changed_enrolments,
    changed_standings,
    count_course,
    course_keys,
    write_standings,
    write_summary,
)

LOOK = "learning.refresh_courses"
CHUNK = 200
STALE = datetime.timedelta(hours=1)
"""Counts are made anew after so long although nothing changed: days pass, and people stall."""


def look(work: Work) -> None:
    """Ask for a refresh of each course that changed, or of all with `whole` in the payload."""
    whole = bool(work.payload.get("whole"))
    with work.reading() as session:
        keys = course_keys(session)
    for key in keys:
        with work.reading() as session:
            counted = as_of(session, key)
            wanted = (
                whole
                or counted is None
                or counted < work.now() - STALE
                or changed_enrolments(session, work.actor, key, since=counted - OVERLAP, limit=1)
            )
        if wanted:
            with work.transaction() as session:
                ask_refresh(session, work.actor, key, now=work.now(), whole=whole)


def refresh(work: Work) -> None:
    """Bring the standings of one course up to date in chunks, then count them.

    Chunks are computed while reading and only written in their transactions. The moment of
    the counts is that at which the refresh began, so that whatever happens meanwhile is
    found by the next.
    """
    course_key = str(work.payload["course_key"])
    if not work.cursor:
        _begin(work, course_key)
    began = datetime.datetime.fromisoformat(work.cursor["began"])
    since = work.cursor["since"]
    looked = datetime.datetime.fromisoformat(since) if since else None
    while True:
        after = int(work.cursor["after"])
        with work.reading() as session:
            ids = changed_enrolments(
                session, work.actor, course_key, since=looked, after=after, limit=CHUNK
            )
            rows = changed_standings(session, work.actor, ids)
        if not ids:
            break
        with work.transaction() as session:
            write_standings(session, work.actor, rows)
            cursor = {**work.cursor, "after": ids[-1]}
            work.advance(session, cursor=cursor, done=work.done + len(ids))
    with work.reading() as session:
        counts = count_course(session, work.actor, course_key, as_of=began)
    with work.transaction() as session:
        write_summary(session, course_key, counts, as_of=began)
        work.advance(session, result={"page": f"/teaching/{course_key}"})


def _begin(work: Work, course_key: str) -> None:
    with work.reading() as session:
        counted = None if work.payload.get("whole") else as_of(session, course_key)
        statement = select(StoredEdition.digest).where(StoredEdition.course_key == course_key)
        for digest in session.execute(statement).scalars().all():
            get_edition(session, digest)
    since = (counted - OVERLAP).isoformat() if counted is not None else ""
    with work.transaction() as session:
        work.advance(
            session, cursor={"began": work.now().isoformat(), "since": since, "after": 0}, done=0
        )


HANDLERS: dict[str, Handler] = {LOOK: look, REFRESH: refresh}
PERIODIC = (
    Periodic(LOOK, datetime.timedelta(minutes=5)),
    Periodic(
        LOOK, datetime.timedelta(days=1), datetime.timedelta(hours=2, minutes=2), {"whole": True}
    ),
)
