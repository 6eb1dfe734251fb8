"""Asking for a long list of learners as a file."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.jobs.made_files import MadeFiles
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.tables.files import FileForm
from lms.learning.queries.taught import get_taught
from lms.learning.rules.teaching import Narrowed

EXPORT = "learning.export_learners"
FILES = MadeFiles(EXPORT, "teaching")


def ask_export(
    session: Session,
    actor: Actor,
    course_key: str,
    wanted: Narrowed,
    form: FileForm,
    *,
    words: Mapping[str, str],
    filters: Sequence[tuple[str, str]],
    as_of: datetime.datetime,
    now: datetime.datetime,
) -> Job:
    """Ask the worker for the file; a second press while it is made gives the same job.

    `words` and `filters` are in the reader's language. Raises NotFoundError for a course
    the actor does not teach.
    """
    get_taught(session, actor, course_key)
    payload = {
        "course_key": course_key,
        "narrowed": wanted.as_json,
        "form": form.value,
        "words": dict(words),
        "filters": [list(pair) for pair in filters],
        "as_of": as_of.isoformat(),
    }
    narrowed = hashlib.sha256(repr(sorted(wanted.as_json.items())).encode()).hexdigest()[:16]
    job = enqueue(
        session, EXPORT, payload, requested_by=actor, now=now,
        once_key=f"{EXPORT}@{actor.person_id}@{course_key[:40]}@{form.value}@{narrowed}",
    )  # fmt: skip
    record(
        session, actor, "learners.export", "course", course_key,
        now=now, run_id=job.run_id, form=form.value,
    )  # fmt: skip
    return job
