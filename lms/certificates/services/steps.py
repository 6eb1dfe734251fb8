"""Writing down a step of a certificate: the row, the audit, and word to the holder."""

from __future__ import annotations

import datetime

from lms.certificates.models import Certificate, CertificateStep
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.text import N_
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell


def _kind(name: str, sentence: str) -> NoticeKind:
    return NoticeKind(
        name=f"certificates.{name}",
        category=Category.CERTIFICATES,
        sentence=sentence,
        path="/certificates/mine/%(certificate)s",
        facts={"title": None, "certificate": None},
    )


TOLD: dict[str, NoticeKind] = {
    "issue": _kind("issued", N_("Your certificate for “%(title)s” is issued.")),
    "hold": _kind(
        "held",
        N_("Your certificate for “%(title)s” waits: a letter of your name cannot be printed."),
    ),
    "release": _kind("issued", N_("Your certificate for “%(title)s” is issued.")),
    "supersede": _kind(
        "superseded", N_("Your certificate for “%(title)s” was replaced by a corrected one.")
    ),
    "revoke": _kind("revoked", N_("Your certificate for “%(title)s” was withdrawn.")),
    "decline": _kind(
        "declined", N_("The secretariat left your certificate for “%(title)s” as it is.")
    ),
}
"""What the holder is told of each step."""


def note(
    session: Session,
    actor: Actor,
    certificate: Certificate,
    verb: str,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    """Keep one step, audit it and tell the holder, in the transaction in hand."""
    session.flush()
    session.add(
        CertificateStep(
            certificate_id=certificate.id,
            person_id=certificate.person_id,
            member_code=certificate.member_code,
            agency_id=certificate.agency_id,
            verb=verb,
            happened_at=now,
            by_person_id=actor.person_id,
            reason=reason,
        )
    )
    record(
        session,
        actor,
        f"certificate.{verb}",
        "certificate",
        certificate.id,
        now=now,
        subject_person_id=certificate.person_id,
        reason=reason,
    )
    tell(
        session,
        actor,
        person_id=certificate.person_id,
        kind=TOLD[verb],
        facts={"title": certificate.snapshot["title"], "certificate": certificate.id},
        now=now,
        once_key=f"certificate.{verb}@{certificate.id}@{now.isoformat()}",
    )
