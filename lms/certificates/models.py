"""The tables of certificates."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.permissions import Permission
from lms.access.reaches import (
    MemberOwned,
    Reach,
    ReachRule,
    everything,
    owned_by_member,
    owned_by_self,
)
from lms.access.rules import scopes_for
from lms.certificates.rules import (
    PUBLISHED,
    CertificateKind,
    CertificateState,
    CorrectionReason,
    RequestState,
    RevocationReason,
    Snapshot,
    SubjectKind,
)
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Base, Id, choice_of


class Certificate(MemberOwned):
    """One certificate: its number, its frozen snapshot and where it stands.

    `member_code` and `agency_id` are those at completion and never follow the person.
    `course_key` is the key of the course or path. Of one subject and kind at most one is
    held or issued: the partial index decides, so that two doors give one. `replaces_id`
    points to the predecessor of a correction. `held_for` names the characters no font of
    ours can print. `file_key` and `credential_file_key` are where the document and its signed
    credential lie, and `file_digest` is the SHA-256 of the document; all three are empty
    until the worker has made them. `shown_on_check` is what the holder lets a check of the
    number show, None as long as they chose nothing; `share_token` opens the page they share
    with the fields of `share_fields`, until they withdraw it.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(choice_of(SubjectKind, "subject_kind"))
    subject_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[CertificateKind] = mapped_column(choice_of(CertificateKind, "kind"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    course_key: Mapped[str] = mapped_column(String(80))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    state: Mapped[CertificateState] = mapped_column(choice_of(CertificateState, "state"))
    snapshot: Mapped[dict[str, Any]]
    language: Mapped[str] = mapped_column(String(12))
    issued_at: Mapped[datetime.datetime]
    issued_on: Mapped[datetime.date]
    expires_on: Mapped[datetime.date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    replaced_at: Mapped[datetime.datetime | None]
    correction_reason: Mapped[CorrectionReason | None] = mapped_column(
        choice_of(CorrectionReason, "correction_reason")
    )
    revoked_at: Mapped[datetime.datetime | None]
    revocation_reason: Mapped[RevocationReason | None] = mapped_column(
        choice_of(RevocationReason, "revocation_reason")
    )
    held_for: Mapped[list[str]] = mapped_column(default=list)
    file_key: Mapped[str] = mapped_column(String(200), default="")
    file_digest: Mapped[str] = mapped_column(String(64), default="")
    credential_file_key: Mapped[str] = mapped_column(String(200), default="")
    rendered_at: Mapped[datetime.datetime | None]
    shown_on_check: Mapped[list[str] | None]
    share_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    share_fields: Mapped[list[str]] = mapped_column(default=list)
    shared_at: Mapped[datetime.datetime | None]

    __table_args__ = (
        Index(
            "uq_certificate_current",
            "subject_kind",
            "subject_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('held', 'issued')"),
            sqlite_where=text("state IN ('held', 'issued')"),
        ),
        Index("ix_certificate_person_id", "person_id", "id"),
        Index("ix_certificate_course_key", "course_key", "id"),
        Index("ix_certificate_member_code_state", "member_code", "state"),
        Index("ix_certificate_state", "state", "id"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]

    @property
    def frozen(self) -> Snapshot:
        """What the certificate says."""
        return Snapshot.from_json(self.snapshot)


def _of_taught_courses(actor: Actor) -> ColumnElement[bool]:
    scopes = scopes_for(actor, Permission.CERTIFICATE_READ_TAUGHT)
    if scopes.everywhere:
        return true()
    return Certificate.course_key.in_(sorted(scopes.of(ScopeKind.COURSE)))


def _published(_actor: Actor) -> ColumnElement[bool]:
    return Certificate.state.in_(sorted(PUBLISHED))


Certificate.__reaches__ = {
    Reach.SELF: owned_by_self(Certificate.person_id),
    Reach.OWN_MEMBER: owned_by_member(
        Permission.CERTIFICATE_READ_OWN_MEMBER, Certificate.member_code, Certificate.agency_id
    ),
    Reach.TAUGHT: ReachRule(Permission.CERTIFICATE_READ_TAUGHT, _of_taught_courses),
    Reach.ALL_MEMBERS: everything(Permission.CERTIFICATE_READ_ALL),
    Reach.COUNTING: everything(Permission.REPORT_COUNT),
    Reach.PUBLIC: ReachRule(None, _published),
}


class CertificateStep(MemberOwned):
    """One step of a certificate: issued, held, released, superseded, revoked."""

    __tablename__ = "certificate_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    verb: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime.datetime]
    by_person_id: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(60), default="")

    __reaches__: ClassVar[dict[Reach, ReachRule]]


CertificateStep.__reaches__ = {
    Reach.SELF: owned_by_self(CertificateStep.person_id),
    Reach.ALL_MEMBERS: everything(Permission.CERTIFICATE_READ_ALL),
}


class CertificateRequest(MemberOwned):
    """A holder asks for a corrected certificate; the secretariat decides. One open at a time."""

    __tablename__ = "certificate_request"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    reason: Mapped[CorrectionReason] = mapped_column(choice_of(CorrectionReason, "reason"))
    state: Mapped[RequestState] = mapped_column(choice_of(RequestState, "state"))
    asked_at: Mapped[datetime.datetime]
    decided_at: Mapped[datetime.datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index(
            "uq_certificate_request_open",
            "certificate_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_certificate_request_certificate_id", "certificate_id"),
        Index("ix_certificate_request_state", "state", "id"),
    )
    __reaches__: ClassVar[dict[Reach, ReachRule]]


CertificateRequest.__reaches__ = {
    Reach.SELF: owned_by_self(CertificateRequest.person_id),
    Reach.ALL_MEMBERS: everything(Permission.CERTIFICATE_READ_ALL),
}


class Signatory(Base):
    """Who signs certificates, from a moment on; the last row counts.

    `wording` gives the post and the body in each language of certificates, as
    {"en": {"post": …, "authority": …}, …}. About an office, not about a person's record.
    """

    __tablename__ = "certificate_signatory"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    wording: Mapped[dict[str, Any]]
    named_at: Mapped[datetime.datetime]
    named_by: Mapped[int | None] = mapped_column(Id)


class CredentialKey(Base):
    """The public half of a key that signed credentials; kept for ever, so that they verify.

    `public_key` is the raw Ed25519 key (RFC 8032) in unpadded base64url. The worker writes
    a row when it first signs with a key; the private half never reaches the database.
    """

    __tablename__ = "credential_key"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    first_used_at: Mapped[datetime.datetime]
