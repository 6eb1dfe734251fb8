"""Withdrawing an edition with what follows for its people: whoever was harmed is told."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.completion.queries.moving import get_edition_of
from lms.completion.services.crediting import KEEPER
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.core.jobs.services import enqueue
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.rules import EditionWithdrawal
from lms.courses.services.editions import withdraw_edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell

TELL = "completion.tell_of_closing"
_FACTS = {"title": None, "course": None}

CLOSED = NoticeKind(
    name="learning.closed",
    category=Category.LEARNING,
    sentence=N_(
        "Your edition of “%(title)s” is closed, because something in it was harmful or wrong. "
        "What you did is kept."
    ),
    path="/learning/%(course)s",
    facts=_FACTS,
)
CLOSED_AFTERWARDS = NoticeKind(
    name="learning.closed_afterwards",
    category=Category.LEARNING,
    sentence=N_(
        "Something in the edition of “%(title)s” that you completed was harmful or wrong, and it "
        "is closed. Your certificate stays as it is."
    ),
    path="/learning/%(course)s",
    facts=_FACTS,
)


def withdraw(
    session: Session,
    actor: Actor,
    course_key: str,
    number: int,
    *,
    reason: EditionWithdrawal,
    now: datetime.datetime,
) -> Job | None:
    """Offer an edition to nobody any more. If it is harmful or wrong, ask the worker to tell all.

    Those are who is under way on it and who completed it; otherwise nothing changes for
    them, and nobody is told. Raises NotFoundError for who does not look after the course.
    """
    stored = get_edition_of(session, actor, course_key, number)
    was_closed = stored.is_closed
    withdraw_edition(session, actor, course_key, number, reason=reason, now=now)
    if reason is not EditionWithdrawal.HARMFUL_OR_WRONG or was_closed:
        return None
    return enqueue(
        session,
        TELL,
        {"edition": stored.id},
        requested_by=actor,
        now=now,
        once_key=f"closed@{stored.id}",
    )


def tell_some(
    session: Session, edition_id: int, *, after: int, limit: int, now: datetime.datetime
) -> int | None:
    """Tell up to `limit` people of the edition; the last enrolment, or None when all are told.

    Nobody is told anything once the edition is offered again.
    """
    stored = session.get_one(StoredEdition, edition_id)
    if not stored.is_closed:
        return None
    title = stored.card["titles"][stored.card["language"]]
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(
            Enrolment.course_key == stored.course_key,
            Enrolment.edition_id == edition_id,
            Enrolment.state.in_([EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]),
            Enrolment.id > after,
        )
        .order_by(Enrolment.id)
        .limit(limit)
    )
    found = session.execute(statement).scalars().all()
    for enrolment in found:
        is_under_way = enrolment.state is EnrolmentState.ACTIVE
        tell(
            session,
            KEEPER,
            person_id=enrolment.person_id,
            kind=CLOSED if is_under_way else CLOSED_AFTERWARDS,
            facts={"title": title, "course": enrolment.course_key},
            now=now,
            once_key=f"closed@{edition_id}@{stored.withdrawn_at}",
        )
    return found[-1].id if found else None
