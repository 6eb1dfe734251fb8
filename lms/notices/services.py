"""Telling people things, and their choices about it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from sqlalchemy import update

from lms.access.reaches import Reach, within
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.notices.models import Notice, NoticeChoice
from lms.notices.queries import choices_of, get_own_notice
from lms.notices.rules import Category, Frequency, NoticeKind


class UndeclaredFactError(Exception):
    """A notice carries a fact its kind does not declare: a mistake of the programmer."""


def tell(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    kind: NoticeKind,
    facts: Mapping[str, str | int],
    now: datetime.datetime,
    once_key: str | None = None,
) -> None:
    """Tell a person something, in the transaction in hand.

    The notice stands on their page at once; whether and when it is mailed the worker
    decides by their choices. `facts` are ids and frozen words; those about another
    person must be of fields the kind declares. With `once_key` a repeat is a no-op.
    """
    if set(facts) != set(kind.facts):
        raise UndeclaredFactError(
            f"{kind.name} declares {sorted(kind.facts)}, not {sorted(facts)}."
        )
    insert_once(
        session,
        Notice,
        {
            "person_id": person_id,
            "category": kind.category,
            "kind": kind.name,
            "sentence": kind.sentence,
            "facts": dict(facts),
            "path": kind.path % facts,
            "once_key": once_key or str(uuid.uuid4()),
            "created_at": now,
            "due_at": now,
        },
        unique=("person_id", "once_key"),
    )


def mark_read(session: Session, actor: Actor, notice_id: int, *, now: datetime.datetime) -> Notice:
    """Mark one's own notice as read; a repeat keeps the first moment."""
    notice = get_own_notice(session, actor, notice_id)
    notice.read_at = notice.read_at or now
    session.flush()
    return notice


def mark_all_read(session: Session, actor: Actor, *, now: datetime.datetime) -> None:
    """Mark all one's own notices as read."""
    statement = update(Notice).where(Notice.read_at.is_(None)).values(read_at=now)
    session.execute(
        within(statement, Notice, actor, Reach.SELF),
        execution_options={"synchronize_session": False},
    )


def choose(
    session: Session,
    actor: Actor,
    wanted: Mapping[Category, Frequency],
    *,
    now: datetime.datetime,
) -> None:
    """Keep how often the actor wants mail about each category."""
    person_id = actor.person_id
    if person_id is None:
        raise LookupError("Only a person has choices.")
    present = choices_of(session, actor, Reach.SELF, [person_id])[person_id]
    for category, frequency in wanted.items():
        if present[category] is frequency:
            continue
        row = {
            "person_id": person_id,
            "category": category,
            "frequency": frequency,
            "chosen_at": now,
        }
        if insert_once(session, NoticeChoice, row, unique=("person_id", "category")) is None:
            changing = update(NoticeChoice).where(NoticeChoice.category == category)
            session.execute(
                within(
                    changing.values(frequency=frequency, chosen_at=now),
                    NoticeChoice,
                    actor,
                    Reach.SELF,
                ),
                execution_options={"synchronize_session": False},
            )
        record(
            session,
            actor,
            "notices.choose",
            "notice_choice",
            category.value,
            now=now,
            subject_person_id=person_id,
            frequency=frequency.value,
        )
