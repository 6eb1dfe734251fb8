"""Enrolments as they stood: now from their rows, at an earlier moment from the facts.

Both give the same columns, so every measure is counted by one statement whatever the
moment. "As of" means recorded by then: what was learnt or corrected later is not in it.
"""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from lms.access.reaches import Reach, vouched, within
from lms.core.actor import Actor
from lms.enrolments.models import Enrolment, EnrolmentStep, PathEnrolment
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState, StepVerb
from lms.progress.models import Evidence
from lms.reports.rules.periods import today

_STATES = {
    StepVerb.BEGIN: EnrolmentState.ACTIVE,
    StepVerb.RETURN: EnrolmentState.ACTIVE,
    StepVerb.REOPEN: EnrolmentState.ACTIVE,
    StepVerb.WITHDRAW: EnrolmentState.WITHDRAWN,
    StepVerb.TAKE_BACK: EnrolmentState.WITHDRAWN,
    StepVerb.COMPLETE: EnrolmentState.COMPLETED,
}
"""The state a step leads to; steps that are not here change none."""


def enrolments_now(counter: Actor, now: Any, stalled_before: Any) -> Subquery:
    """Every enrolment as its row says. The moments are values, or parameters that take them."""
    is_active = Enrolment.state == EnrolmentState.ACTIVE
    moved_at = func.coalesce(Enrolment.last_activity_at, Enrolment.enrolled_at)
    statement = select(
        Enrolment.id,
        Enrolment.person_id,
        Enrolment.member_code,
        Enrolment.agency_id,
        Enrolment.course_key,
        Enrolment.enrolled_at,
        Enrolment.completed_at,
        Enrolment.completed_member_code,
        Enrolment.completed_agency_id,
        _flag(is_active).label("is_active"),
        _flag(and_(is_active, moved_at < stalled_before)).label("is_stalled"),
        _flag(and_(is_active, Enrolment.due_at <= now)).label("is_overdue"),
    )
    return within(statement, Enrolment, counter, Reach.COUNTING).subquery("standing")


def enrolments_as_of(counter: Actor, as_of: datetime.datetime) -> Subquery:
    """Every enrolment begun by that moment, as its steps and its evidence say."""
    chosen = _chosen_steps(counter, as_of)
    begun, state, last = (aliased(EnrolmentStep, name=name) for name in ("begun", "state", "last"))
    is_completed = state.verb == StepVerb.COMPLETE
    is_active = state.verb.in_(_leading_to(EnrolmentState.ACTIVE))
    moved_at = func.coalesce(_moved_at(counter, as_of), begun.happened_at)
    # The end of the day due is fixed with the day; where the day was moved since, the end of
    # the earlier day is taken on the secretariat's clock.
    is_overdue = or_(
        and_(last.due_on == Enrolment.due_on, Enrolment.due_at <= as_of),
        and_(
            or_(Enrolment.due_on.is_(None), last.due_on != Enrolment.due_on),
            last.due_on < today(as_of),
        ),
    )
    # Conditions one inside the other: the evidence is read of those alone who are under way.
    is_stalled = case((is_active, case((moved_at < as_of - STALLED, 1), else_=0)), else_=0)
    statement = (
        select(
            Enrolment.id,
            Enrolment.person_id,
            begun.member_code,
            begun.agency_id,
            Enrolment.course_key,
            begun.happened_at.label("enrolled_at"),
            _where(is_completed, state.happened_at).label("completed_at"),
            _where(is_completed, state.member_code).label("completed_member_code"),
            _where(is_completed, state.agency_id).label("completed_agency_id"),
            _flag(is_active).label("is_active"),
            is_stalled.label("is_stalled"),
            _flag(and_(is_active, is_overdue)).label("is_overdue"),
        )
        .join(chosen, chosen.c.enrolment_id == Enrolment.id)
        .join(begun, begun.id == chosen.c.begun_id)
        .join(state, state.id == chosen.c.state_id)
        .join(last, last.id == chosen.c.last_id)
    )
    # The three steps are those that `chosen` found within reach.
    statement = vouched(statement, EnrolmentStep)
    return within(statement, Enrolment, counter, Reach.COUNTING).subquery("standing")


def paths_at(counter: Actor, moment: Any) -> Subquery:
    """Path enrolments at a moment, in the same columns; a path has no activity of its own.

    A path left and taken up again before the moment counts as it stands today. The moment is a
    value, or a parameter that takes it.
    """
    completed = PathEnrolment.completed_at <= moment
    is_active = and_(
        or_(PathEnrolment.completed_at.is_(None), PathEnrolment.completed_at > moment),
        or_(
            PathEnrolment.state == EnrolmentState.ACTIVE,
            PathEnrolment.withdrawn_at.is_(None),
            PathEnrolment.withdrawn_at > moment,
        ),
    )
    statement = select(
        PathEnrolment.id,
        PathEnrolment.person_id,
        PathEnrolment.member_code,
        PathEnrolment.agency_id,
        PathEnrolment.path_key.label("course_key"),
        PathEnrolment.enrolled_at,
        _where(completed, PathEnrolment.completed_at).label("completed_at"),
        _where(completed, PathEnrolment.completed_member_code).label("completed_member_code"),
        _where(completed, PathEnrolment.completed_agency_id).label("completed_agency_id"),
        _flag(is_active).label("is_active"),
        literal(0).label("is_stalled"),
        _flag(and_(is_active, PathEnrolment.due_at <= moment)).label("is_overdue"),
    ).where(PathEnrolment.enrolled_at <= moment)
    return within(statement, PathEnrolment, counter, Reach.COUNTING).subquery("standing")


def _chosen_steps(counter: Actor, as_of: datetime.datetime) -> Subquery:
    """Of each enrolment its first beginning, the latest step to a state, and the latest of all.

    One pass; the steps are then joined by their keys, of which a planner knows how many
    there are.
    """
    step = EnrolmentStep
    is_beginning = step.verb == StepVerb.BEGIN
    leads_to_state = step.verb.in_(list(_STATES))
    statement = (
        select(
            step.enrolment_id,
            func.min(_where(is_beginning, step.id)).label("begun_id"),
            func.max(_where(leads_to_state, step.id)).label("state_id"),
            func.max(step.id).label("last_id"),
        )
        .where(step.recorded_at <= as_of)
        .group_by(step.enrolment_id)
    )
    return within(statement, EnrolmentStep, counter, Reach.COUNTING).subquery("chosen")


def _leading_to(state: EnrolmentState) -> list[StepVerb]:
    return [verb for verb, leads_to in _STATES.items() if leads_to is state]


def _moved_at(counter: Actor, as_of: datetime.datetime) -> Any:
    """When the latest evidence of the enrolment beside it was recorded."""
    latest = func.max(Evidence.recorded_at, type_=Evidence.recorded_at.type)
    statement = select(latest).where(
        Evidence.enrolment_id == Enrolment.id, Evidence.recorded_at <= as_of
    )
    return (
        within(statement, Evidence, counter, Reach.COUNTING).correlate(Enrolment).scalar_subquery()
    )


def _flag(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _where(condition: Any, value: Any) -> Any:
    return case((condition, value), else_=null())
