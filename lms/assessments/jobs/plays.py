"""The worker counts how scenarios were played, a few minutes after."""

from __future__ import annotations

import datetime

from lms.assessments.services.play_statistics import count_plays, editions_to_count
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.courses.store import get_edition

CHUNK = 100
COUNT_PLAYS = "assessments.count_plays"


def count(work: Work) -> None:
    """Count every play that is over or was left and is not counted yet, in chunks."""
    counted = CHUNK
    while counted == CHUNK:
        with work.reading() as session:
            digests = editions_to_count(session, work.actor, now=work.now(), limit=CHUNK)
            for digest in digests:
                get_edition(session, digest)
        if not digests:
            return
        with work.transaction() as session:
            counted = count_plays(session, work.actor, now=work.now(), limit=CHUNK)
            work.advance(session, cursor={"counted": work.done + counted}, done=work.done + counted)


HANDLERS: dict[str, Handler] = {COUNT_PLAYS: count}
PERIODIC = (Periodic(COUNT_PLAYS, datetime.timedelta(minutes=15)),)
