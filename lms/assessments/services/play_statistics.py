"""Counting plays: each once at its ending, or where it was left."""

from __future__ import annotations

import datetime
from collections import defaultdict

from sqlalchemy import Select, and_, func, or_, select

from lms.access.reaches import Reach, scoped, within
from lms.assessments.models import Play, PlayStatistic
from lms.assessments.rules.play_statistics import PlaySums, sums_from_json, sums_of_play
from lms.core.actor import Actor
from lms.core.database import Session, insert_once
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.scenario import Scenario
from lms.enrolments.models import Enrolment

LEFT_AFTER = datetime.timedelta(days=7)
"""A play begun so long ago and not ended was left where it stands."""


def editions_to_count(
    session: Session, actor: Actor, *, now: datetime.datetime, limit: int
) -> set[str]:
    """Digests of the editions of the plays that are counted next: to be read beforehand."""
    return {digest for _p, _c, digest in session.execute(_uncounted(actor, now).limit(limit))}


def count_plays(session: Session, actor: Actor, *, now: datetime.datetime, limit: int) -> int:
    """Add up to `limit` plays to the statistics and mark them; how many that were.

    Mark and sums are one transaction, so a kill at any moment counts none twice and loses
    none. A play counted as left keeps what it added, in `counted`; when it is gone on with
    and comes to an ending, that is taken back and the whole play is counted.
    """
    statement = _uncounted(actor, now).limit(limit).with_for_update(of=Play, skip_locked=True)
    found = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    added: dict[tuple[str, str], PlaySums] = defaultdict(PlaySums)
    for play, course_key, digest in found:
        edition = get_edition(session, digest)
        scenario = next((a for a in edition.activities if a.key == play.activity_key), None)
        is_over = play.ended_at is not None
        # A person moved to another edition may leave plays of a scenario it does not have.
        if isinstance(scenario, Scenario):
            took = play.ended_at - play.started_at if play.ended_at is not None else None
            sums = sums_of_play(
                scenario,
                play.path,
                is_first=play.number == 1,
                seconds=took.total_seconds() if took is not None else None,
            )
            before = sums_from_json(play.counted) if play.counted else PlaySums()
            added[course_key, play.activity_key] += sums - before
            play.counted = None if is_over else sums.as_json
        play.counted_at = now
    for (course_key, activity_key), sums in sorted(added.items(), key=lambda each: each[0]):
        _add(session, course_key, activity_key, sums, now)
    session.flush()
    return len(found)


def _uncounted(actor: Actor, now: datetime.datetime) -> Select[Play, str, str]:
    edition_id = func.coalesce(Play.edition_id, Enrolment.edition_id)
    statement = (
        scoped(Play, actor, Reach.ALL_MEMBERS)
        .join(Enrolment, Enrolment.id == Play.enrolment_id)
        .join(StoredEdition, StoredEdition.id == edition_id)
        .where(
            or_(Play.counted_at.is_(None), Play.counted_at < Play.ended_at),
            or_(
                Play.ended_at.is_not(None),
                and_(Play.counted_at.is_(None), Play.started_at < now - LEFT_AFTER),
            ),
        )
        .order_by(Play.id)
        .add_columns(Enrolment.course_key, StoredEdition.digest)
    )
    return within(statement, Enrolment, actor, Reach.ALL_MEMBERS)


def _add(
    session: Session, course_key: str, activity_key: str, added: PlaySums, now: datetime.datetime
) -> None:
    place = {"course_key": course_key, "activity_key": activity_key}
    values = {**place, "sums": PlaySums().as_json, "counted_at": now}
    insert_once(session, PlayStatistic, values, unique=tuple(place))
    row = session.execute(
        select(PlayStatistic)
        .where(PlayStatistic.course_key == course_key, PlayStatistic.activity_key == activity_key)
        .with_for_update()
    ).scalar_one()
    row.sums = (sums_from_json(row.sums) + added).as_json
    row.counted_at = now
