"""Telling authors that the course they follow has a new edition."""

from __future__ import annotations

import datetime

from lms.authoring.services.following import AT_ONCE, tell_of_new_editions
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work

TELL = "authoring.tell_of_sources"


def tell_of_sources(work: Work) -> None:
    """Look at every adaptation; each is told of an edition once."""
    told = AT_ONCE
    while told == AT_ONCE:
        with work.transaction() as session:
            told = tell_of_new_editions(session, work.actor, now=work.now())
            work.advance(session, done=work.done + told)


HANDLERS: dict[str, Handler] = {TELL: tell_of_sources}
PERIODIC = (Periodic(TELL, datetime.timedelta(minutes=15)),)
