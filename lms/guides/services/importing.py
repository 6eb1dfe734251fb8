"""Reading a guide in: the job is asked for, its answer stored, the tree corrected or dropped."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.storage import Stored
from lms.core.text import N_, clean_line
from lms.core.uploads.keeping import forget, keep
from lms.core.uploads.kinds import Kind
from lms.core.uploads.models import StorageClass
from lms.guides.models import GuideImport
from lms.guides.queries.imports import get_import, reading_of
from lms.guides.readers.values import ReadGuide
from lms.guides.rules.states import GuideImportState, transition
from lms.guides.rules.trees import MOST_STEPS, take_step, tree_of

READ = "guides.read"

MOVED_ON = N_(
    "Somebody corrected this tree meanwhile, or you did in another window. Nothing was "
    "changed now. Look at the tree as it stands and try again."
)
_TOO_MANY = N_("This tree has had very many corrections. Accept it, or read the file anew.")


def begin_reading(
    session: Session,
    actor: Actor,
    *,
    stored: Stored,
    kind: Kind,
    file_name: str,
    now: datetime.datetime,
) -> Job:
    """Ask for a stored file to be read; until then there is no row but the upload's.

    A file that cannot be read leaves nothing: the job deletes it and says why.
    """
    keep(session, actor, stored, kind, StorageClass.TEMPORARY, now=now)
    payload = {
        "storage_key": stored.key,
        "digest": stored.digest,
        "kind": "markdown" if kind is Kind.TEXT else kind.value,
        "file_name": clean_line(file_name)[:200] or "guide",
    }
    job = enqueue(session, READ, payload, requested_by=actor, now=now, most_attempts=2)
    record(session, actor, "guide_import.begin", "job", job.id, now=now, run_id=job.run_id)
    return job


def store_reading(
    session: Session,
    actor: Actor,
    *,
    run_id: str,
    payload: Mapping[str, Any],
    reading: ReadGuide,
    now: datetime.datetime,
) -> GuideImport:
    """Keep what was read, for correcting; the file's own row goes, and then the file."""
    found = GuideImport(
        state=GuideImportState.OPEN,
        file_name=payload["file_name"],
        kind=payload["kind"],
        file_digest=payload["digest"],
        reading=json.dumps(reading.as_json(), ensure_ascii=False),
        steps={"steps": []},
        facts={"title": reading.title, "pages": reading.pages, "sections": len(reading.sections)},
        run_id=run_id,
        started_by=actor.person_id,
        started_at=now,
    )
    session.add(found)
    session.flush()
    forget(session, payload["storage_key"])
    record(session, actor, "guide_import.read", "guide_import", found.id, now=now, run_id=run_id)
    return found


def correct(
    session: Session,
    actor: Actor,
    guide_import_id: int,
    steps: Sequence[Mapping[str, Any]],
    *,
    seen: int,
    now: datetime.datetime,
) -> GuideImport:
    """Take the corrections of one press, all or none. `seen` is how many steps the page knew of.

    Raises NotPossibleError when there are others by now, and as `rules.trees.take_step`.
    """
    found = _open(session, actor, guide_import_id, "correct", seen)
    taken = found.steps["steps"]
    if len(taken) + len(steps) > MOST_STEPS:
        raise NotPossibleError(_TOO_MANY)
    tree = tree_of(reading_of(found), taken)
    for number, step in enumerate(steps, len(taken) + 1):
        tree = take_step(tree, step, number)
    found.steps = {"steps": [*taken, *({**step, "press": len(taken)} for step in steps)]}
    session.flush()
    return found


def undo(
    session: Session, actor: Actor, guide_import_id: int, *, seen: int, now: datetime.datetime
) -> GuideImport:
    """Leave the corrections of the last press out. Raises NotPossibleError when there is none."""
    found = _open(session, actor, guide_import_id, "correct", seen)
    steps = found.steps["steps"]
    if not steps:
        raise NotPossibleError(N_("There is no correction to undo."))
    last = steps[-1]["press"]
    found.steps = {"steps": [step for step in steps if step["press"] != last]}
    session.flush()
    return found


def drop(
    session: Session, actor: Actor, guide_import_id: int, *, now: datetime.datetime
) -> GuideImport:
    """Give the import up; its text is emptied at once."""
    found = _open(session, actor, guide_import_id, "drop", None)
    end(found, GuideImportState.DROPPED, now)
    session.flush()
    record(session, actor, "guide_import.drop", "guide_import", found.id, now=now)
    return found


def end(found: GuideImport, state: GuideImportState, now: datetime.datetime) -> None:
    """The import is over: what it holds of the guide's words goes."""
    found.state, found.finished_at = state, now
    found.reading = json.dumps(ReadGuide("", None, ()).as_json())
    found.steps = {"steps": []}


def _open(
    session: Session, actor: Actor, guide_import_id: int, verb: str, seen: int | None
) -> GuideImport:
    found = get_import(session, actor, guide_import_id, for_change=True)
    if transition(found.state, verb) is None:
        raise NotPossibleError(N_("This import is over. It can no longer be changed."))
    if seen is not None and seen != len(found.steps["steps"]):
        raise NotPossibleError(MOVED_ON)
    return found
