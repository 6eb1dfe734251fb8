"""What holders do with their own certificates: show, share, mend, ask for a correction."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate, CertificateRequest
from lms.certificates.queries.own import get_own
from lms.certificates.rules import (
    CertificateState,
    CorrectionReason,
    RequestState,
    ShownField,
    transition,
)
from lms.certificates.services.issuing import enqueue_render, letters_missing, with_names
from lms.certificates.services.steps import note
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotPossibleError
from lms.core.text import N_
from lms.people.models import Person

TOKEN_BYTES = 24
ASKABLE = (CorrectionReason.NAME, CorrectionReason.AFFILIATION, CorrectionReason.HOURS)
"""What a holder may ask to have corrected."""

_KEEPER = Actor.system("certificates")


def choose_shown(
    session: Session,
    actor: Actor,
    certificate_id: int,
    fields: Collection[ShownField],
    *,
    now: datetime.datetime,
) -> None:
    """Let a check of the number show these fields, from now on."""
    certificate = get_own(session, actor, certificate_id, locked=True)
    certificate.shown_on_check = sorted(field.value for field in fields)
    _record(session, actor, certificate, "certificate.show", now=now)


def share(
    session: Session,
    actor: Actor,
    certificate_id: int,
    fields: Collection[ShownField],
    *,
    now: datetime.datetime,
) -> str:
    """Open a page of the certificate with these fields; its token.

    Sharing anew changes the fields and keeps the address. Raises NotPossibleError unless
    the certificate is issued.
    """
    certificate = get_own(session, actor, certificate_id, locked=True)
    if certificate.state is not CertificateState.ISSUED:
        raise NotPossibleError(N_("Only a certificate that stands can be shared."))
    token = certificate.share_token or secrets.token_urlsafe(TOKEN_BYTES)
    certificate.share_token = token
    certificate.share_fields = sorted(field.value for field in fields)
    certificate.shared_at = now
    _record(session, actor, certificate, "certificate.share", now=now)
    return token


def stop_sharing(
    session: Session, actor: Actor, certificate_id: int, *, now: datetime.datetime
) -> None:
    """Close the shared page for good; sharing again gives another address."""
    certificate = get_own(session, actor, certificate_id, locked=True)
    if certificate.share_token is None:
        return
    certificate.share_token = None
    certificate.share_fields = []
    certificate.shared_at = None
    _record(session, actor, certificate, "certificate.stop-sharing", now=now)


def release_own(
    session: Session, actor: Actor, certificate_id: int, *, now: datetime.datetime
) -> bool:
    """Issue one's held certificate with the names as they are now; whether it could be.

    Raises NotPossibleError if it is not held.
    """
    certificate = get_own(session, actor, certificate_id, locked=True)
    if transition(certificate.state, "release") is None:
        raise NotPossibleError(N_("This certificate does not wait for anything."))
    return release(session, actor, certificate, now=now)


def release(
    session: Session, actor: Actor, certificate: Certificate, *, now: datetime.datetime
) -> bool:
    """Freeze the names anew and issue, if every letter can be printed now; whether it was.

    The caller has locked the row and knows it is held.
    """
    statement = scoped(Person, _KEEPER, Reach.ALL_MEMBERS).where(Person.id == certificate.person_id)
    snapshot = with_names(certificate.frozen, session.execute(statement).scalar_one())
    missing = letters_missing(snapshot)
    certificate.held_for = list(missing)
    if missing:
        session.flush()
        return False
    certificate.snapshot = snapshot.as_json()
    certificate.state = CertificateState.ISSUED
    note(session, actor, certificate, "release", now=now)
    enqueue_render(session, certificate.id, now=now)
    return True


def ask_for_correction(
    session: Session,
    actor: Actor,
    certificate_id: int,
    reason: CorrectionReason,
    *,
    now: datetime.datetime,
) -> None:
    """Ask the secretariat for a corrected certificate; asking again while it waits is a no-op.

    Raises NotPossibleError unless the certificate is issued.
    """
    certificate = get_own(session, actor, certificate_id, locked=True)
    if certificate.state is not CertificateState.ISSUED:
        raise NotPossibleError(N_("Only a certificate that stands can be corrected."))
    made = insert_once(
        session,
        CertificateRequest,
        {
            "certificate_id": certificate.id,
            "person_id": certificate.person_id,
            "member_code": certificate.member_code,
            "agency_id": certificate.agency_id,
            "reason": reason,
            "state": RequestState.OPEN,
            "asked_at": now,
        },
        unique=(),
    )
    if made is not None:
        _record(session, actor, certificate, "certificate.ask", now=now, reason=reason.value)


def _record(
    session: Session,
    actor: Actor,
    certificate: Certificate,
    verb: str,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    session.flush()
    record(
        session,
        actor,
        verb,
        "certificate",
        certificate.id,
        now=now,
        subject_person_id=certificate.person_id,
        reason=reason,
    )
