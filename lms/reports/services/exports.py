"""Asking the worker for a report as a file: PDF always, CSV and XLSX when they are long."""

from __future__ import annotations

import datetime
import hashlib
import json

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.jobs.made_files import MadeFiles
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import Measure

EXPORT = "reports.export"
FILES = MadeFiles(EXPORT, "reports")
PDF = "pdf"


def ask_export(
    session: Session,
    actor: Actor,
    asked: Asked,
    form: str,
    *,
    language: str,
    measure: Measure | None = None,
    purpose: str = "",
    own: bool = False,
    now: datetime.datetime,
) -> Job:
    """Ask for the file; a second press while it is made gives the same job.

    With a measure it is the list of names behind it, for this purpose. The report is as of
    now at the latest, however long the job waits, so that it agrees with the page.
    """
    payload = {
        "asked": asked.arguments(as_of=asked.as_of),
        "form": form,
        "language": language,
        "measure": measure.value if measure else "",
        "purpose": purpose,
        "own": own,
    }
    said = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:24]
    job = enqueue(
        session,
        EXPORT,
        payload,
        requested_by=actor,
        now=now,
        once_key=f"{EXPORT}@{actor.person_id}@{said}",
    )
    record(
        session,
        actor,
        "report.export",
        "report",
        "completion",
        now=now,
        run_id=job.run_id,
        form=form,
        names=measure is not None,
    )
    return job
