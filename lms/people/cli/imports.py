"""`lms people import`: the same import as in the browser, with the work done here and now."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lms.access.reaches import Reach
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session, for_reading
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.runner import Shift, run_worker
from lms.core.request import storage
from lms.core.text import N_
from lms.people.cli.group import people
from lms.people.jobs.imports import HANDLERS
from lms.people.models import ImportRun
from lms.people.queries.imports.runs import (
    ImportScope,
    get_run,
    import_scopes,
    job_of,
    list_problems,
)
from lms.people.queries.imports.undoing import plan_undo
from lms.people.queries.members import find_member
from lms.people.queries.persons import find_by_emails
from lms.people.queries.sign_in import actor_of
from lms.people.rules.imports.problems import Problem
from lms.people.rules.imports.states import ImportState
from lms.people.rules.spreadsheets.limits import MOST_ROWS
from lms.people.rules.spreadsheets.reading import check_kind, check_size
from lms.people.services.imports import runs

COMMAND = Actor.system("import command")
LOOK = 0.1
"""Seconds between two looks at how far the job is."""


@people.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--member", help="Name, code or alias of the member all rows belong to.")
@click.option("--as", "email", help="Import with the permissions of the person with this address.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--leave-out", is_flag=True, help="Leave rows with problems out, import the rest.")
@click.option("--send-later", is_flag=True, help="Mail no invitations yet.")
@click.option("--undo", type=int, metavar="RUN", help="Undo the import with this number.")
def import_people(
    file: Path | None,
    member: str | None,
    email: str | None,
    dry_run: bool,
    yes: bool,
    leave_out: bool,
    send_later: bool,
    undo: int | None,
) -> None:
    """Import the people of FILE (CSV or XLSX), or take an import back with --undo RUN.

    Everything is checked first. With problems in the file nothing is imported, unless
    --leave-out says so.
    """
    if (file is None) == (undo is None):
        raise click.UsageError("Name a file to import, or the number of an import to undo.")
    actor = _actor(email)
    with _working():
        if undo is not None:
            _undo(actor, undo, dry_run=dry_run, yes=yes)
        elif file is not None:
            _import(
                actor,
                file,
                member,
                dry_run=dry_run,
                yes=yes,
                leave_out=leave_out,
                sends_invitations=not send_later,
            )


def _import(
    actor: Actor,
    file: Path,
    member: str | None,
    *,
    dry_run: bool,
    yes: bool,
    leave_out: bool,
    sends_invitations: bool,
) -> None:
    run = _read(actor, file, member)
    is_kept = False
    try:
        if run.state is ImportState.FAILED:
            raise BadInputError(f"{file}: {run.message % run.message_values}")
        counts = run.counts
        people_in, problems = counts["new"] + counts["changed"], counts["problems"]
        _print_problems(actor, run, file)
        click.echo(
            f"{counts['rows']} rows: {counts['new']} new, {counts['changed']} changed, "
            f"{counts['same']} the same, {problems} with problems."
        )
        for code, name in counts["agencies"]:
            click.echo(f"Will be added: agency “{name}” of {code}.")
        if problems and not leave_out:
            raise NotPossibleError(
                N_(
                    "Rows with problems: %(count)s. Nothing was imported. "
                    "Mend them, or leave them out with --leave-out."
                ),
                count=problems,
            )
        if dry_run or not people_in:
            click.echo("Nothing was imported.")
            return
        left = f", leave {problems} out" if problems else ""
        if not yes:
            click.confirm(f"Import {people_in} people{left}?", abort=True)
        with Session(db.engine) as session, session.begin():
            runs.begin_writing(
                session,
                actor,
                run.id,
                new=counts["new"],
                changed=counts["changed"],
                problems=problems,
                sends_invitations=sends_invitations,
                now=clock.now(),
            )
        is_kept = True
    finally:
        if not is_kept:
            _drop(actor, run)
    run = _wait(actor, run.id, "Importing")
    written = run.counts["written"]
    click.echo(
        f"Import {run.id}: {written.get('new', 0)} new, {written.get('changed', 0)} changed, "
        f"{written.get('left_out', 0)} left out since somebody changed them meanwhile."
    )
    click.echo(f"Undo it with: lms people import --undo {run.id}")


def _read(actor: Actor, file: Path, member: str | None) -> ImportRun:
    """Store the file and let it be read; the run as it stands then."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInputError(
            N_("%(file)s cannot be opened: %(reason)s."), file=str(file), reason=error.strerror
        ) from error
    try:
        check_size(len(content))
        check_kind(content)
    except BadInputError as error:
        raise BadInputError(f"{file}: {error}") from error
    with Session(for_reading(db.engine)) as session:
        scope = _scope(session, actor, member)
    key = runs.new_storage_key()
    storage().put(key, content)
    with Session(db.engine) as session, session.begin():
        run_id = runs.start_import(
            session, actor, scope=scope, file_name=file.name, storage_key=key, now=clock.now()
        ).id
    return _wait(actor, run_id, "Reading")


def _undo(actor: Actor, run_id: int, *, dry_run: bool, yes: bool) -> None:
    with Session(for_reading(db.engine)) as session:
        run = get_run(session, actor, run_id)
        if run.state is not ImportState.DONE or run.forgotten_at is not None:
            raise NotPossibleError(N_("This import cannot be undone (any more)."))
        plan = plan_undo(session, actor, run)
    kept = plan.kept + plan.changed_since + plan.elsewhere
    click.echo(f"{plan.removed} people taken away, {plan.restored} set back, {kept} kept.")
    if dry_run:
        return
    if not yes:
        click.confirm(f"Undo import {run_id}?", abort=True)
    with Session(db.engine) as session, session.begin():
        runs.begin_undo(session, actor, run_id, now=clock.now())
    undone = _wait(actor, run_id, "Undoing").counts["undone"]
    click.echo(
        f"Undone: {undone.get('removed', 0)} taken away, {undone.get('restored', 0)} set back, "
        f"{undone.get('kept', 0)} kept."
    )


def _print_problems(actor: Actor, run: ImportRun, file: Path) -> None:
    """One line a problem, as compilers print them: file, row, column, sentence."""
    with Session(for_reading(db.engine)) as session:
        found, _ = list_problems(session, actor, run, limit=MOST_ROWS * 2)
    for each in found:
        problem = Problem(each.field, each.code, each.facts)
        click.echo(f"{file}:{each.number}:{each.field}: {problem.sentence}", err=True)


def _actor(email: str | None) -> Actor:
    if email is None:
        return COMMAND
    with Session(for_reading(db.engine)) as session:
        found = find_by_emails(session, COMMAND, [email], Reach.ALL_MEMBERS).values()
        person = next(iter(found), None)
        actor = actor_of(session, person.id, now=clock.now()) if person is not None else None
    if actor is None:
        raise NotFoundError(N_("Nobody with the address %(email)s can sign in."), email=email)
    return actor


def _scope(session: Session, actor: Actor, member: str | None) -> ImportScope:
    """For whom to import: the member named, else what the actor's roles leave no choice of."""
    scopes = import_scopes(session, actor)
    if not scopes:
        raise NotPossibleError(N_("This person's roles do not let them import people."))
    if member is None:
        if len(scopes) == 1 or scopes[0].covers_all:
            return scopes[0]
        raise BadInputError(N_("Say with --member for which member this file is."))
    found = find_member(session, member)
    scope = next((each for each in scopes if found and each.key == found.code), None)
    if scope is None:
        raise BadInputError(
            N_("There is no member “%(member)s” among those to import for."), member=member
        )
    return scope


def _drop(actor: Actor, run: ImportRun) -> None:
    """Leave nothing behind of an import that does not go on."""
    with Session(db.engine) as session, session.begin():
        runs.drop_import(session, actor, run.id, now=clock.now())
    storage().delete(run.storage_key)


@contextmanager
def _working() -> Iterator[None]:
    """Do the jobs of imports in this process as well, so that no worker need run beside it."""
    logging.getLogger("bekal.worker").setLevel(logging.ERROR)
    stop = threading.Event()
    shift = Shift(engine=db.engine, handlers=HANDLERS, storage=storage(), idle=LOOK)
    worker = threading.Thread(target=run_worker, args=(shift, stop), daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _wait(actor: Actor, run_id: int, label: str) -> ImportRun:
    """Show how far the job of the run is until it ends; the run as it stands then."""
    with click.progressbar(length=1, label=label) as bar:
        shown = 0
        while True:
            run, job = _look(actor, run_id)
            bar.length = job.total or 1
            bar.update(job.done - shown)
            shown = job.done
            if job.state is JobState.DONE:
                return run
            if job.state in {JobState.PARKED, JobState.CANCELLED} or job.last_error:
                raise NotPossibleError(
                    N_(
                        "The job %(job)s stopped: %(reason)s What it did so far stays, "
                        "and it goes on from there when it is tried again."
                    ),
                    job=job.id,
                    reason=job.last_error or "it was cancelled.",
                )
            time.sleep(LOOK)


def _look(actor: Actor, run_id: int) -> tuple[ImportRun, Job]:
    with Session(for_reading(db.engine), expire_on_commit=False) as session:
        run = get_run(session, actor, run_id)
        job = job_of(session, run)
        if job is None:
            raise LookupError(f"Import {run_id} has no job.")
        return run, job
