"""Loading the first cohort beside the running product, a person to a chunk."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping

from lms.core.database import Session
from lms.core.jobs.work import Handler, Work
from lms.learning.services.standings import ask_refresh, course_keys
from lms.people.services.passwords import hash_password
from lms.web.demonstration.cast import PASSWORD, cohort
from lms.web.demonstration.cohort import live
from lms.web.demonstration.loading import DEMONSTRATION, require_allowed

COHORT = "demonstration.cohort"


def load_cohort(work: Work) -> None:
    """Let everybody of the cohort live their story; after a crash it goes on where it was.

    `people` in the payload: only so many of them. Raises RefusedError where the
    demonstration is not allowed.
    """
    require_allowed(work.settings)
    password_hash = hash_password(PASSWORD)
    today = work.now()
    everybody = cohort()[: work.payload.get("people")]
    while (number := work.cursor.get("number", 0)) < len(everybody):
        began = time.monotonic()
        with work.transaction() as session:
            live(session, everybody[number], password_hash, today=today)
            work.advance(
                session, cursor={"number": number + 1}, done=number + 1, total=len(everybody)
            )
        # A story writes for as long as a person's months need. SQLite lets in whoever asks at
        # the right moment, so without a rest of the same length the pages would wait in vain.
        time.sleep(time.monotonic() - began)
    with work.transaction() as session:
        ask_counts(session, now=work.now())


def ask_counts(session: Session, *, now: datetime.datetime) -> None:
    """Let the worker count every course whole: what has just been made happened long ago."""
    for key in course_keys(session):
        ask_refresh(session, DEMONSTRATION, key, now=now, whole=True)


HANDLERS: Mapping[str, Handler] = {COHORT: load_cohort}
