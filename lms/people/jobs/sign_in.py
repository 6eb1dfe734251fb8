"""Jobs of the ways in: what a request may not look up, and what has had its day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.throttle import sweep
from lms.people.services.registrations import (
    REGISTER_JOB,
    answer_registration,
    delete_stale_registrations,
)
from lms.people.services.resets import (
    ASK_AGAIN_JOB,
    RESET_JOB,
    answer_invitation_request,
    answer_reset_request,
)

SWEEP_JOB = "people.sweep"


def _reset(work: Work) -> None:
    with work.transaction() as session:
        asked = int(work.payload["reset_request_id"])
        answer_reset_request(session, work.actor, asked, now=work.now())


def _register(work: Work) -> None:
    with work.transaction() as session:
        wanted = int(work.payload["registration_id"])
        answer_registration(session, work.actor, wanted, now=work.now())


def _ask_again(work: Work) -> None:
    with work.transaction() as session:
        digest = str(work.payload["digest"])
        answer_invitation_request(session, work.actor, digest, now=work.now())


def _sweep(work: Work) -> None:
    with work.transaction() as session:
        delete_stale_registrations(session, now=work.now())
        sweep(session, now=work.now())


HANDLERS: Mapping[str, Handler] = {
    RESET_JOB: _reset,
    REGISTER_JOB: _register,
    ASK_AGAIN_JOB: _ask_again,
    SWEEP_JOB: _sweep,
}
PROMPT = frozenset({RESET_JOB, REGISTER_JOB, ASK_AGAIN_JOB})
"""Somebody waits for these before an open mailbox."""
PERIODIC: tuple[Periodic, ...] = (
    Periodic(SWEEP_JOB, datetime.timedelta(days=1), datetime.timedelta(hours=3)),
)
