"""What a holder reads of their own certificates, and a focal point of their people's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, bindparam

from lms.access.own import of_oneself
from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate, CertificateRequest
from lms.certificates.rules import RequestState, SubjectKind
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_

NO_SUCH = N_("There is no such certificate.")


def list_own(session: Session, actor: Actor) -> Sequence[Certificate]:
    """All certificates of the actor, the newest first; replaced and withdrawn ones too."""
    return _all_own(session, actor).scalars().all()


@of_oneself
def _all_own(actor: Actor) -> Select[Certificate]:
    return scoped(Certificate, actor, Reach.SELF).order_by(Certificate.id.desc())


def list_own_of_course(session: Session, actor: Actor, course_key: str) -> Sequence[Certificate]:
    """The actor's certificates of one course, or of one path by its key, newest first."""
    return _own_of_course(session, actor, course_key=course_key).scalars().all()


@of_oneself
def _own_of_course(actor: Actor) -> Select[Certificate]:
    return (
        scoped(Certificate, actor, Reach.SELF)
        .where(Certificate.course_key == bindparam("course_key"))
        .order_by(Certificate.id.desc())
    )


def get_own(
    session: Session, actor: Actor, certificate_id: int, *, locked: bool = False
) -> Certificate:
    """One certificate of the actor; with `locked` its row is held until the transaction ends.

    Raises NotFoundError for another's, word for word as for one that never was.
    """
    statement = scoped(Certificate, actor, Reach.SELF).where(Certificate.id == certificate_id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found


def successor_of(
    session: Session, actor: Actor, reach: Reach, certificate: Certificate
) -> Certificate | None:
    """The certificate that replaced this one, or None."""
    statement = scoped(Certificate, actor, reach).where(Certificate.replaces_id == certificate.id)
    return session.execute(statement.limit(1)).scalar_one_or_none()


def open_request(
    session: Session, actor: Actor, reach: Reach, certificate_id: int
) -> CertificateRequest | None:
    """The request for a corrected certificate that waits for the secretariat, or None."""
    statement = scoped(CertificateRequest, actor, reach).where(
        CertificateRequest.certificate_id == certificate_id,
        CertificateRequest.state == RequestState.OPEN,
    )
    return session.execute(statement).scalar_one_or_none()


def list_for_person(session: Session, actor: Actor, person_id: int) -> Sequence[Certificate]:
    """The certificates a person of the actor's member earned there, newest first.

    For focal points and the secretariat: those earned under another member are not theirs
    and are left out. The page that shows them records it.
    """
    statement = (
        scoped(Certificate, actor, Reach.OWN_MEMBER)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.id.desc())
    )
    return session.execute(statement).scalars().all()


def get_of_own_member(session: Session, actor: Actor, certificate_id: int) -> Certificate:
    """A certificate earned under the actor's member. Raises NotFoundError for any other."""
    found = session.execute(
        scoped(Certificate, actor, Reach.OWN_MEMBER).where(Certificate.id == certificate_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found


def states_of_enrolments(
    session: Session, actor: Actor, reach: Reach, enrolment_ids: Sequence[int]
) -> dict[int, list[tuple[str, str]]]:
    """For each enrolment the (kind, state) of its certificates that stand, and nothing more.

    What a trainer sees of the certificates of their course (Reach.TAUGHT).
    """
    columns = scoped(Certificate, actor, reach).with_only_columns(
        Certificate.subject_id, Certificate.kind, Certificate.state
    )
    statement = columns.where(
        Certificate.subject_kind == SubjectKind.ENROLMENT,
        Certificate.subject_id.in_(enrolment_ids),
    ).order_by(Certificate.id)
    found: dict[int, list[tuple[str, str]]] = {}
    for subject_id, kind, state in session.execute(statement):
        found.setdefault(subject_id, []).append((kind.value, state.value))
    return found
