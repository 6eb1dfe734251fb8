"""Imports as pages show them: runs, rows, problems, and the job at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.jobs.models import Job
from lms.core.text import N_
from lms.people.models import Agency, ImportProblem, ImportRow, ImportRun
from lms.people.models.imports import RowOutcome
from lms.people.queries.members import member_names

PAGE = 50


@dataclass(frozen=True, slots=True)
class ImportScope:
    """For whom somebody may import: one member, one agency of it, or all members.

    `key` names it in forms: the member's code, "agency-7", or "all".
    """

    key: str
    member_code: str
    agency_id: int | None
    covers_all: bool
    name: str


def import_scopes(session: Session, actor: Actor) -> list[ImportScope]:
    """For whom the actor may import, all members first, then by name."""
    scopes = scopes_for(actor, Permission.IMPORT_RUN)
    names = member_names(session)
    found = [
        ImportScope(code, code, None, covers_all=False, name=names[code])
        for code in (names if scopes.everywhere else scopes.of(ScopeKind.MEMBER))
        if code in names
    ]
    for scope in sorted(scopes.of(ScopeKind.AGENCY)):
        agency = session.get(Agency, int(scope))
        if agency is not None and agency.closed_at is None:
            key = f"agency-{agency.id}"
            found.append(ImportScope(key, agency.member_code, agency.id, False, agency.name))
    found.sort(key=lambda each: each.name.casefold())
    if scopes.everywhere:
        own = actor.member_code or SECRETARIAT
        found.insert(0, ImportScope("all", own, None, covers_all=True, name=""))
    return found


SECRETARIAT = "RSO"
"""Whose run it is when the system itself imports for all members (content/members.csv)."""


def get_run(session: Session, actor: Actor, run_id: int, *, for_change: bool = False) -> ImportRun:
    """One import. Raises NotFoundError if it is not of those the actor looks after."""
    statement = scoped(ImportRun, actor, Reach.OWN_MEMBER).where(ImportRun.id == run_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    run = session.execute(statement).scalar_one_or_none()
    if run is None:
        raise NotFoundError(N_("There is no such import among yours."))
    return run


def list_runs(
    session: Session, actor: Actor, *, before: int | None = None
) -> tuple[list[ImportRun], int | None]:
    """A page of imports, newest first, and the id behind which the next page begins."""
    statement = scoped(ImportRun, actor, Reach.OWN_MEMBER)
    if before is not None:
        statement = statement.where(ImportRun.id < before)
    statement = statement.order_by(ImportRun.id.desc()).limit(PAGE + 1)
    runs = list(session.execute(statement).scalars())
    return (runs[:PAGE], runs[PAGE - 1].id) if len(runs) > PAGE else (runs, None)


def job_of(session: Session, run: ImportRun) -> Job | None:
    """The job that works or last worked on the import."""
    return session.get(Job, run.job_id) if run.job_id is not None else None


def list_problems(
    session: Session,
    actor: Actor,
    run: ImportRun,
    *,
    code: str = "",
    after: int = 0,
    limit: int = PAGE,
) -> tuple[list[ImportProblem], int | None]:
    """Problems by row, of one kind if `code` is given, and where the next page begins."""
    statement = scoped(ImportProblem, actor, Reach.OWN_MEMBER).where(
        ImportProblem.import_run_id == run.id, ImportProblem.id > after
    )
    if code:
        statement = statement.where(ImportProblem.code == code)
    # Problems are stored in the order of rows and columns.
    statement = statement.order_by(ImportProblem.id).limit(limit + 1)
    found = list(session.execute(statement).scalars())
    return (found[:limit], found[limit - 1].id) if len(found) > limit else (found, None)


def list_rows(
    session: Session,
    actor: Actor,
    run: ImportRun,
    outcomes: frozenset[RowOutcome],
    *,
    after: int = -1,
    limit: int = PAGE,
) -> tuple[list[ImportRow], int | None]:
    """Rows of these outcomes by number, and the number behind which the next page begins."""
    statement = (
        scoped(ImportRow, actor, Reach.OWN_MEMBER)
        .where(
            ImportRow.import_run_id == run.id,
            ImportRow.outcome.in_(sorted(outcomes)),
            ImportRow.number > after,
        )
        .order_by(ImportRow.number)
        .limit(limit + 1)
    )
    found = list(session.execute(statement).scalars())
    return (found[:limit], found[limit - 1].number) if len(found) > limit else (found, None)


def problems_of_rows(
    session: Session, actor: Actor, run: ImportRun, rows: Sequence[ImportRow]
) -> dict[int, list[ImportProblem]]:
    """The problems of these rows, which are in the order of their numbers, by row number."""
    if not rows:
        return {}
    statement = (
        scoped(ImportProblem, actor, Reach.OWN_MEMBER)
        .where(
            ImportProblem.import_run_id == run.id,
            ImportProblem.number >= rows[0].number,
            ImportProblem.number <= rows[-1].number,
        )
        .order_by(ImportProblem.id)
    )
    found: dict[int, list[ImportProblem]] = {}
    for problem in session.execute(statement).scalars():
        found.setdefault(problem.number, []).append(problem)
    return found
