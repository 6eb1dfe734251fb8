"""What the secretariat reads: lists of certificates by scope, one of them, what waits."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, func

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate, CertificateRequest, CertificateStep
from lms.certificates.queries.own import NO_SUCH
from lms.certificates.rules import CertificateState, RequestState, read_number
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.people.models import Affiliation, Agency, Member

PAGE = 50


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """Which certificates: of a course or path, a member, a state, issued in a period.

    Empty means all. `words` is a number as somebody typed it.
    """

    course_key: str = ""
    member_code: str = ""
    state: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the payload of a job."""
        return {
            name: value.isoformat() if isinstance(value, datetime.date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> CertificateFilter:
        """What `as_json` gave."""
        days = {
            name: datetime.date.fromisoformat(stored[name]) if stored[name] else None
            for name in ("since", "until")
        }
        return cls(**{**stored, **days})


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request for a corrected certificate, with the certificate."""

    request: CertificateRequest
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Place:
    """An affiliation a correction may name."""

    affiliation_id: int
    member: str
    agency: str
    started_on: datetime.date


def list_certificates(
    session: Session, actor: Actor, wanted: CertificateFilter, *, below: int | None = None
) -> tuple[Sequence[Certificate], int | None]:
    """One page of certificates, newest first, and the id to go on below, or None."""
    statement = _filtered(scoped(Certificate, actor, Reach.ALL_MEMBERS), wanted)
    if below is not None:
        statement = statement.where(Certificate.id < below)
    statement = statement.order_by(Certificate.id.desc()).limit(PAGE + 1)
    rows = session.execute(statement).scalars().all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def chunk_of(
    session: Session, actor: Actor, wanted: CertificateFilter, *, after: int, upto: int, limit: int
) -> Sequence[Certificate]:
    """The next certificates of a scope by id, none above `upto`: for jobs."""
    statement = (
        _filtered(scoped(Certificate, actor, Reach.ALL_MEMBERS), wanted)
        .where(Certificate.id > after, Certificate.id <= upto)
        .order_by(Certificate.id)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


def list_people(
    session: Session, actor: Actor, wanted: CertificateFilter, *, upto: int
) -> list[int]:
    """Ids of the people whose certificates a scope has, for the access record."""
    statement = _filtered(scoped(Certificate, actor, Reach.ALL_MEMBERS), wanted)
    ids = statement.where(Certificate.id <= upto).with_only_columns(Certificate.person_id)
    return sorted(set(session.execute(ids).scalars()))


def count_of(session: Session, actor: Actor, wanted: CertificateFilter) -> tuple[int, int]:
    """How many certificates a scope has, and the highest id among them (0 for none)."""
    statement = _filtered(scoped(Certificate, actor, Reach.ALL_MEMBERS), wanted)
    counted = statement.with_only_columns(func.count(), func.coalesce(func.max(Certificate.id), 0))
    count, highest = session.execute(counted).one()
    return count, highest


def get_certificate(
    session: Session, actor: Actor, certificate_id: int, *, locked: bool = False
) -> Certificate:
    """Any certificate, for the secretariat. Raises NotFoundError if there is none."""
    statement = scoped(Certificate, actor, Reach.ALL_MEMBERS).where(
        Certificate.id == certificate_id
    )
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found


def steps_of(session: Session, actor: Actor, certificate_id: int) -> Sequence[CertificateStep]:
    """What happened to a certificate, oldest first."""
    statement = (
        scoped(CertificateStep, actor, Reach.ALL_MEMBERS)
        .where(CertificateStep.certificate_id == certificate_id)
        .order_by(CertificateStep.id)
    )
    return session.execute(statement).scalars().all()


def places_of(session: Session, actor: Actor, person_id: int) -> list[Place]:
    """The affiliations of a person, the present one first."""
    statement = (
        scoped(Affiliation, actor, Reach.ALL_MEMBERS)
        .join(Member, Member.code == Affiliation.member_code)
        .outerjoin(Agency, Agency.id == Affiliation.agency_id)
        .with_only_columns(Affiliation.id, Member.name, Agency.name, Affiliation.started_on)
        .where(Affiliation.person_id == person_id)
        .order_by(Affiliation.started_on.desc(), Affiliation.id.desc())
    )
    return [
        Place(id_, member, agency or "", day)
        for id_, member, agency, day in session.execute(statement)
    ]


def list_requests(session: Session, actor: Actor) -> list[RequestRow]:
    """Requests that wait for the secretariat, oldest first; at most one page of them."""
    waiting = scoped(CertificateRequest, actor, Reach.ALL_MEMBERS)
    waiting = waiting.where(CertificateRequest.state == RequestState.OPEN)
    requests = session.execute(waiting.order_by(CertificateRequest.id).limit(PAGE)).scalars().all()
    wanted = [request.certificate_id for request in requests]
    statement = scoped(Certificate, actor, Reach.ALL_MEMBERS).where(Certificate.id.in_(wanted))
    certificates = {each.id: each for each in session.execute(statement).scalars()}
    return [RequestRow(request, certificates[request.certificate_id]) for request in requests]


def count_waiting(session: Session, actor: Actor) -> int:
    """How many requests wait for the secretariat."""
    statement = scoped(CertificateRequest, actor, Reach.ALL_MEMBERS).where(
        CertificateRequest.state == RequestState.OPEN
    )
    return session.execute(statement.with_only_columns(func.count())).scalar_one()


def held_ids(session: Session, actor: Actor, *, after: int, limit: int) -> Sequence[int]:
    """Ids of held certificates above `after`, in order: for the job that looks at them again."""
    statement = (
        scoped(Certificate, actor, Reach.ALL_MEMBERS)
        .with_only_columns(Certificate.id)
        .where(Certificate.state == CertificateState.HELD, Certificate.id > after)
        .order_by(Certificate.id)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


def _filtered(statement: Select[Any], wanted: CertificateFilter) -> Select[Any]:
    if wanted.course_key:
        statement = statement.where(Certificate.course_key == wanted.course_key)
    if wanted.member_code:
        statement = statement.where(Certificate.member_code == wanted.member_code)
    if wanted.state in set(CertificateState):
        statement = statement.where(Certificate.state == CertificateState(wanted.state))
    if wanted.since is not None:
        statement = statement.where(Certificate.issued_on >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Certificate.issued_on <= wanted.until)
    if wanted.words:
        number = read_number(wanted.words)
        statement = statement.where(Certificate.number == (number or ""))
    return statement
