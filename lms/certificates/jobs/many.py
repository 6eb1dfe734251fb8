"""Work on many certificates in chunks: issue what is missing, make documents anew."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import Select, func

from lms.access.reaches import Reach, scoped
from lms.certificates.jobs.rendering import (
    hold,
    keep,
    load,
    make_files,
    publish_key,
    signing_key,
)
from lms.certificates.queries.lists import CertificateFilter, chunk_of, count_of, held_ids
from lms.certificates.rules import CertificateState
from lms.certificates.services.bulk import MAKE_MISSING
from lms.certificates.services.holding import release
from lms.certificates.services.issuing import issue_for_enrolment
from lms.core.database import Session
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import Work
from lms.core.pdf.making import UnprintableError
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.people.models import Person

ISSUED_AT_ONCE = 100
MADE_AT_ONCE = 10
"""Documents between two commits: about a quarter of a second of rendering."""


def issue_missing(work: Work) -> None:
    """Issue what completed enrolments of the scope have earned and lack, by enrolment id."""
    scope = scope_of(work)
    if not work.cursor:
        with work.transaction() as session:
            counted = _completed(work, scope).with_only_columns(
                func.count(), func.coalesce(func.max(Enrolment.id), 0)
            )
            total, upto = session.execute(counted).one()
            work.advance(session, cursor={"after": 0, "upto": upto}, done=0, total=total)
    finished = False
    while not finished:
        with work.transaction() as session:
            enrolments = _next_completed(session, work, scope)
            made = sum(_issue(session, work, each) for each in enrolments)
            finished = len(enrolments) < ISSUED_AT_ONCE
            after = enrolments[-1].id if enrolments else work.cursor["after"]
            if finished:
                made_for = CertificateFilter(scope.course_key, scope.member_code)
                payload = {"scope": made_for.as_json()}
                enqueue(session, MAKE_MISSING, payload, requested_by=work.actor, now=work.now())
            work.advance(
                session,
                cursor={**work.cursor, "after": after},
                done=work.done + len(enrolments),
                result={"issued": work.result.get("issued", 0) + made, "page": "/certificates"},
            )


def regenerate(work: Work) -> None:
    """Make the documents of all issued certificates of the scope anew, by id."""
    scope = scope_of(work)
    begin(work, scope)
    while make_next(work, scope, only_missing=False):
        pass
    with work.transaction() as session:
        work.advance(session, result={"page": "/certificates"})


def make_missing(work: Work) -> None:
    """Make the documents of the scope that are not there yet, by id."""
    scope = scope_of(work)
    begin(work, scope)
    while make_next(work, scope, only_missing=True):
        pass


def look_at_held(work: Work) -> None:
    """Issue the held certificates whose holders have mended their names since."""
    after = work.cursor.get("after", 0)
    ids: Sequence[int] = (0,)
    while ids:
        with work.transaction() as session:
            ids = held_ids(session, work.actor, after=after, limit=ISSUED_AT_ONCE)
            for certificate_id in ids:
                certificate = load(session, work, certificate_id, locked=True)
                if certificate is not None and certificate.state is CertificateState.HELD:
                    release(session, work.actor, certificate, now=work.now())
            after = ids[-1] if ids else after
            work.advance(session, cursor={"after": after}, done=work.done + len(ids))


def scope_of(work: Work) -> CertificateFilter:
    """Which certificates the job is about."""
    return CertificateFilter.from_json(work.payload["scope"])


def begin(work: Work, scope: CertificateFilter) -> None:
    """Fix which certificates the job is about: those that are there now."""
    if work.cursor:
        return
    with work.transaction() as session:
        total, upto = count_of(session, work.actor, scope)
        as_of = work.now().isoformat()
        cursor = {"after": 0, "upto": upto, "as_of": as_of}
        work.advance(session, cursor=cursor, done=0, total=total)


def make_next(work: Work, scope: CertificateFilter, *, only_missing: bool) -> bool:
    """Make the next few documents and move the cursor; False when all are made.

    Rendering stands outside the transaction. With `only_missing` those are left out whose
    document is in storage.
    """
    with work.reading() as session:
        chunk = chunk_of(
            session,
            work.actor,
            scope,
            after=work.cursor["after"],
            upto=work.cursor["upto"],
            limit=MADE_AT_ONCE,
        )
    if not chunk:
        return False
    key = signing_key(work)
    made, unprintable = {}, {}
    for certificate in chunk:
        is_there = bool(certificate.file_key) and work.storage.exists(certificate.file_key)
        if certificate.state is not CertificateState.ISSUED or (only_missing and is_there):
            continue
        try:
            made[certificate.id] = make_files(work, certificate, key)
        except UnprintableError as error:
            unprintable[certificate.id] = error.characters
    with work.transaction() as session:
        publish_key(session, work, key)
        for certificate_id, files in made.items():
            keep(session, work, certificate_id, files)
        for certificate_id, characters in unprintable.items():
            hold(session, work, certificate_id, characters)
        work.advance(
            session,
            cursor={**work.cursor, "after": chunk[-1].id},
            done=work.done + len(chunk),
        )
    return True


def _completed(work: Work, scope: CertificateFilter) -> Select[Enrolment]:
    statement = scoped(Enrolment, work.actor, Reach.ALL_MEMBERS).where(
        Enrolment.state == EnrolmentState.COMPLETED
    )
    if scope.course_key:
        statement = statement.where(Enrolment.course_key == scope.course_key)
    if scope.member_code:
        statement = statement.where(Enrolment.completed_member_code == scope.member_code)
    if scope.since is not None:
        statement = statement.where(Enrolment.completed_at >= _start_of(scope.since))
    if scope.until is not None:
        after = _start_of(scope.until + datetime.timedelta(days=1))
        statement = statement.where(Enrolment.completed_at < after)
    return statement


def _next_completed(session: Session, work: Work, scope: CertificateFilter) -> Sequence[Enrolment]:
    statement = (
        _completed(work, scope)
        .where(Enrolment.id > work.cursor["after"], Enrolment.id <= work.cursor["upto"])
        .order_by(Enrolment.id)
        .limit(ISSUED_AT_ONCE)
        .with_for_update()
    )
    found: Sequence[Enrolment] = session.execute(statement).scalars().all()
    return found


def _issue(session: Session, work: Work, enrolment: Enrolment) -> int:
    stored = session.get(StoredEdition, enrolment.edition_id)
    if stored is None:
        raise LookupError(f"Enrolment {enrolment.id} points to no edition.")
    person = session.execute(
        scoped(Person, work.actor, Reach.ALL_MEMBERS).where(Person.id == enrolment.person_id)
    ).scalar_one()
    edition = get_edition(session, stored.digest)
    made = issue_for_enrolment(
        session, work.actor, enrolment, person, edition, now=work.now(), is_awaited=False
    )
    return len(made)


def _start_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)
