"""Which courses an actor teaches, and the editions their people are on."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment

KEEPER = Actor.system("learning")


def teaches(actor: Actor, course_key: str) -> bool:
    """Whether the actor teaches this course, or every course."""
    scopes = scopes_for(actor, Permission.COURSE_TEACH)
    return scopes.everywhere or course_key in scopes.of(ScopeKind.COURSE)


def get_taught(session: Session, actor: Actor, course_key: str) -> Edition:
    """The current edition of a course the actor teaches, the last one if none is current.

    Raises NotFoundError for every other course, whether it exists or not.
    """
    if teaches(actor, course_key):
        digest = session.execute(
            select(StoredEdition.digest)
            .where(StoredEdition.course_key == course_key)
            .order_by(StoredEdition.is_current.desc(), StoredEdition.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        if digest is not None:
            return get_edition(session, digest)
    raise NotFoundError(N_("There is no such course among those you teach."))


def editions_of(session: Session, course_keys: Collection[str]) -> dict[str, Edition]:
    """The current editions of these courses by key: one statement once they are in memory."""
    statement = select(StoredEdition.course_key, StoredEdition.digest).where(
        StoredEdition.course_key.in_(sorted(course_keys)), StoredEdition.is_current
    )
    found = [(row[0], row[1]) for row in session.execute(statement)] if course_keys else []
    return {key: get_edition(session, digest) for key, digest in found}


def edition_of_enrolment(session: Session, enrolment_id: int) -> Edition:
    """The edition somebody is on; the caller has reached the enrolment through the actor."""
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .where(Enrolment.id == enrolment_id)
        .with_only_columns(StoredEdition.digest)
    )
    return get_edition(session, session.execute(statement).scalar_one())
