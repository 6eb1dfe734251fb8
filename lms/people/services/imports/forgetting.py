"""Forgetting imports: rows and file go 30 days after the run, its counts stay."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import delete, or_

from lms.access.reaches import Reach, scoped, within
from lms.core.actor import Actor
from lms.core.database import Session
from lms.people.models import ImportProblem, ImportRow, ImportRun
from lms.people.rules.imports.states import UNDER_WAY, ImportState

KEPT_FOR = datetime.timedelta(days=30)
"""How long an import can be undone, and its rows looked at."""

_SYSTEM = Actor.system("import")


def runs_to_forget(session: Session, *, now: datetime.datetime) -> list[ImportRun]:
    """Imports whose time is over and that still have rows; dropped ones at once."""
    statement = scoped(ImportRun, _SYSTEM, Reach.ALL_MEMBERS).where(
        ImportRun.state.not_in(sorted(UNDER_WAY)),
        ImportRun.forgotten_at.is_(None),
        or_(ImportRun.started_at < now - KEPT_FOR, ImportRun.state == ImportState.DROPPED),
    )
    return list(session.execute(statement).scalars())


def forget_chunk(session: Session, run_id: int, *, limit: int = 2_000) -> int:
    """Delete some rows of a run with their problems; how many. Zero: none are left."""
    statement = (
        scoped(ImportRow, _SYSTEM, Reach.ALL_MEMBERS)
        .with_only_columns(ImportRow.number)
        .where(ImportRow.import_run_id == run_id)
        .order_by(ImportRow.number)
        .limit(limit)
    )
    numbers = list(session.execute(statement).scalars())
    if numbers:
        _delete(session, ImportRow, run_id, numbers)
        _delete(session, ImportProblem, run_id, numbers)
    return len(numbers)


def _delete(
    session: Session,
    model: type[ImportRow] | type[ImportProblem],
    run_id: int,
    numbers: Sequence[int],
) -> None:
    statement = (
        delete(model)
        .where(
            model.import_run_id == run_id,
            model.number >= numbers[0],
            model.number <= numbers[-1],
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(within(statement, model, _SYSTEM, Reach.ALL_MEMBERS))
