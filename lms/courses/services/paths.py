"""Publishing paths."""

from __future__ import annotations

import datetime

from sqlalchemy import func, select, update

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.courses.models import PathEdition
from lms.courses.values.path import CoursePath


def publish_path(
    session: Session, actor: Actor, path: CoursePath, *, now: datetime.datetime
) -> PathEdition | None:
    """Make this the current edition of its path; None if it is that already.

    Whoever is on an older edition stays on it: its row does not change.
    """
    editions = select(PathEdition).where(PathEdition.path_key == path.key)
    stood = session.execute(editions.where(PathEdition.digest == path.digest)).scalar_one_or_none()
    if stood is not None and stood.is_current:
        return None
    session.execute(
        update(PathEdition)
        .where(PathEdition.path_key == path.key, PathEdition.is_current)
        .values(is_current=False)
    )
    if stood is None:
        highest = select(func.coalesce(func.max(PathEdition.number), 0)).where(
            PathEdition.path_key == path.key
        )
        stood = PathEdition(
            path_key=path.key,
            number=session.execute(highest).scalar_one() + 1,
            digest=path.digest,
            content=path.model_dump(mode="json"),
            published_at=now,
            published_by=actor.person_id,
        )
        session.add(stood)
    stood.is_current = True
    session.flush()
    record(
        session,
        actor,
        "path.publish",
        "path_edition",
        stood.id,
        now=now,
        path=path.key,
        number=stood.number,
    )
    return stood
