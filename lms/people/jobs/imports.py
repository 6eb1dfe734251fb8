"""The work of imports: reading, writing, inviting, undoing, forgetting. All in chunks."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, RefusedError
from lms.core.jobs.periodic import Periodic
from lms.core.jobs.work import Handler, Work
from lms.core.text import N_
from lms.people.models import ImportRun
from lms.people.queries.imports.ground import read_ground
from lms.people.queries.imports.invitations import uninvited_people
from lms.people.queries.imports.undoing import written_rows
from lms.people.queries.sign_in import actor_of
from lms.people.rules.imports.states import ImportState
from lms.people.services.imports import reading, undoing, writing
from lms.people.services.imports.forgetting import forget_chunk, runs_to_forget
from lms.people.services.imports.runs import INVITE, READ, UNDO, WRITE

READ_CHUNK = 500
"""Rows judged and stored at a time; each costs little, and nothing of it is final."""
FORGET = "people.import.forget"

_SYSTEM = Actor.system("import")


def read_import(work: Work) -> None:
    """Read the file, judge its rows, store them; then the import waits for a decision."""
    run = _run_of(work)
    if run.state is not ImportState.READING:
        return
    try:
        with work.storage.open(run.storage_key) as stream:
            content = stream.read()
        prepared = reading.prepare(
            content, encoding=run.encoding, delimiter=run.delimiter, sheet=run.sheet
        )
    except BadInputError as error:
        with work.transaction() as session:
            run = _load(session, run.id)
            reading.fail_reading(session, _SYSTEM, run, error, work.now())
        return
    if not work.cursor:
        with work.transaction() as session:
            reading.forget_rows(session, _SYSTEM, _load(session, run.id))
            work.advance(session, cursor={"row": 0, "counts": {}}, done=0, total=len(prepared.rows))
    with work.reading() as session:
        actor = _actor_of(session, run, work.now())
        ground = read_ground(session, actor, run)
    while work.cursor["row"] < len(prepared.rows):
        start = work.cursor["row"]
        rows = prepared.rows[start : start + READ_CHUNK]
        with work.reading() as session:
            judged = reading.judge_rows(session, actor, prepared, ground, rows)
        counts = reading.add_counts(work.cursor["counts"], judged)
        end = start + len(rows)
        with work.transaction() as session:
            reading.store_rows(session, run, judged)
            if end == len(prepared.rows):
                reading.finish_reading(_load(session, run.id), prepared, counts)
            work.advance(session, cursor={"row": end, "counts": counts}, done=end)


def write_import(work: Work) -> None:
    """Write the previewed rows, 200 at a time, under the importer's own permissions."""
    run = _run_of(work)
    if run.state is not ImportState.WRITING:
        return
    if not work.cursor:
        with work.transaction() as session:
            run = _load(session, run.id)
            actor = _actor_of(session, run, work.now())
            added = writing.add_agencies(session, actor, run, now=work.now())
            run.counts = {**run.counts, "added_agencies": added}
            total = run.counts["new"] + run.counts["changed"]
            work.advance(session, cursor={"number": -1, "counts": {}}, done=0, total=total)
    finished = False
    while not finished:
        with work.transaction() as session:
            run, now = _load(session, run.id), work.now()
            actor = _actor_of(session, run, now)
            rows = writing.rows_to_write(session, actor, run, after=work.cursor["number"])
            ground = read_ground(session, actor, run)
            made = writing.write_rows(session, actor, run, rows, ground, now=now)
            finished = len(rows) < writing.CHUNK
            cursor = _moved(work, rows[-1].number if rows else work.cursor["number"], made)
            if finished:
                run.state, run.finished_at = ImportState.DONE, now
                run.counts = {**run.counts, "written": cursor["counts"]}
                _record(session, actor, run, "import.done", now, cursor["counts"])
            work.advance(session, cursor=cursor, done=work.done + len(rows))
    work.storage.delete(run.storage_key)


def invite_imported(work: Work) -> None:
    """Mail the invitations that were put off, to those who still wait for one."""
    run = _run_of(work)
    finished = False
    while not finished:
        with work.transaction() as session:
            run, now = _load(session, run.id), work.now()
            actor = _actor_of(session, run, now)
            people = uninvited_people(
                session, actor, run, after=work.cursor.get("person", 0), limit=writing.CHUNK
            )
            writing.invite_people(session, actor, people, now=now)
            finished = len(people) < writing.CHUNK
            last = people[-1].id if people else 0
            done = work.done + len(people)
            work.advance(session, cursor={"person": last}, done=done, total=max(done, work.total))


def undo_import(work: Work) -> None:
    """Take back what the import wrote, 200 rows at a time."""
    run = _run_of(work)
    if run.state is not ImportState.UNDOING:
        return
    finished = False
    while not finished:
        with work.transaction() as session:
            run, now = _load(session, run.id), work.now()
            actor = _actor_of(session, run, now)
            after = work.cursor.get("number", -1)
            rows = written_rows(session, actor, run, after=after, limit=writing.CHUNK)
            last = rows[-1].number if rows else after
            made = undoing.undo_rows(session, actor, run, rows, now=now)
            finished = len(rows) < writing.CHUNK
            cursor = _moved(work, last, made)
            if finished:
                undoing.remove_agencies(session, actor, run, now=now)
                run.state, run.finished_at = ImportState.UNDONE, now
                run.counts = {**run.counts, "undone": cursor["counts"]}
                _record(session, actor, run, "import.undone", now, cursor["counts"])
            written = run.counts.get("written", {})
            total = written.get("new", 0) + written.get("changed", 0)
            work.advance(session, cursor=cursor, done=work.done + len(rows), total=total)


def forget_imports(work: Work) -> None:
    """Delete rows and files of imports whose time is over."""
    with work.reading() as session:
        runs = runs_to_forget(session, now=work.now())
    for run in runs:
        work.storage.delete(run.storage_key)
        left = True
        while left:
            with work.transaction() as session:
                left = forget_chunk(session, run.id) > 0
                if not left:
                    _load(session, run.id).forgotten_at = work.now()


def _run_of(work: Work) -> ImportRun:
    with work.reading() as session:
        return _load(session, int(work.payload["import_run_id"]))


def _load(session: Session, run_id: int) -> ImportRun:
    statement = scoped(ImportRun, _SYSTEM, Reach.ALL_MEMBERS).where(ImportRun.id == run_id)
    return session.execute(statement).scalar_one()


def _actor_of(session: Session, run: ImportRun, now: datetime.datetime) -> Actor:
    """Who started the import, with the roles held now; the system for the command line."""
    if run.started_by is None:
        return _SYSTEM
    actor = actor_of(session, run.started_by, now=now)
    if actor is None:
        raise RefusedError(N_("Who started this import has no account any more."))
    return actor


def _moved(work: Work, number: int, made: Counter[str]) -> dict[str, Any]:
    counts = Counter(work.cursor.get("counts", {}))
    counts.update(made)
    return {"number": number, "counts": dict(counts)}


def _record(
    session: Session,
    actor: Actor,
    run: ImportRun,
    verb: str,
    now: datetime.datetime,
    counts: Mapping[str, int],
) -> None:
    record(
        session, actor, verb, "import_run", run.id, now=now, run_id=run.run_id, counts=dict(counts)
    )


HANDLERS: Mapping[str, Handler] = {
    READ: read_import,
    WRITE: write_import,
    INVITE: invite_imported,
    UNDO: undo_import,
    FORGET: forget_imports,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic(FORGET, datetime.timedelta(days=1), datetime.timedelta(hours=4)),
)
