"""Taking back what an import wrote, chunk by chunk, as far as nobody built on it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BekalError
from lms.core.outbox.models import OutboxMessage, OutboxState
from lms.people.models import Affiliation, Agency, ImportRow, ImportRun, Person, PersonToken
from lms.people.models.imports import RowOutcome
from lms.people.queries.imports.undoing import (
    can_be_removed,
    people_of,
    used_agencies,
    used_people,
)
from lms.people.rules.imports.changes import Present, restorable
from lms.people.services.imports.writing import set_fields

_SYSTEM = Actor.system("import")


def undo_rows(
    session: Session,
    actor: Actor,
    run: ImportRun,
    rows: Sequence[ImportRow],
    *,
    now: datetime.datetime,
) -> Counter[str]:
    """Undo one chunk of written rows; counts of removed, restored and kept.

    Removed: people the run made who never signed in and to whom nothing points; their
    links and waiting mails go with them. Restored: changed fields that still are as the
    import left them. Everybody else stays as they are.
    """
    people = people_of(session, actor, rows, for_change=True)
    used = used_people(session, sorted(people))
    counts: Counter[str] = Counter()
    removed: list[int] = []
    for row in rows:
        found = people.get(row.person_id or 0)
        if found is None:
            counts["kept"] += 1
            continue
        person, present = found
        if row.outcome is RowOutcome.NEW:
            if can_be_removed(person, run, used):
                removed.append(person.id)
                row.person_id, row.is_written = None, False
                counts["removed"] += 1
            else:
                counts["kept"] += 1
        elif _restore(session, actor, run, row, person, present, now=now):
            row.is_written = False
            counts["restored"] += 1
        else:
            counts["kept"] += 1
    _remove(session, actor, run, removed, now=now)
    session.flush()
    return counts


def remove_agencies(
    session: Session, actor: Actor, run: ImportRun, *, now: datetime.datetime
) -> int:
    """Take away the agencies the run added, as far as nothing points to them; how many."""
    added = run.counts.get("added_agencies", [])
    free = sorted(set(added) - used_agencies(session, added))
    for agency_id in free:
        agency = session.get(Agency, agency_id)
        if agency is not None:
            session.delete(agency)
            record(session, actor, "agency.remove", "agency", agency_id, now=now, run_id=run.run_id)
    session.flush()
    return len(free)


def _restore(
    session: Session,
    actor: Actor,
    run: ImportRun,
    row: ImportRow,
    person: Person,
    present: Present,
    *,
    now: datetime.datetime,
) -> bool:
    """Set back what the row changed; False, with nothing set, if any of it changed since."""
    back, changed_since = restorable(row.changes, present)
    if changed_since:
        return False
    try:
        with session.begin_nested():
            set_fields(session, actor, person, back, now=now)
    except BekalError:
        # Such as an agency that was closed since: the person stays as they are.
        return False
    record(
        session,
        actor,
        "person.import-restore",
        "person",
        person.id,
        now=now,
        subject_person_id=person.id,
        run_id=run.run_id,
        fields=sorted(back),
    )
    return True


def _remove(
    session: Session, actor: Actor, run: ImportRun, ids: list[int], *, now: datetime.datetime
) -> None:
    """Delete these people with what goes with them (queries.imports.undoing.TAKEN_ALONG)."""
    if not ids:
        return
    session.flush()
    session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.person_id.in_(ids), OutboxMessage.state == OutboxState.WAITING)
        .execution_options(synchronize_session=False)
    )
    for model in (PersonToken, Affiliation):
        statement = delete(model).where(model.person_id.in_(ids))
        statement = statement.execution_options(synchronize_session=False)
        session.execute(within(statement, model, _SYSTEM, Reach.ALL_MEMBERS))
    people = delete(Person).where(Person.id.in_(ids))
    people = people.execution_options(synchronize_session=False)
    session.execute(within(people, Person, _SYSTEM, Reach.ALL_MEMBERS))
    for person_id in ids:
        record(
            session,
            actor,
            "person.import-undo",
            "person",
            person_id,
            now=now,
            subject_person_id=person_id,
            run_id=run.run_id,
        )
