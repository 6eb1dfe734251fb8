"""Sealing the audit into a hash chain, proving it, and erasing a person from it.

    digest(row)  = SHA-256(salt ‖ canonical row)
    chain(n)     = SHA-256(chain(n-1) ‖ digest(n)),  chain(0) = 64 zeros

The salt is random and kept in the row. Erasing a person empties the salts and the links
of their rows: the digests stay and the chain proves as before, but nobody can tell any
more, even by trying all ids, whom such a row was about. What the chain alone cannot show
is a cut at its end: the head, noted elsewhere, shows that (`verify` with `noted`).
"""

from __future__ import annotations

import datetime
import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select

from lms.core.audit.models import AuditEntry
from lms.core.database import Session

CHUNK = 200
READ_AT_ONCE = 2000
START = "0" * 64
_LOCK = zlib.crc32(b"bekal.audit.seal")


@dataclass(frozen=True, slots=True)
class Head:
    """The last sealed position and its chain value; position 0 before the first."""

    position: int
    chain: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What proving the chain found.

    `broken_at` is the first position that does not prove, with `why`; None when all do.
    `erased` rows prove their place but no longer their content; `unsealed` rows wait.
    """

    head: Head
    sealed: int
    erased: int
    unsealed: int
    broken_at: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def seal(session: Session, *, limit: int = CHUNK) -> int:
    """Seal up to `limit` rows that have no position, in the transaction in hand; how many.

    Rows are found by having no position, never by an id above the last: a transaction
    that began earlier may commit later. One sealer works at a time: SQLite lets one
    write, PostgreSQL takes an advisory lock until the transaction ends.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    statement = (
        select(AuditEntry)
        .where(AuditEntry.position.is_(None))
        .order_by(AuditEntry.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(statement).scalars().all()
    if not rows:
        return 0
    head = head_of(session)
    position, chain = head.position, head.chain
    for row in rows:
        position += 1
        row.digest = digest_of(row)
        chain = _next(chain, row.digest)
        row.position, row.chain = position, chain
    session.flush()
    return len(rows)


def waits(session: Session) -> bool:
    """Whether a row waits to be sealed."""
    unsealed = exists().where(AuditEntry.position.is_(None))
    return bool(session.execute(select(unsealed)).scalar_one())


def head_of(session: Session) -> Head:
    """The end of the chain as it stands."""
    statement = (
        select(AuditEntry.position, AuditEntry.chain)
        .where(AuditEntry.position.is_not(None))
        .order_by(AuditEntry.position.desc())
        .limit(1)
    )
    found = session.execute(statement).one_or_none()
    return Head(found.position or 0, found.chain or START) if found else Head(0, START)


def erase_person(session: Session, person_id: int) -> int:
    """Empty salt and links of every row that names the person; how many rows that was.

    Seals what waits first, so that every digest is of the row as it was written. What
    was done stays: when, what, in which roles; not by whom or about whom.
    """
    while seal(session):
        pass
    about = (AuditEntry.subject_kind == "person") & (AuditEntry.subject_id == str(person_id))
    statement = select(AuditEntry).where(
        or_(
            AuditEntry.actor_person_id == person_id,
            AuditEntry.subject_person_id == person_id,
            about,
        )
    )
    rows = session.execute(statement).scalars().all()
    for row in rows:
        row.salt = None
        if row.subject_kind == "person" and row.subject_id == str(person_id):
            row.subject_id = ""
        if row.actor_person_id == person_id:
            row.actor_person_id = None
        if row.subject_person_id == person_id:
            row.subject_person_id = None
    session.flush()
    return len(rows)


def verify(
    session: Session,
    *,
    noted: Head | None = None,
    tell: Callable[[int], None] = lambda _position: None,
) -> Verdict:
    """Prove every sealed row and its place; reads in key order, a few thousand at a time.

    `noted` is a head written down earlier: the chain must still pass through it. `tell`
    is called with the last position of each part that was read.
    """
    position, chain, erased = 0, START, 0
    broken_at, why = None, ""
    while broken_at is None:
        rows = _sealed_after(session, position)
        if not rows:
            break
        for row in rows:
            why = _fault(row, position, chain)
            if not why and noted is not None and row.position == noted.position:
                why = "" if row.chain == noted.chain else "the chain differs from the noted one"
            if why:
                broken_at = position + 1
                break
            position, chain = position + 1, row.chain or ""
            erased += row.salt is None
        tell(position)
        session.expunge_all()
    if broken_at is None and noted is not None and noted.position > position:
        broken_at, why = position + 1, f"rows up to the noted position {noted.position} are gone"
    unsealed = select(func.count()).where(AuditEntry.position.is_(None))
    return Verdict(
        head=Head(position, chain),
        sealed=position,
        erased=erased,
        unsealed=session.execute(unsealed).scalar_one(),
        broken_at=broken_at,
        why=why,
    )


def digest_of(row: AuditEntry) -> str:
    """H(salt ‖ row). Raises ValueError for a row whose salt is gone."""
    if row.salt is None:
        raise ValueError("An erased row has no content to prove.")
    return hashlib.sha256((row.salt + canonical(row)).encode()).hexdigest()


def canonical(row: AuditEntry) -> str:
    """The row as one line of JSON: names sorted, moments in UTC, letters outside ASCII escaped."""
    content = {
        "happened_at": row.happened_at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "actor_person_id": row.actor_person_id,
        "actor_system": row.actor_system,
        "actor_roles": row.actor_roles,
        "verb": row.verb,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "subject_person_id": row.subject_person_id,
        "reason": row.reason,
        "facts": row.facts,
        "run_id": row.run_id,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _next(chain: str, digest: str) -> str:
    return hashlib.sha256((chain + digest).encode()).hexdigest()


def _sealed_after(session: Session, position: int) -> Sequence[AuditEntry]:
    statement = (
        select(AuditEntry)
        .where(AuditEntry.position > position)
        .order_by(AuditEntry.position)
        .limit(READ_AT_ONCE)
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalars().all()


def _fault(row: AuditEntry, before: int, chain: str) -> str:
    """What is wrong with a row that should stand after `before`; empty when nothing is."""
    if row.position != before + 1:
        return "a row is missing"
    if row.digest is None or row.chain is None:
        return "the seal of a row is empty"
    if row.salt is not None and digest_of(row) != row.digest:
        return "the content of a row was changed"
    if _next(chain, row.digest) != row.chain:
        return "the seal of a row was changed"
    return ""
