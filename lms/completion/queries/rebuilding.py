"""Comparing what enrolments say with the facts they were made from."""

from __future__ import annotations

from collections.abc import Iterator

from lms.access.reaches import Reach, scoped
from lms.completion.rules.rebuilding import Columns, Difference, differences, rebuilt
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.progress.queries import list_evidence

KEEPER = Actor.system("completion")
CHUNK = 500


def rebuild(session: Session, enrolment_id: int) -> tuple[Difference, ...]:
    """Where an enrolment's columns differ from what its facts say; nothing is changed.

    Raises NoResultFound when there is no such enrolment.
    """
    statement = scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS).where(Enrolment.id == enrolment_id)
    return _differences(session, session.execute(statement).scalar_one())


def verify(session: Session) -> Iterator[tuple[int, tuple[Difference, ...]]]:
    """Every enrolment's id with its differences, in order of id; read in chunks by key."""
    after = 0
    while True:
        statement = (
            scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
            .where(Enrolment.id > after)
            .order_by(Enrolment.id)
            .limit(CHUNK)
        )
        chunk = session.execute(statement).scalars().all()
        if not chunk:
            return
        for enrolment in chunk:
            yield enrolment.id, _differences(session, enrolment)
            after = enrolment.id
        session.expunge_all()


def _differences(session: Session, enrolment: Enrolment) -> tuple[Difference, ...]:
    stored = session.get_one(StoredEdition, enrolment.edition_id)
    edition = get_edition(session, stored.digest)
    steps = (
        scoped(EnrolmentStep, KEEPER, Reach.ALL_MEMBERS)
        .where(EnrolmentStep.enrolment_id == enrolment.id)
        .order_by(EnrolmentStep.id)
    )
    facts = list_evidence(session, KEEPER, Reach.ALL_MEMBERS, enrolment.id)
    kept = Columns(
        state=enrolment.state,
        due_on=enrolment.due_on,
        completed_at=enrolment.completed_at,
        completed_member_code=enrolment.completed_member_code,
        completed_agency_id=enrolment.completed_agency_id,
        withdrawn_at=enrolment.withdrawn_at,
        last_activity_at=enrolment.last_activity_at,
        done_count=enrolment.done_count,
        next_key=enrolment.next_key,
    )
    return differences(kept, rebuilt(edition, session.execute(steps).scalars().all(), facts))
