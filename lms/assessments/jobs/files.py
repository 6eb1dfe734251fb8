"""The worker lets go of files that were handed in and marked long ago."""

from __future__ import annotations

import datetime

from lms.assessments.queries.files import attempts_with_old_files
from lms.assessments.services.files import let_go
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work

FORGET = "assessments.forget_files"
KEPT_AFTER_MARKING = datetime.timedelta(days=365)
"""What was said of a file stays; the file itself has served when nobody can ask about it."""
CHUNK = 100


def forget(work: Work) -> None:
    """Let go of them in chunks; what lies in storage goes with the next expired uploads."""
    found = CHUNK
    while found == CHUNK:
        with work.transaction() as session:
            over = work.now() - KEPT_AFTER_MARKING
            ids = attempts_with_old_files(session, work.actor, marked_before=over, limit=CHUNK)
            let_go(session, work.actor, ids, now=work.now())
            found = len(ids)
            work.advance(session, done=work.done + found)


HANDLERS: dict[str, Handler] = {FORGET: forget}
PERIODIC = (Periodic(FORGET, every=datetime.timedelta(days=1), offset=datetime.timedelta(hours=4)),)
