"""Keeping the link between an adaptation and the course it follows."""

from __future__ import annotations

import datetime

from sqlalchemy import delete, select

from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.courses.models import Adaptation, AdaptationFile, StoredEdition
from lms.people.models import Member


def follow(
    session: Session,
    actor: Actor,
    course_key: str,
    source: StoredEdition,
    *,
    now: datetime.datetime,
) -> Adaptation:
    """Say that a course was made from this edition of another; a course follows one at most.

    Begun anew, also from another course, the link begins anew.
    """
    insert_once(
        session,
        Adaptation,
        {
            "course_key": course_key,
            "source_key": source.course_key,
            "source_digest": source.digest,
            "begun_at": now,
            "begun_by": actor.person_id,
        },
        unique=("course_key",),
    )
    link = _locked(session, course_key)
    link.source_key, link.source_digest, link.told_digest = source.course_key, source.digest, None
    session.flush()
    record(
        session, actor, "course.follow", "adaptation", link.id,
        now=now, course=course_key, source=source.course_key,
    )  # fmt: skip
    return link


def decide_file(
    session: Session,
    actor: Actor,
    link: Adaptation,
    path: str,
    digest: str,
    *,
    is_taken: bool,
    now: datetime.datetime,
) -> None:
    """Say of a file of this edition of the source that it was taken over, or only seen."""
    made = insert_once(
        session,
        AdaptationFile,
        {
            "adaptation_id": link.id,
            "digest": digest,
            "path": path,
            "is_taken": is_taken,
            "decided_at": now,
            "decided_by": actor.person_id,
        },
        unique=("adaptation_id", "digest", "path"),
    )
    if made is not None:
        record(
            session, actor, "course.follow_file", "adaptation", link.id,
            now=now, is_taken=is_taken,
        )  # fmt: skip


def catch_up(
    session: Session, actor: Actor, link: Adaptation, digest: str, *, now: datetime.datetime
) -> None:
    """Say that everything in this edition of the source has been seen."""
    link = _locked(session, link.course_key)
    if link.source_digest == digest:
        return
    link.source_digest = link.told_digest = digest
    session.execute(delete(AdaptationFile).where(AdaptationFile.adaptation_id == link.id))
    session.flush()
    record(session, actor, "course.catch_up", "adaptation", link.id, now=now)


def set_member(
    session: Session, actor: Actor, link: Adaptation, member_code: str, *, now: datetime.datetime
) -> None:
    """Say for which member the adaptation is; empty for no single one.

    Raises BadInputError with `field` for a member that is not there.
    """
    if member_code and session.get(Member, member_code) is None:
        raise BadInputError(N_("Choose a member of the list."), field="member")
    link.member_code = member_code or None
    session.flush()
    record(session, actor, "course.adapt_for", "adaptation", link.id, now=now)


def _locked(session: Session, course_key: str) -> Adaptation:
    statement = (
        select(Adaptation)
        .where(Adaptation.course_key == course_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one()
