"""The two writes that stand apart from the request's transaction, each short and its own.

Sign-in failures and throttles must hold although the request that caused them is
rolled back; the access record must hold although a GET never commits. Nothing else
may use this module (import contract).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Index, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.actor import Actor
from lms.core.database import Base, Id, Session, for_reading


class Try(Base):
    """One counted try, such as a failed sign-in. `key` is a digest, never an address."""

    __tablename__ = "throttle_try"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime.datetime]

    __table_args__ = (Index("ix_throttle_try_key_tried_at", "key", "tried_at"),)


class AccessRecord(Base):
    """Who saw or exported which named people, where, and for which stated purpose."""

    __tablename__ = "access_record"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    happened_at: Mapped[datetime.datetime]
    viewer_person_id: Mapped[int | None] = mapped_column(Id, index=True)
    viewer_system: Mapped[str | None] = mapped_column(String(40))
    viewer_roles: Mapped[str] = mapped_column(String(200))
    endpoint: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(200), default="")
    is_export: Mapped[bool] = mapped_column(default=False)
    people: Mapped[int]


class AccessRecordPerson(Base):
    """One person named on a recorded page or export."""

    __tablename__ = "access_record_person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    access_record_id: Mapped[int] = mapped_column(Id, index=True)
    person_id: Mapped[int] = mapped_column(Id, index=True)


@contextmanager
def _own_transaction(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def moments_of_tries(
    engine: Engine, key: str, *, since: datetime.datetime, until: datetime.datetime
) -> list[datetime.datetime]:
    """When `key` was tried between these moments, oldest first."""
    with Session(for_reading(engine)) as session:
        statement = (
            select(Try.tried_at)
            .where(Try.key == _digest(key), Try.tried_at > since, Try.tried_at <= until)
            .order_by(Try.tried_at, Try.id)
        )
        return list(session.execute(statement).scalars())


def add_tries(engine: Engine, keys: Sequence[str], *, now: datetime.datetime) -> list[int]:
    """Count one try for each key, at once and whatever becomes of the request; their ids."""
    with _own_transaction(engine) as session:
        tries = [Try(key=_digest(key), tried_at=now) for key in keys]
        session.add_all(tries)
        session.flush()
        return [each.id for each in tries]


def take_back_tries(engine: Engine, ids: Sequence[int]) -> None:
    """Uncount these tries, as if they had not been made."""
    with _own_transaction(engine) as session:
        session.execute(delete(Try).where(Try.id.in_(ids)))


def forget_tries(engine: Engine, keys: Sequence[str]) -> None:
    """Forget the tries of these keys, as after a successful sign-in."""
    with _own_transaction(engine) as session:
        session.execute(delete(Try).where(Try.key.in_([_digest(key) for key in keys])))


def record_access(
    engine: Engine,
    actor: Actor,
    *,
    endpoint: str,
    person_ids: Sequence[int],
    now: datetime.datetime,
    purpose: str = "",
    is_export: bool = False,
) -> None:
    """Record that the actor saw or exported these people. Committed when it returns."""
    with _own_transaction(engine) as session:
        record = AccessRecord(
            happened_at=now,
            viewer_person_id=actor.person_id,
            viewer_system=actor.name or None,
            viewer_roles=" ".join(sorted({grant.role for grant in actor.grants}))[:200],
            endpoint=endpoint,
            purpose=purpose,
            is_export=is_export,
            people=len(person_ids),
        )
        session.add(record)
        session.flush()
        rows: list[dict[str, Any]] = [
            {"access_record_id": record.id, "person_id": person_id} for person_id in person_ids
        ]
        if rows:
            session.execute(insert(AccessRecordPerson), rows)
