"""Reading notices: one's own only; the worker reads what is due."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import Select, func

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.notices.models import Notice, NoticeChoice
from lms.notices.rules import DEFAULTS, Category, Frequency

PAGE = 30


def list_own_notices(
    session: Session, actor: Actor, *, before: int | None = None
) -> tuple[Sequence[Notice], int | None]:
    """A page of the actor's notices, newest first, and the key of the next page."""
    statement = scoped(Notice, actor, Reach.SELF).order_by(Notice.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(Notice.id < before)
    found = session.execute(statement).scalars().all()
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return found[:PAGE], more


def count_unread(session: Session, actor: Actor) -> int:
    """How many notices the actor has not marked as read."""
    return _unread(session, actor).scalar_one()


@of_oneself
def _unread(actor: Actor) -> Select[int]:
    return (
        scoped(Notice, actor, Reach.SELF)
        .with_only_columns(func.count())
        .where(Notice.read_at.is_(None))
    )


def get_own_notice(session: Session, actor: Actor, notice_id: int) -> Notice:
    """One of the actor's notices. Raises NotFoundError for anybody else's."""
    statement = scoped(Notice, actor, Reach.SELF).where(Notice.id == notice_id)
    notice = session.execute(statement).scalar_one_or_none()
    if notice is None:
        raise NotFoundError(N_("There is no such notice."))
    return notice


def choices_of(
    session: Session, actor: Actor, reach: Reach, person_ids: Sequence[int]
) -> dict[int, dict[Category, Frequency]]:
    """For each person, the frequency of every category, defaults included."""
    statement = scoped(NoticeChoice, actor, reach).where(NoticeChoice.person_id.in_(person_ids))
    chosen = {person_id: dict(DEFAULTS) for person_id in person_ids}
    for choice in session.execute(statement).scalars():
        chosen[choice.person_id][choice.category] = choice.frequency
    return chosen


def list_due(
    session: Session, actor: Actor, *, now: datetime.datetime, limit: int
) -> Sequence[Notice]:
    """Notices the worker must decide about now, oldest first, locked where that is possible."""
    statement = (
        scoped(Notice, actor, Reach.ALL_MEMBERS)
        .where(Notice.due_at <= now)
        .order_by(Notice.due_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.execute(statement).scalars().all()
