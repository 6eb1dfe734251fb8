"""Work after a new edition of a guide: the list, its steps, and telling those who hold
certificates."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.authoring.models import GuideWork, WorkItem
from lms.authoring.queries.work import KEEPER, Touched, get_item, may_work_on
from lms.authoring.rules.work import WorkState, WorkSubject, transition
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateState
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_many_once, insert_once
from lms.core.errors import NotFoundError, NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.guides.models import StoredGuideEdition
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

TELL = "authoring.tell_holders"

GUIDE_CHANGED = NoticeKind(
    name="authoring.guide_changed",
    category=Category.CERTIFICATES,
    sentence=N_(
        "A guide behind “%(title)s” has a new edition. Your certificate stays as it is; the "
        "course shows what is new."
    ),
    path="/courses/%(course)s",
    facts={"title": None, "course": None},
)


def begin_work(
    session: Session,
    actor: Actor,
    guide_key: str,
    before: StoredGuideEdition,
    after: StoredGuideEdition,
    touched: Sequence[Touched],
    *,
    now: datetime.datetime,
) -> tuple[GuideWork, int]:
    """The list for these two editions, and how many things are new on it.

    Asked for again it adds what was written since, and changes nothing that stands.
    """
    values = {
        "guide_key": guide_key,
        "before_id": before.id,
        "after_id": after.id,
        "begun_at": now,
        "begun_by": actor.person_id,
    }
    made = insert_once(session, GuideWork, values, unique=("before_id", "after_id"))
    work = session.execute(
        select(GuideWork).where(GuideWork.before_id == before.id, GuideWork.after_id == after.id)
    ).scalar_one()
    rows = [
        {
            "guide_work_id": work.id,
            "place": each.place,
            "subject": each.what.subject,
            "course_key": each.course_key,
            "edition_id": each.edition_id,
            "draft_id": each.draft_id,
            "subject_key": each.what.key,
            "language": each.what.language,
            "title": each.what.title,
            "sections": {key: change.value for key, change in each.what.sections},
            "certificates": each.certificates,
            "holders": each.holders,
            "state": WorkState.OPEN,
            "changed_at": now,
        }
        for each in touched
    ]
    added = sum(
        item is not None
        for item in insert_many_once(session, WorkItem, rows, unique=("guide_work_id", "place"))
    )
    if made is not None or added:
        record(session, actor, "guide_work.list", "guide_work", work.id, now=now, added=added)
    return work, added


def take_step(
    session: Session, actor: Actor, work_item_id: int, verb: str, *, now: datetime.datetime
) -> WorkItem:
    """Move one thing on. Who takes it owns it; opened again it belongs to nobody.

    Raises RefusedError for who does not write the course, NotPossibleError when somebody
    was quicker.
    """
    item = get_item(session, actor, work_item_id)
    _check_writes(actor, item)
    step = transition(item.state, verb)
    if step is None:
        raise NotPossibleError(
            N_("Somebody was quicker. Load the page again to see where this stands.")
        )
    item.state, item.changed_at, item.changed_by = step.after, now, actor.person_id
    item.owner_id = None if step.after is WorkState.OPEN else (item.owner_id or actor.person_id)
    session.flush()
    record(session, actor, f"guide_work.{verb}", "guide_work_item", item.id, now=now)
    return item


def ask_to_tell(
    session: Session, actor: Actor, work_item_id: int, *, now: datetime.datetime
) -> Job:
    """Ask the worker to tell everybody who holds a certificate of the course; once only.

    Raises NotFoundError for what is not certificates, RefusedError for who does not write
    the course, NotPossibleError when they were told.
    """
    item = get_item(session, actor, work_item_id)
    _check_writes(actor, item)
    if item.subject is not WorkSubject.CERTIFICATES:
        raise NotFoundError(N_("There is no such thing on this list."))
    if item.told_at is not None:
        raise NotPossibleError(N_("The holders were told already."))
    job = enqueue(
        session, TELL, {"work_item_id": item.id}, requested_by=actor, now=now,
        once_key=f"{TELL}:{item.id}",
    )  # fmt: skip
    item.told_at, item.told_by, item.told_run_id = now, actor.person_id, job.run_id
    item.state, item.owner_id = WorkState.DONE, item.owner_id or actor.person_id
    item.changed_at, item.changed_by = now, actor.person_id
    session.flush()
    record(session, actor, "guide_work.tell", "guide_work_item", item.id, now=now)
    return job


def tell_some(
    session: Session, work_item_id: int, *, after: int, limit: int, now: datetime.datetime
) -> tuple[int | None, int]:
    """Tell the next persons who hold an issued certificate of the course, by id.

    The id to go on after, None when all are told; and how many were told now. A repeat
    tells nobody twice.
    """
    item = session.get(WorkItem, work_item_id)
    if item is None:
        return None, 0
    holders = (
        scoped(Certificate, KEEPER, Reach.ALL_MEMBERS)
        .where(
            Certificate.course_key == item.course_key,
            Certificate.state == CertificateState.ISSUED,
            Certificate.person_id > after,
        )
        .with_only_columns(Certificate.person_id)
        .distinct()
        .order_by(Certificate.person_id)
        .limit(limit)
    )
    people = list(session.execute(holders).scalars())
    for person_id in people:
        tell(
            session,
            KEEPER,
            person_id=person_id,
            kind=GUIDE_CHANGED,
            facts={"title": item.title, "course": item.course_key},
            now=now,
            once_key=f"{GUIDE_CHANGED.name}@{item.id}",
        )
    return (people[-1] if len(people) == limit else None), len(people)


def _check_writes(actor: Actor, item: WorkItem) -> None:
    # Who sees a draft's things at all may do them; a published course belongs to its trainers.
    if item.draft_id is None and not may_work_on(actor, item.course_key):
        raise RefusedError(N_("The trainers of this course and the secretariat do this."))
