"""Moving somebody who is under way to another edition of their course (DESIGN 7)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func

from lms.access.reaches import Reach
from lms.assessments.services.keeping import keep_on
from lms.certificates.services.issuing import issue_for_enrolment
from lms.completion.queries.moving import (
    NO_SUCH_COURSE,
    chosen,
    get_edition_of,
    looks_after,
)
from lms.completion.rules.moving import Compared, Group, Outcome, compare, moves
from lms.completion.services.crediting import KEEPER, complete, keep_place, lock, person_of
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment
from lms.enrolments.services.moving import put_on_edition
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.progress.queries import known_of
from lms.progress.rules import missing

MOVE = "completion.move_to_edition"
MOST = 20
"""Enrolments in one transaction: each may end in a completion with all that follows."""

MOVED = NoticeKind(
    name="learning.moved",
    category=Category.LEARNING,
    sentence=N_(
        "“%(title)s” has another edition, and you go on with that. What you did is kept, and "
        "counts wherever the edition still has it."
    ),
    path="/learning/%(course)s",
    facts={"title": None, "course": None},
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it for one enrolment. `compared` names activities kept, new and gone."""

    outcome: Outcome
    compared: Compared | None = None


def move_to_edition(
    session: Session,
    actor: Actor,
    enrolment_id: int,
    edition_id: int,
    *,
    now: datetime.datetime,
    run_id: str | None = None,
) -> Moved:
    """Put an enrolment under way on another edition of its course; a repeat is a no-op.

    Evidence is kept by the key of the activity: what the new edition has, too, counts on,
    what it does not have stays on record and counts again should the person move back.
    Attempts, plays and texts begun before stay on the edition they were begun on. If
    nothing is missing any more, the course is complete with it. Who is complete or has
    left stays where they are. The person is told, once for each move.

    Locks the enrolment first, as `credit` does. Raises NotFoundError for who does not look
    after the course, NotPossibleError for an edition that is withdrawn.
    """
    enrolment, stored = lock(session, enrolment_id)
    if not looks_after(actor, enrolment.course_key):
        raise NotFoundError(NO_SUCH_COURSE)
    target = session.get(StoredEdition, edition_id)
    if target is None or target.course_key != enrolment.course_key:
        raise NotFoundError(N_("The course has no edition of this number."))
    if target.id == stored.id:
        return Moved(Outcome.STOOD)
    if not moves(enrolment.state):
        return Moved(Outcome.STAYS)
    check_open(target)
    old, new = get_edition(session, stored.digest), get_edition(session, target.digest)
    person = person_of(session, enrolment)
    keep_on(session, KEEPER, enrolment.id, stored.id)
    language = enrolment.language if enrolment.language in new.languages else new.course.language
    put_on_edition(
        session, actor, enrolment, person, target, language=language, now=now, run_id=run_id
    )
    known = known_of(session, KEEPER, Reach.ALL_MEMBERS, [enrolment.id])[enrolment.id]
    if enrolment.last_activity_at is not None:
        keep_place(enrolment, new, known)
    is_complete = not missing(new, known)
    if is_complete:
        complete(session, actor, enrolment, person, new, now=now)
    else:
        issue_for_enrolment(session, KEEPER, enrolment, person, new, now=now)
    tell(
        session,
        KEEPER,
        person_id=person.id,
        kind=MOVED,
        facts={"title": new.course.title, "course": enrolment.course_key},
        now=now,
    )
    session.flush()
    return Moved(Outcome.COMPLETED if is_complete else Outcome.MOVED, compare(old, new))


def check_open(target: StoredEdition) -> None:
    """Raise NotPossibleError when nobody may be put on this edition any more."""
    if target.withdrawn_at is not None:
        raise NotPossibleError(
            N_("Edition %(number)s is withdrawn. Nobody is moved to it."), number=target.number
        )


def ask_to_move(
    session: Session,
    actor: Actor,
    course_key: str,
    number: int,
    groups: Collection[Group],
    *,
    now: datetime.datetime,
) -> Job:
    """Ask the worker to move these groups to an edition; while it does, asking again is a no-op.

    In which group somebody is, is decided when their turn comes: whoever has begun
    meanwhile is not "not begun". Raises BadInputError without a group, and as
    `get_edition_of` and `check_open`.
    """
    target = get_edition_of(session, actor, course_key, number)
    check_open(target)
    if not groups:
        raise BadInputError(N_("Choose who moves."), field="groups")
    words = sorted(group.value for group in groups)
    payload = {"course": course_key, "edition": target.id, "groups": words}
    job = enqueue(
        session,
        MOVE,
        payload,
        requested_by=actor,
        now=now,
        once_key=f"move@{course_key}",
    )
    if job.payload != payload:
        raise NotPossibleError(
            N_("People of this course are being moved already. Wait until that is done.")
        )
    if job.created_at != now:
        return job
    record(
        session,
        actor,
        "course.move",
        "edition",
        target.id,
        now=now,
        run_id=job.run_id,
        course=course_key,
        groups=" ".join(words),
    )
    return job


def move_some(
    session: Session,
    actor: Actor,
    course_key: str,
    edition_id: int,
    groups: Collection[Group],
    *,
    after: int,
    run_id: str,
    now: datetime.datetime,
) -> tuple[Counter[Outcome], int | None]:
    """Move up to MOST of these groups, behind an enrolment; what became of them, and the last id.

    None instead of an id when nobody is left. Rows are locked in order of id.
    """
    if not looks_after(actor, course_key):
        raise NotFoundError(NO_SUCH_COURSE)
    statement = chosen(session, course_key, edition_id, groups, now).where(Enrolment.id > after)
    ids = (
        session.execute(
            statement.with_only_columns(Enrolment.id).order_by(Enrolment.id).limit(MOST)
        )
        .scalars()
        .all()
    )
    outcomes: Counter[Outcome] = Counter()
    for enrolment_id in ids:
        moved = move_to_edition(session, actor, enrolment_id, edition_id, now=now, run_id=run_id)
        outcomes[moved.outcome] += 1
    return outcomes, ids[-1] if ids else None


def count_chosen(
    session: Session,
    course_key: str,
    edition_id: int,
    groups: Collection[Group],
    *,
    now: datetime.datetime,
) -> int:
    """How many are in these groups now: the length of the job."""
    counting = chosen(session, course_key, edition_id, groups, now)
    return session.execute(counting.with_only_columns(func.count())).scalar_one()
