"""Keeping a file that answers a question, and letting go of it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import delete, update

from lms.access.reaches import Reach, scoped, within
from lms.assessments.models import Attempt, HandedFile
from lms.assessments.queries.attempts import lock_attempt
from lms.assessments.rules.attempts import AttemptState, still_counts
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.storage import Stored
from lms.core.text import clean_line
from lms.core.uploads.keeping import keep
from lms.core.uploads.kinds import Kind
from lms.core.uploads.models import StorageClass, Upload

ROOM = "hand-ins"
"""How storage keys of these files begin."""
TAKEN = frozenset({Kind.PDF, Kind.DOCX, Kind.PNG, Kind.JPEG})
LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
LONGEST_NAME = 120


def hand_file(
    session: Session,
    actor: Actor,
    attempt_id: int,
    number: int,
    course_key: str,
    stored: Stored,
    kind: Kind,
    name: str,
    *,
    now: datetime.datetime,
) -> HandedFile | None:
    """Keep a stored file as the answer to a question; one that stood there goes.

    None, and the file goes within the hour, when the attempt no longer takes answers.
    """
    attempt = lock_attempt(session, actor, attempt_id)
    upload = keep(session, actor, stored, kind, StorageClass.KEPT, now=now)
    if not _takes_answers(attempt, now):
        upload.expires_at = now
        session.flush()
        return None
    let_go(session, actor, [attempt.id], number=number, now=now)
    handed = HandedFile(
        attempt_id=attempt.id,
        number=number,
        person_id=attempt.person_id,
        member_code=attempt.member_code,
        course_key=course_key,
        storage_key=stored.key,
        kind=kind.value,
        name=clean_line(name)[-LONGEST_NAME:] or kind.value,
        size=stored.size,
        handed_at=now,
    )
    session.add(handed)
    session.flush()
    return handed


def take_away(
    session: Session, actor: Actor, attempt_id: int, number: int, *, now: datetime.datetime
) -> None:
    """Let go of the file of one question, as long as the attempt takes answers."""
    if _takes_answers(lock_attempt(session, actor, attempt_id), now):
        let_go(session, actor, [attempt_id], number=number, now=now)


def _takes_answers(attempt: Attempt, now: datetime.datetime) -> bool:
    return attempt.state is AttemptState.OPEN and still_counts(attempt.deadline_at, now)


def let_go(
    session: Session,
    actor: Actor,
    attempt_ids: Sequence[int],
    *,
    number: int | None = None,
    now: datetime.datetime,
) -> None:
    """Forget the files of these attempts (of one question): rows now, bytes within the hour.

    Bytes go in the job that deletes what has expired, so that a transaction that is rolled
    back loses no file. Whoever erases attempts calls this first.
    """
    reach = Reach.SELF if actor.person_id is not None else Reach.ALL_MEMBERS
    found = scoped(HandedFile, actor, reach).where(HandedFile.attempt_id.in_(attempt_ids))
    if number is not None:
        found = found.where(HandedFile.number == number)
    rows = session.execute(found).scalars().all()
    if not rows:
        return
    keys = [row.storage_key for row in rows]
    session.execute(
        update(Upload).where(Upload.storage_key.in_(keys)).values(expires_at=now),
        execution_options={"synchronize_session": False},
    )
    going = delete(HandedFile).where(HandedFile.id.in_([row.id for row in rows]))
    session.execute(
        within(going, HandedFile, actor, reach), execution_options={"synchronize_session": "fetch"}
    )
