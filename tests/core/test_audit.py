"""The audit proves that nothing in it was changed, also after a person was erased from it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from lms.core import clock
from lms.core.actor import Actor
from lms.core.audit.jobs import seal_all
from lms.core.audit.models import AuditEntry
from lms.core.audit.seal import Head, erase_person, head_of, verify
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.extensions import db

ANN, BO = 41, 42


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application."""
    with app.app_context():
        return db.engine


def actor(person_id: int) -> Actor:
    """A person without roles."""
    return Actor(person_id=person_id, member_code="PLW", agency_id=None, grants=frozenset())


def write(session: Session, number: int, by: int = ANN, about: int = BO) -> None:
    """One row by one person about another, with facts of every kind."""
    record(
        session,
        actor(by),
        "person.change",
        "person",
        about,
        now=clock.now(),
        subject_person_id=about,
        reason="correction",
        run_id=None,
        fields=["name", "post"],
        number=number,
        note="ชื่อ",
        nothing=None,
    )


@pytest.fixture
def sealed(session: Session, engine: Engine) -> Session:
    """Twelve sealed rows."""
    for number in range(12):
        write(session, number, by=ANN if number % 2 else BO, about=BO if number % 2 else ANN)
    session.commit()
    assert seal_all(engine) == 12
    return session


def test_sealed_audit_proves(sealed: Session) -> None:
    verdict = verify(sealed)
    assert verdict.holds
    assert (verdict.sealed, verdict.erased, verdict.unsealed) == (12, 0, 0)
    assert verdict.head == head_of(sealed)


def test_empty_audit_proves(session: Session) -> None:
    verdict = verify(session)
    assert verdict.holds
    assert verdict.head == Head(0, "0" * 64)


def test_unsealed_rows_are_counted(sealed: Session) -> None:
    write(sealed, 13)
    sealed.commit()
    assert verify(sealed).unsealed == 1


CHANGES: dict[str, Callable[[Session], None]] = {
    "content": lambda session: _set(session, 5, verb="person.suspend"),
    "facts": lambda session: _set(session, 5, facts={"fields": []}),
    "time": lambda session: _set(session, 5, happened_at=clock.now()),
    "digest": lambda session: _set(session, 5, digest="f" * 64),
    "chain": lambda session: _set(session, 5, chain="f" * 64),
    "seal emptied": lambda session: _set(session, 5, digest=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_row_is_found_at_its_position(sealed: Session, change: str) -> None:
    CHANGES[change](sealed)
    verdict = verify(sealed)
    assert verdict.broken_at == 5
    assert verdict.why


def test_missing_row_is_found_at_its_position(sealed: Session) -> None:
    sealed.delete(sealed.execute(select(AuditEntry).where(AuditEntry.position == 5)).scalar_one())
    sealed.flush()
    assert verify(sealed).broken_at == 5


def test_cut_at_the_end_is_found_with_a_noted_head(sealed: Session) -> None:
    noted = head_of(sealed)
    assert verify(sealed, noted=noted).holds
    for position in (11, 12):
        found = select(AuditEntry).where(AuditEntry.position == position)
        sealed.delete(sealed.execute(found).scalar_one())
    sealed.flush()
    assert verify(sealed).holds
    assert verify(sealed, noted=noted).broken_at == 11


def test_chain_written_anew_is_found_with_a_noted_head(sealed: Session, engine: Engine) -> None:
    noted = head_of(sealed)
    everything = select(AuditEntry)
    for row in sealed.execute(everything).scalars():
        row.position = row.chain = row.digest = None
        row.reason = "none"
    sealed.commit()
    seal_all(engine)
    assert verify(sealed).holds
    assert verify(sealed, noted=noted).broken_at == 12


def test_erasing_a_person_keeps_the_chain_proving(sealed: Session) -> None:
    write(sealed, 13, by=7, about=8)
    sealed.commit()
    before = verify(sealed)
    assert erase_person(sealed, ANN) == 12
    sealed.commit()
    verdict = verify(sealed)
    assert verdict.holds
    assert (verdict.sealed, verdict.erased, verdict.unsealed) == (13, 12, 0)
    assert before.unsealed == 1
    rows = sealed.execute(select(AuditEntry).order_by(AuditEntry.position)).scalars().all()
    assert all(row.digest for row in rows)
    for row in rows[:12]:
        assert row.salt is None
        assert ANN not in (row.actor_person_id, row.subject_person_id)
        assert row.subject_id != str(ANN)
        assert BO in (row.actor_person_id, row.subject_person_id)
    assert rows[12].salt is not None


def test_row_committed_late_with_an_early_id_is_sealed(session: Session, engine: Engine) -> None:
    """Ids are drawn before commit, so an id below the last sealed one may still come."""
    for number in range(3):
        write(session, number)
    session.commit()
    early = session.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().first()
    assert early is not None
    kept = {column.key: getattr(early, column.key) for column in AuditEntry.__table__.columns}
    session.delete(early)
    session.commit()
    seal_all(engine)
    session.add(AuditEntry(**kept))
    session.commit()
    seal_all(engine)
    verdict = verify(session)
    assert verdict.holds
    assert (verdict.sealed, verdict.unsealed) == (3, 0)


def test_sealing_holds_under_concurrent_writers_and_sealers(
    session: Session, engine: Engine
) -> None:
    gate = threading.Barrier(6)
    writing = threading.Event()

    def writer(number: int) -> None:
        gate.wait()
        for turn in range(15):
            with Session(engine) as own, own.begin():
                write(own, number * 100 + turn)

    def sealer() -> None:
        gate.wait()
        while not writing.is_set():
            seal_all(engine)

    writers = [threading.Thread(target=writer, args=(number,)) for number in range(4)]
    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    writing.set()
    for thread in sealers:
        thread.join()
    seal_all(engine)
    verdict = verify(session)
    assert verdict.holds, verdict.why
    assert (verdict.sealed, verdict.unsealed) == (60, 0)


def _set(session: Session, position: int, **values: object) -> None:
    session.execute(
        update(AuditEntry)
        .where(AuditEntry.position == position)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
