"""Taking back a fact that was recorded wrongly, with what rested on it (DESIGN 7)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import may
from lms.certificates.models import Certificate
from lms.certificates.rules import RevocationReason, SubjectKind, transition
from lms.certificates.services.deciding import revoke
from lms.certificates.services.issuing import earned
from lms.completion.services import paths
from lms.completion.services.crediting import KEEPER, complete, keep_place, lock, person_of
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.enrolments.services.completing import reopen
from lms.progress.queries import get_evidence, known_of
from lms.progress.rules import CorrectionReason, Known, Missing, done, missing
from lms.progress.services import record_correction


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction changed: whether it was new, what is missing now, and the completion."""

    is_new: bool
    missing: frozenset[Missing]
    reopens: bool
    completes: bool


def correct(
    session: Session,
    actor: Actor,
    evidence_id: int,
    *,
    reason: CorrectionReason,
    now: datetime.datetime,
) -> Corrected:
    """Take back a recorded fact by a new row that points to it; nothing is erased.

    A completion that rested on it is taken back: the enrolment is under way again, and the
    certificates whose conditions are no longer met are revoked. A correction may be taken
    back itself; the fact counts again, and the course is complete again if nothing is
    missing. Repeating changes nothing. Locks the enrolment first, as `credit` does.

    Raises RefusedError for who may not correct, NotFoundError when there is no such row,
    NotPossibleError when the person takes the course anew or has left it meanwhile.
    """
    if not may(actor, Permission.EVIDENCE_CORRECT):
        raise RefusedError(N_("Your role does not let you correct what was recorded."))
    fact = get_evidence(session, actor, Reach.ALL_MEMBERS, evidence_id)
    enrolment, stored = lock(session, fact.enrolment_id)
    if fact.corrects_id is not None and enrolment.state is EnrolmentState.WITHDRAWN:
        raise NotPossibleError(N_("The person left this course. Correct it when they come back."))
    edition = get_edition(session, stored.digest)
    made = record_correction(session, actor, fact, reason, now=now)
    known = known_of(session, KEEPER, Reach.ALL_MEMBERS, [enrolment.id])[enrolment.id]
    left = missing(edition, known)
    if made is None:
        return Corrected(False, left, reopens=False, completes=False)
    record(
        session,
        actor,
        "evidence.correct",
        "evidence",
        fact.id,
        now=now,
        subject_person_id=fact.person_id,
        reason=reason.value,
        enrolment=enrolment.id,
    )
    keep_place(enrolment, edition, known)
    person = person_of(session, enrolment)
    reopens = bool(left) and enrolment.state is EnrolmentState.COMPLETED
    completes = not left and enrolment.state is EnrolmentState.ACTIVE
    if reopens:
        reopen(session, actor, enrolment, person, reason=reason.value, now=now)
        for path_id in paths.take_back(
            session, actor, enrolment, person, reason=reason.value, now=now
        ):
            _revoke(session, SubjectKind.PATH, path_id, frozenset(), now=now)
    if completes:
        complete(session, actor, enrolment, person, edition, now=now)
    else:
        _revoke_unearned(session, enrolment, edition, known, now=now)
    return Corrected(True, left, reopens=reopens, completes=completes)


def _revoke_unearned(
    session: Session,
    enrolment: Enrolment,
    edition: Edition,
    known: list[Known],
    *,
    now: datetime.datetime,
) -> None:
    """Revoke the certificates of an enrolment whose conditions the facts no longer meet."""
    is_complete = enrolment.state is EnrolmentState.COMPLETED
    rules = earned(edition.course.certificates, done(edition, known), is_complete=is_complete)
    kinds = frozenset(rule.kind for rule in rules)
    _revoke(session, SubjectKind.ENROLMENT, enrolment.id, kinds, now=now)


def _revoke(
    session: Session,
    subject_kind: SubjectKind,
    subject_id: int,
    still_earned: frozenset[str],
    *,
    now: datetime.datetime,
) -> None:
    """Revoke what stands for a subject, but for the kinds that are still earned."""
    statement = scoped(Certificate, KEEPER, Reach.ALL_MEMBERS).where(
        Certificate.subject_kind == subject_kind, Certificate.subject_id == subject_id
    )
    for certificate in session.execute(statement).scalars().all():
        if certificate.kind.value not in still_earned and transition(certificate.state, "revoke"):
            revoke(session, KEEPER, certificate.id, RevocationReason.CONDITIONS_NOT_MET, now=now)
