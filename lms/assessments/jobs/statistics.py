"""The worker counts what was handed in, a few minutes after."""

from __future__ import annotations

import datetime

from lms.assessments.services.statistics import count_attempts, digests_to_count
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.courses.store import get_edition

CHUNK = 100
COUNT = "assessments.count_attempts"


def count(work: Work) -> None:
    """Count every attempt handed in that is not counted yet, in chunks.

    Editions are read into the process before each chunk, so that none is parsed while
    SQLite's write lock is held.
    """
    counted = CHUNK
    while counted == CHUNK:
        with work.reading() as session:
            digests = digests_to_count(session, work.actor, limit=CHUNK)
            for digest in digests:
                get_edition(session, digest)
        if not digests:
            return
        with work.transaction() as session:
            counted = count_attempts(session, work.actor, now=work.now(), limit=CHUNK)
            work.advance(session, cursor={"counted": work.done + counted}, done=work.done + counted)


HANDLERS: dict[str, Handler] = {COUNT: count}
PERIODIC = (Periodic(COUNT, datetime.timedelta(minutes=5)),)
