"""Beginning an import, and what a person decides about it. The work itself is done by jobs."""

from __future__ import annotations

import datetime
import uuid

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.services import enqueue
from lms.core.text import N_, clean_line
from lms.people.models import ImportRun
from lms.people.queries.imports.runs import ImportScope, get_run, job_of
from lms.people.rules.imports.states import ImportState, transition
from lms.people.rules.spreadsheets.delimited import DELIMITER_NAMES
from lms.people.rules.spreadsheets.encodings import ENCODING_NAMES

READ = "people.import.read"
WRITE = "people.import.write"
UNDO = "people.import.undo"
INVITE = "people.import.invite"

_MOVED_ON = N_("This import has moved on meanwhile. Load the page again to see where it stands.")


def new_storage_key() -> str:
    """Where the file of an import lies; nothing of its name is taken over."""
    return f"imports/{uuid.uuid4()}"


def start_import(
    session: Session,
    actor: Actor,
    *,
    scope: ImportScope,
    file_name: str,
    storage_key: str,
    encoding: str = "",
    delimiter: str = "",
    now: datetime.datetime,
) -> ImportRun:
    """Begin an import of a stored file: a job reads and checks it, and nothing else is written.

    `scope` is one of `import_scopes(session, actor)`. Encoding and delimiter are guessed
    unless given. Raises BadInputError on either if it is not of the lists.
    """
    _check_choices(encoding, delimiter)
    run = ImportRun(
        run_id=str(uuid.uuid4()),
        member_code=scope.member_code,
        agency_id=scope.agency_id,
        covers_all=scope.covers_all,
        state=ImportState.READING,
        file_name=clean_line(file_name)[:200] or "people",
        storage_key=storage_key,
        encoding=encoding,
        delimiter=delimiter,
        reading={},
        counts={},
        message_values={},
        started_by=actor.person_id,
        started_at=now,
    )
    session.add(run)
    session.flush()
    _enqueue(session, actor, run, READ, now=now)
    _record(session, actor, run, "import.start", now=now)
    return run


def read_again(
    session: Session,
    actor: Actor,
    run_id: int,
    *,
    encoding: str,
    delimiter: str,
    sheet: str,
    now: datetime.datetime,
) -> ImportRun:
    """Read the same file once more in another encoding, delimiter or sheet.

    Raises NotPossibleError once it is being written, BadInputError for what is not of
    the lists.
    """
    _check_choices(encoding, delimiter)
    run = _take(session, actor, run_id, "read_again")
    run.encoding, run.delimiter, run.sheet = encoding, delimiter, sheet[:80]
    run.counts, run.message, run.message_values = {}, "", {}
    _enqueue(session, actor, run, READ, now=now)
    session.flush()
    return run


def begin_writing(
    session: Session,
    actor: Actor,
    run_id: int,
    *,
    new: int,
    changed: int,
    problems: int,
    sends_invitations: bool,
    now: datetime.datetime,
) -> ImportRun:
    """Let the previewed rows be written.

    The three counts are those the person was shown: if they are no longer true (the file
    was read anew in another window), NotPossibleError, and nothing is begun.
    """
    run = _take(session, actor, run_id, "write")
    shown = {"new": new, "changed": changed, "problems": problems}
    if any(run.counts.get(name, 0) != count for name, count in shown.items()):
        raise NotPossibleError(_MOVED_ON)
    if not new + changed:
        raise NotPossibleError(N_("There is nothing in this file to import."))
    run.sends_invitations = sends_invitations
    _enqueue(session, actor, run, WRITE, now=now)
    _record(session, actor, run, "import.write", now=now)
    return run


def send_invitations_now(
    session: Session, actor: Actor, run_id: int, *, now: datetime.datetime
) -> ImportRun:
    """Mail the invitations that were put off when the import was written. A repeat is refused."""
    run = get_run(session, actor, run_id, for_change=True)
    if run.state is not ImportState.DONE or run.sends_invitations or is_at_work(session, run):
        raise NotPossibleError(_MOVED_ON)
    run.sends_invitations = True
    _enqueue(session, actor, run, INVITE, now=now)
    _record(session, actor, run, "import.invite", now=now)
    return run


def begin_undo(session: Session, actor: Actor, run_id: int, *, now: datetime.datetime) -> ImportRun:
    """Let everything the import wrote be taken back, as far as nobody built on it."""
    run = _take(session, actor, run_id, "undo")
    if is_at_work(session, run):
        raise NotPossibleError(
            N_("The invitations of this import are still being sent. Undo it when that is done.")
        )
    _enqueue(session, actor, run, UNDO, now=now)
    _record(session, actor, run, "import.undo", now=now)
    return run


def drop_import(
    session: Session, actor: Actor, run_id: int, *, now: datetime.datetime
) -> ImportRun:
    """Give up an import that was never written; its rows are forgotten with the next night."""
    run = _take(session, actor, run_id, "drop")
    run.finished_at = now
    session.flush()
    _record(session, actor, run, "import.drop", now=now)
    return run


def is_at_work(session: Session, run: ImportRun) -> bool:
    """Whether a job of this import waits or runs."""
    job = job_of(session, run)
    return job is not None and job.state in {JobState.WAITING, JobState.RUNNING}


def _take(session: Session, actor: Actor, run_id: int, verb: str) -> ImportRun:
    """Lock the run and move it; NotPossibleError if this verb leads nowhere from its state."""
    run = get_run(session, actor, run_id, for_change=True)
    step = transition(run.state, verb)
    if step is None:
        raise NotPossibleError(_MOVED_ON)
    run.state = step.after
    return run


def _enqueue(
    session: Session, actor: Actor, run: ImportRun, kind: str, *, now: datetime.datetime
) -> Job:
    job = enqueue(
        session,
        kind,
        {"import_run_id": run.id},
        requested_by=actor,
        now=now,
        once_key=f"{kind}:{run.id}",
    )
    run.job_id = job.id
    session.flush()
    return job


def _record(
    session: Session, actor: Actor, run: ImportRun, verb: str, *, now: datetime.datetime
) -> None:
    record(session, actor, verb, "import_run", run.id, now=now, run_id=run.run_id)


def _check_choices(encoding: str, delimiter: str) -> None:
    if encoding and encoding not in ENCODING_NAMES:
        raise BadInputError(N_("Choose an encoding of the list."), field="encoding")
    if delimiter and delimiter not in DELIMITER_NAMES:
        raise BadInputError(N_("Choose a delimiter of the list."), field="delimiter")
