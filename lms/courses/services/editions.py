"""Publishing editions."""

from __future__ import annotations

import datetime

from sqlalchemy import func, select, update

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.catalogue import card_of
from lms.courses.models import StoredEdition
from lms.courses.queries import find_by_digest
from lms.courses.rules import EditionWithdrawal
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry


def publish(
    session: Session, actor: Actor, edition: Edition, registry: Registry, *, now: datetime.datetime
) -> StoredEdition | None:
    """Make this edition the current one of its course; None if it is that already.

    Publishing sources that were published before makes that edition current again. The
    rows of older editions stay as they are: people are on them.
    """
    course_key = edition.course.key
    stood = find_by_digest(session, course_key, edition.digest)
    if stood is not None and stood.is_current:
        return None
    session.execute(
        update(StoredEdition)
        .where(StoredEdition.course_key == course_key, StoredEdition.is_current)
        .values(is_current=False)
    )
    if stood is None:
        stood = StoredEdition(
            course_key=course_key,
            number=_next_number(session, course_key),
            digest=edition.digest,
            card=card_of(edition, registry).as_json(),
            content=edition.to_json(),
            published_at=now,
            published_by=actor.person_id,
        )
        session.add(stood)
    stood.is_current = True
    session.flush()
    record(
        session,
        actor,
        "course.publish",
        "edition",
        stood.id,
        now=now,
        course=course_key,
        number=stood.number,
    )
    return stood


def _next_number(session: Session, course_key: str) -> int:
    statement = select(func.coalesce(func.max(StoredEdition.number), 0)).where(
        StoredEdition.course_key == course_key
    )
    return session.execute(statement).scalar_one() + 1


def withdraw_edition(
    session: Session,
    actor: Actor,
    course_key: str,
    number: int,
    *,
    reason: EditionWithdrawal,
    now: datetime.datetime,
) -> StoredEdition:
    """Offer an edition to nobody any more; a row beside it, never a change of it.

    Who is on it may finish, unless the reason is that it is harmful or wrong: then its
    pages are closed to all, and what was done is kept. A reason may be made graver or
    lighter later. Raises NotFoundError when there is no such edition.
    """
    edition = _lock_edition(session, course_key, number)
    if (edition.withdrawn_at is not None) and edition.withdrawal_reason is reason:
        return edition
    edition.withdrawn_at = edition.withdrawn_at or now
    edition.withdrawal_reason = reason
    session.flush()
    record(
        session,
        actor,
        "course.withdraw",
        "edition",
        edition.id,
        now=now,
        reason=reason.value,
        course=course_key,
        number=number,
    )
    return edition


def restore_edition(
    session: Session, actor: Actor, course_key: str, number: int, *, now: datetime.datetime
) -> StoredEdition:
    """Offer an edition again as it was. Raises NotFoundError when there is no such edition."""
    edition = _lock_edition(session, course_key, number)
    if edition.withdrawn_at is None:
        return edition
    edition.withdrawn_at = edition.withdrawal_reason = None
    session.flush()
    record(
        session,
        actor,
        "course.restore",
        "edition",
        edition.id,
        now=now,
        course=course_key,
        number=number,
    )
    return edition


def _lock_edition(session: Session, course_key: str, number: int) -> StoredEdition:
    statement = (
        select(StoredEdition)
        .where(StoredEdition.course_key == course_key, StoredEdition.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    edition = session.execute(statement).scalar_one_or_none()
    if edition is None:
        raise NotFoundError(N_("The course has no edition of this number."))
    return edition
