"""What the secretariat decides: a correction, a withdrawal, a request declined."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from sqlalchemy import update

from lms.access.reaches import Reach, scoped, within
from lms.certificates.models import Certificate, CertificateRequest
from lms.certificates.queries.lists import get_certificate
from lms.certificates.rules import (
    CertificateState,
    CorrectionReason,
    RequestState,
    RevocationReason,
    Snapshot,
    add_months,
    transition,
)
from lms.certificates.services.issuing import (
    Subject,
    agency_name,
    insert,
    letters_missing,
    local_day,
    member_name,
    with_names,
)
from lms.certificates.services.signatories import current_signatory
from lms.certificates.services.steps import note
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.states import Transition
from lms.core.text import N_
from lms.people.models import Affiliation, Person

MOVED_ON = N_("This certificate has moved on meanwhile. Load the page again.")
MOST_HOURS = 400


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected certificate says instead; which field counts follows from `reason`.

    Names come from the person's profile. `months` is how long a renewed one is valid.
    """

    reason: CorrectionReason
    affiliation_id: int | None = None
    hours: float | None = None
    completed_on: datetime.date | None = None
    months: int | None = None


def correct(
    session: Session,
    actor: Actor,
    certificate_id: int,
    wanted: Correction,
    *,
    now: datetime.datetime,
) -> Certificate:
    """Replace a certificate by one with another number; the new one, linked to it.

    The old number says from now on that it was replaced. Raises BadInputError on the field
    that is missing or changes nothing, or on `reason` when the names cannot be printed, and
    NotPossibleError when the certificate no longer stands.
    """
    certificate = get_certificate(session, actor, certificate_id, locked=True)
    step = _step(certificate, "supersede")
    person = session.execute(
        scoped(Person, actor, Reach.ALL_MEMBERS).where(Person.id == certificate.person_id)
    ).scalar_one()
    affiliation = _affiliation(session, actor, certificate, wanted)
    snapshot = _corrected(session, certificate.frozen, person, affiliation, wanted, now=now)
    missing = letters_missing(snapshot)
    if missing:
        raise BadInputError(
            N_("The letter %(letter)s cannot be printed. Ask the person to mend their name first."),
            field="reason",
            letter=missing[0],
        )
    certificate.state = step.after
    certificate.replaced_at = now
    certificate.correction_reason = wanted.reason
    _close_share(certificate)
    note(session, actor, certificate, "supersede", now=now, reason=wanted.reason.value)
    successor = insert(
        session,
        actor,
        snapshot,
        Subject(
            kind=certificate.subject_kind,
            id=certificate.subject_id,
            person=person,
            member_code=affiliation.member_code if affiliation else certificate.member_code,
            agency_id=affiliation.agency_id if affiliation else certificate.agency_id,
            key=certificate.course_key,
            title=snapshot.title,
            edition_id=certificate.edition_id,
            edition_number=snapshot.edition_number,
            courses=snapshot.courses,
            completed_at=certificate.issued_at,
        ),
        now=now,
        replaces_id=certificate.id,
    )
    if successor is None:
        raise NotPossibleError(MOVED_ON)
    successor.shown_on_check = certificate.shown_on_check
    _answer_request(session, actor, certificate, RequestState.DONE, now=now)
    session.flush()
    return successor


def revoke(
    session: Session,
    actor: Actor,
    certificate_id: int,
    reason: RevocationReason,
    *,
    now: datetime.datetime,
) -> Certificate:
    """Withdraw a certificate for good. Who checks it is told the day, never the reason.

    Raises NotPossibleError when it no longer stands.
    """
    certificate = get_certificate(session, actor, certificate_id, locked=True)
    step = _step(certificate, "revoke")
    certificate.state = step.after
    certificate.revoked_at = now
    certificate.revocation_reason = reason
    _close_share(certificate)
    note(session, actor, certificate, "revoke", now=now, reason=reason.value)
    _answer_request(session, actor, certificate, RequestState.DECLINED, now=now)
    return certificate


def decline_request(
    session: Session, actor: Actor, certificate_id: int, *, now: datetime.datetime
) -> None:
    """Leave a certificate as it is although its holder asked for a correction.

    Raises NotPossibleError if nothing waits.
    """
    certificate = get_certificate(session, actor, certificate_id, locked=True)
    if not _answer_request(session, actor, certificate, RequestState.DECLINED, now=now):
        raise NotPossibleError(N_("This request was answered meanwhile. Load the page again."))
    note(session, actor, certificate, "decline", now=now)


def _step(certificate: Certificate, verb: str) -> Transition[CertificateState, str]:
    step = transition(certificate.state, verb)
    if step is None:
        raise NotPossibleError(MOVED_ON)
    return step


def _close_share(certificate: Certificate) -> None:
    """A shared page goes on and says what became of the certificate, but names nobody."""
    certificate.share_fields = []


def _affiliation(
    session: Session, actor: Actor, certificate: Certificate, wanted: Correction
) -> Affiliation | None:
    if wanted.reason is not CorrectionReason.AFFILIATION:
        return None
    found = session.execute(
        scoped(Affiliation, actor, Reach.ALL_MEMBERS).where(
            Affiliation.id == wanted.affiliation_id,
            Affiliation.person_id == certificate.person_id,
        )
    ).scalar_one_or_none()
    if found is None:
        raise BadInputError(
            N_("Choose the member and agency it was earned under."), field="affiliation"
        )
    return found


def _corrected(
    session: Session,
    frozen: Snapshot,
    person: Person,
    affiliation: Affiliation | None,
    wanted: Correction,
    *,
    now: datetime.datetime,
) -> Snapshot:
    """What the new certificate says. Raises BadInputError if that is what the old one says."""
    signing = current_signatory(session).post(frozen.language)
    changed = frozen
    field = "reason"
    if wanted.reason is CorrectionReason.NAME:
        changed = with_names(frozen, person)
    elif affiliation is not None:
        field = "affiliation"
        changed = replace(
            frozen,
            member=member_name(session, affiliation.member_code),
            agency=agency_name(session, affiliation.agency_id),
        )
    elif wanted.reason is CorrectionReason.HOURS:
        field = "hours"
        hours = wanted.hours
        if hours is None or not 0 < hours <= MOST_HOURS:
            raise BadInputError(N_("Write the hours, from 0.5 to 400."), field=field)
        changed = replace(frozen, hours=hours)
    elif wanted.reason is CorrectionReason.DATE:
        field = "completed_on"
        if wanted.completed_on is None or wanted.completed_on > now.date():
            raise BadInputError(
                N_("Write the day of completion; it lies in the past."), field=field
            )
        changed = replace(frozen, completed_on=wanted.completed_on)
    elif wanted.months is not None:
        field = "months"
        changed = replace(frozen, expires_on=add_months(local_day(now, person), wanted.months))
    if changed == frozen:
        raise BadInputError(
            N_("The certificate says this already, so nothing would change."), field=field
        )
    return replace(
        changed,
        issued_on=local_day(now, person),
        signatory_name=current_signatory(session).name,
        signatory_post=signing.post,
        authority=signing.authority,
    )


def _answer_request(
    session: Session,
    actor: Actor,
    certificate: Certificate,
    state: RequestState,
    *,
    now: datetime.datetime,
) -> bool:
    """Answer the request that waits for this certificate; whether there was one."""
    statement = (
        update(CertificateRequest)
        .where(
            CertificateRequest.certificate_id == certificate.id,
            CertificateRequest.state == RequestState.OPEN,
        )
        .values(state=state, decided_at=now, decided_by=actor.person_id)
        .returning(CertificateRequest.id)
    )
    answered = session.execute(
        within(statement, CertificateRequest, actor, Reach.ALL_MEMBERS),
        execution_options={"synchronize_session": False},
    )
    return answered.first() is not None
