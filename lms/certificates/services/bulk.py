"""Asking for work on many certificates: the secretariat's jobs over a scope."""

from __future__ import annotations

import datetime

from lms.certificates.queries.lists import CertificateFilter, count_of
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_

ISSUE = "certificates.issue"
REGENERATE = "certificates.regenerate"
BUNDLE = "certificates.bundle"
MAKE_MISSING = "certificates.make-missing"
"""What follows issuing many: their documents, out of the lane of those somebody awaits."""

MOST_IN_BUNDLE = 3000
"""Certificates in one ZIP and one print file: about 100 MB, and a ream and a half."""


def ask_for_issue(
    session: Session, actor: Actor, wanted: CertificateFilter, *, now: datetime.datetime
) -> Job:
    """Issue what completed enrolments of the scope have earned and lack; the job.

    The period of the scope is that of completion.
    """
    return _ask(session, actor, ISSUE, wanted, now=now)


def ask_for_regeneration(
    session: Session, actor: Actor, wanted: CertificateFilter, *, now: datetime.datetime
) -> Job:
    """Make the documents of the scope anew from their frozen rows; the job."""
    return _ask(session, actor, REGENERATE, wanted, now=now)


def ask_for_bundle(
    session: Session, actor: Actor, wanted: CertificateFilter, *, now: datetime.datetime
) -> Job:
    """Make one ZIP and one print file of the scope; the job.

    Raises BadInputError when nothing or too much is in it.
    """
    count, _highest = count_of(session, actor, wanted)
    if count == 0:
        raise BadInputError(N_("No certificate is in this choice. Take a wider one."))
    if count > MOST_IN_BUNDLE:
        raise BadInputError(
            N_("More than %(most)s certificates are in this choice. Take a narrower one."),
            most=MOST_IN_BUNDLE,
        )
    return _ask(session, actor, BUNDLE, wanted, now=now)


def zip_key(run_id: str) -> str:
    """Where the ZIP of a run lies."""
    return f"certificates/bundles/{run_id}.zip"


def print_key(run_id: str) -> str:
    """Where the print file of a run lies."""
    return f"certificates/bundles/{run_id}.pdf"


def _ask(
    session: Session,
    actor: Actor,
    kind: str,
    wanted: CertificateFilter,
    *,
    now: datetime.datetime,
) -> Job:
    job = enqueue(session, kind, {"scope": wanted.as_json()}, requested_by=actor, now=now)
    record(session, actor, kind, "job", job.id, now=now, run_id=job.run_id)
    return job
