"""Issuing: on completion, of a course or a path, at most once a subject and kind.

The snapshot is frozen here; the document is made later by the worker (`jobs.py`).
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import or_, select

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate
from lms.certificates.rules import (
    CertificateKind,
    CertificateState,
    Snapshot,
    SubjectKind,
    add_months,
    new_number,
    wording_language,
)
from lms.certificates.services.signatories import current_signatory
from lms.certificates.services.steps import note
from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.core.jobs.services import enqueue
from lms.core.lettering import unprintable
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.values.course import CertificateRule
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.people.models import Agency, Member, Person
from lms.progress.queries import known_of
from lms.progress.rules import done

RENDER = "certificates.render"
"""The kind of job that makes the document of one certificate."""

_KEEPER = Actor.system("certificates")


class Path(Protocol):
    """What is needed of a path: `courses.values.path.CoursePath` has it."""

    @property
    def title(self) -> str: ...
    @property
    def courses(self) -> Sequence[str]: ...
    @property
    def certificate(self) -> CertificateRule: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What a certificate is about, and whom and what it counts under."""

    kind: SubjectKind
    id: int
    person: Person
    member_code: str
    agency_id: int | None
    key: str
    title: str
    edition_id: int | None
    edition_number: int | None
    courses: tuple[str, ...]
    completed_at: datetime.datetime
    completed_anew_since: datetime.datetime | None = None
    """When it was completed, for what was revoked before that day; None if it is not complete."""


def earned(
    rules: Collection[CertificateRule], done_keys: Collection[str], *, is_complete: bool
) -> tuple[CertificateRule, ...]:
    """The certificates somebody has earned who did these activities.

    A certificate of participation that names its activities needs no completion; every
    other one does, and the activities it names besides.
    """
    return tuple(
        rule
        for rule in rules
        if set(rule.needs) <= set(done_keys)
        and (is_complete or (rule.kind == "participation" and rule.needs))
    )


def issue_for_enrolment(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    edition: Edition,
    *,
    now: datetime.datetime,
    is_awaited: bool = True,
) -> list[Certificate]:
    """Issue each kind this enrolment has earned and has not been issued; the new ones.

    The caller has locked the enrolment. Counts under the affiliation at completion, with
    the names of this moment. A name that no font prints gives a certificate that is held.
    The worker is asked for each document at once, unless nobody awaits it: whoever issues
    many sees to their documents.
    """
    known = known_of(session, actor, Reach.ALL_MEMBERS, [enrolment.id])[enrolment.id]
    is_complete = enrolment.state is EnrolmentState.COMPLETED
    rules = earned(edition.course.certificates, done(edition, known), is_complete=is_complete)
    if not rules:
        return []
    number = session.execute(
        select(StoredEdition.number).where(StoredEdition.id == enrolment.edition_id)
    ).scalar_one()
    subject = Subject(
        kind=SubjectKind.ENROLMENT,
        id=enrolment.id,
        person=person,
        member_code=enrolment.completed_member_code or person.member_code,
        agency_id=enrolment.completed_agency_id if is_complete else person.agency_id,
        key=enrolment.course_key,
        title=_title_of(edition, person),
        edition_id=enrolment.edition_id,
        edition_number=number,
        courses=(),
        completed_at=enrolment.completed_at or now,
        completed_anew_since=enrolment.completed_at,
    )
    return _issue_new(session, actor, subject, rules, now=now, is_awaited=is_awaited)


def issue_for_path(
    session: Session,
    actor: Actor,
    path_enrolment: PathEnrolment,
    person: Person,
    path: Path,
    *,
    now: datetime.datetime,
) -> list[Certificate]:
    """Issue the certificate of a completed path, unless it has one; the new ones.

    As `issue_for_enrolment`; the snapshot lists the titles of the path's courses.
    """
    language = wording_language(person.interface_language)
    cards = session.execute(
        select(StoredEdition.card).where(
            StoredEdition.course_key.in_(path.courses), StoredEdition.is_current
        )
    ).scalars()
    titles = {card.key: card.title(language) for card in map(CourseCard.from_json, cards)}
    subject = Subject(
        kind=SubjectKind.PATH,
        id=path_enrolment.id,
        person=person,
        member_code=path_enrolment.completed_member_code or person.member_code,
        agency_id=path_enrolment.completed_agency_id,
        key=path_enrolment.path_key,
        title=path.title,
        edition_id=None,
        edition_number=None,
        courses=tuple(titles.get(key, key) for key in path.courses),
        completed_at=path_enrolment.completed_at or now,
        completed_anew_since=path_enrolment.completed_at,
    )
    return _issue_new(session, actor, subject, (path.certificate,), now=now)


def enqueue_render(session: Session, certificate_id: int, *, now: datetime.datetime) -> None:
    """Ask the worker for the document; asking again while it waits changes nothing."""
    enqueue(
        session,
        RENDER,
        {"certificate_id": certificate_id},
        requested_by=_KEEPER,
        now=now,
        once_key=f"{RENDER}@{certificate_id}",
    )


def letters_missing(snapshot: Snapshot) -> tuple[str, ...]:
    """The characters of the names on a certificate that no font of ours can print."""
    names = (snapshot.name, snapshot.name_own_script or "", snapshot.agency or "")
    return tuple(dict.fromkeys(letter for name in names for letter in unprintable(name)))


def local_day(moment: datetime.datetime, person: Person) -> datetime.date:
    """The day of a moment where the person is."""
    return moment.astimezone(zoneinfo.ZoneInfo(person.time_zone)).date()


def with_names(snapshot: Snapshot, person: Person) -> Snapshot:
    """The snapshot with the names of the person as they are now."""
    return replace(
        snapshot,
        name=person.name,
        name_own_script=person.own_script_name or None,
        own_script_language=person.own_script_language or None,
    )


def _issue_new(
    session: Session,
    actor: Actor,
    subject: Subject,
    rules: Sequence[CertificateRule],
    *,
    now: datetime.datetime,
    is_awaited: bool = True,
) -> list[Certificate]:
    """One certificate for each rule of whose kind none stands.

    One that was revoked is issued again only after a completion that came later: a
    correction may take a completion back, and it may be earned anew.
    """
    had = set(
        session.execute(
            scoped(Certificate, _KEEPER, Reach.ALL_MEMBERS)
            .with_only_columns(Certificate.kind)
            .where(
                Certificate.subject_kind == subject.kind,
                Certificate.subject_id == subject.id,
                or_(
                    Certificate.state.in_([CertificateState.HELD, CertificateState.ISSUED]),
                    Certificate.revoked_at > subject.completed_at,
                ),
            )
        ).scalars()
    )
    made = []
    for rule in rules:
        kind = CertificateKind(rule.kind)
        if kind in had:
            continue
        snapshot = _freeze(session, subject, rule, now=now)
        certificate = insert(session, actor, snapshot, subject, now=now, is_awaited=is_awaited)
        if certificate is not None:
            made.append(certificate)
    return made


def insert(
    session: Session,
    actor: Actor,
    snapshot: Snapshot,
    subject: Subject,
    *,
    now: datetime.datetime,
    replaces_id: int | None = None,
    is_awaited: bool = True,
) -> Certificate | None:
    """A certificate with a new number, or None if another door was first.

    Held and waiting for a name that can be printed, or issued and on its way to the worker.
    """
    held_for = letters_missing(snapshot)
    certificate_id = insert_once(
        session,
        Certificate,
        {
            "number": new_number(),
            "subject_kind": subject.kind,
            "subject_id": subject.id,
            "kind": snapshot.kind,
            "person_id": subject.person.id,
            "member_code": subject.member_code,
            "agency_id": subject.agency_id,
            "course_key": subject.key,
            "edition_id": subject.edition_id,
            "state": CertificateState.HELD if held_for else CertificateState.ISSUED,
            "snapshot": snapshot.as_json(),
            "language": snapshot.language,
            "issued_at": now,
            "issued_on": snapshot.issued_on,
            "expires_on": snapshot.expires_on,
            "replaces_id": replaces_id,
            "held_for": list(held_for),
        },
        unique=(),
    )
    if certificate_id is None:
        return None
    certificate = session.execute(
        scoped(Certificate, _KEEPER, Reach.ALL_MEMBERS).where(Certificate.id == certificate_id)
    ).scalar_one()
    note(session, actor, certificate, "hold" if held_for else "issue", now=now)
    if not held_for and is_awaited:
        enqueue_render(session, certificate_id, now=now)
    return certificate


def _freeze(
    session: Session, subject: Subject, rule: CertificateRule, *, now: datetime.datetime
) -> Snapshot:
    person = subject.person
    language = wording_language(person.interface_language)
    signing = current_signatory(session)
    issued_on = local_day(now, person)
    months = rule.valid_months
    return Snapshot(
        kind=CertificateKind(rule.kind),
        language=language,
        name=person.name,
        name_own_script=person.own_script_name or None,
        own_script_language=person.own_script_language or None,
        member=member_name(session, subject.member_code),
        agency=agency_name(session, subject.agency_id),
        title=subject.title,
        edition_number=subject.edition_number,
        courses=subject.courses,
        hours=rule.hours,
        completed_on=local_day(subject.completed_at, person),
        issued_on=issued_on,
        expires_on=add_months(issued_on, months) if months else None,
        signatory_name=signing.name,
        signatory_post=signing.post(language).post,
        authority=signing.post(language).authority,
    )


def member_name(session: Session, code: str) -> str:
    """The English short name of a member."""
    return session.execute(select(Member.name).where(Member.code == code)).scalar_one()


def agency_name(session: Session, agency_id: int | None) -> str | None:
    """The name of an agency, or None where there is none."""
    if agency_id is None:
        return None
    return session.execute(select(Agency.name).where(Agency.id == agency_id)).scalar_one()


def _title_of(edition: Edition, person: Person) -> str:
    """The title in the language of the certificate where the course has it."""
    language = wording_language(person.interface_language)
    return edition.in_language(edition.course, language)[0].title
