"""Beginning a scenario and taking its steps."""

from __future__ import annotations

import datetime

from lms.assessments.models import Play
from lms.assessments.queries.plays import find_last_play
from lms.assessments.rules.plays import may_step, replay
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.values.scenario import Scenario
from lms.enrolments.models import Enrolment


def begin_play(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    scenario: Scenario,
    *,
    now: datetime.datetime,
) -> Play:
    """Open a play, or give the one that is open. `enrolment` must be locked by the caller."""
    last = find_last_play(session, actor, enrolment.id, scenario.key)
    if last is not None and last.ended_at is None:
        return last
    play = Play(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        member_code=enrolment.member_code,
        activity_key=scenario.key,
        number=last.number + 1 if last is not None else 1,
        path=[],
        started_at=now,
    )
    session.add(play)
    session.flush()
    return play


def step(
    session: Session,
    actor: Actor,
    enrolment_id: int,
    scenario: Scenario,
    *,
    at: int,
    word: str,
    now: datetime.datetime,
) -> Play | None:
    """Take one step from the place `at`; None if there is no play.

    A step from another place than the play stands at (back button, second tab, double
    click) changes nothing: the page then shows where the play really is.
    """
    play = find_last_play(session, actor, enrolment_id, scenario.key, lock=True)
    if play is None or play.ended_at is not None:
        return play
    if at == len(play.path) and may_step(scenario, play.path, word):
        play.path = [*play.path, word]
        if replay(scenario, play.path).is_over:
            play.ended_at = now
        session.flush()
    return play
