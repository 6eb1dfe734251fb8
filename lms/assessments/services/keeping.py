"""What was begun on an edition stays on it when the person moves to another."""

from __future__ import annotations

from sqlalchemy import update

from lms.access.reaches import Reach, scoped, vouched, within
from lms.assessments.models import Attempt, Marking, Play, WritingVersion
from lms.core.actor import Actor
from lms.core.database import Session


def keep_on(session: Session, actor: Actor, enrolment_id: int, edition_id: int) -> None:
    """Write down for everything of an enrolment that it belongs to this edition.

    What moved earlier keeps the edition it has. Attempts, plays and texts sent are then
    shown, marked and counted with the questions they were made of. The caller has locked
    the enrolment, so nothing is begun meanwhile.
    """
    keep = {"edition_id": edition_id}
    fetching = {"synchronize_session": False}
    attempts = update(Attempt).where(
        Attempt.enrolment_id == enrolment_id, Attempt.edition_id.is_(None)
    )
    session.execute(
        within(attempts.values(keep), Attempt, actor, Reach.ALL_MEMBERS),
        execution_options=fetching,
    )
    plays = update(Play).where(Play.enrolment_id == enrolment_id, Play.edition_id.is_(None))
    session.execute(
        within(plays.values(keep), Play, actor, Reach.ALL_MEMBERS), execution_options=fetching
    )
    own = (
        scoped(Marking, actor, Reach.ALL_MEMBERS)
        .with_only_columns(Marking.id)
        .where(Marking.enrolment_id == enrolment_id)
    )
    versions = update(WritingVersion).where(
        WritingVersion.marking_id.in_(own), WritingVersion.edition_id.is_(None)
    )
    session.execute(
        vouched(within(versions.values(keep), WritingVersion, actor, Reach.ALL_MEMBERS), Marking),
        execution_options=fetching,
    )
