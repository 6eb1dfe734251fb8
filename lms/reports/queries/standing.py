"""Enrolments as they stood: now from their rows, at an earlier moment from the facts.

Both give the same columns, so every measure is counted by one statement whatever the
moment. "As of" means recorded by then: what was learnt or corrected later is not in it.
"""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, null, or_, select
from sqlalchemy.sql.selectable import Subquery

from lms.access.reaches import Reach, within
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


def enrolments_now(counter: Actor, now: datetime.datetime) -> Subquery:
    """Every enrolment as its row says."""
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
        _flag(and_(is_active, moved_at < now - STALLED)).label("is_stalled"),
        _flag(and_(is_active, Enrolment.due_at <= now)).label("is_overdue"),
    )
    return within(statement, Enrolment, counter, Reach.COUNTING).subquery("standing")


def enrolments_as_of(counter: Actor, as_of: datetime.datetime) -> Subquery:
    """Every enrolment begun by that moment, as its steps and its evidence say."""
    begun = _steps(counter, as_of, StepVerb.BEGIN, "begun", earliest=True)
    state = _steps(counter, as_of, None, "state", earliest=False)
    due = _due(counter, as_of)
    moved = _moved(counter, as_of)
    is_completed = state.c.verb == StepVerb.COMPLETE
    active = [verb for verb, leads_to in _STATES.items() if leads_to is EnrolmentState.ACTIVE]
    is_active = state.c.verb.in_(active)
    moved_at = func.coalesce(moved.c.moved_at, begun.c.happened_at)
    # The end of the day due is fixed with the day; where the day was moved since, the end of
    # the earlier day is taken on the secretariat's clock.
    is_same_day = due.c.due_on == Enrolment.due_on
    is_overdue = or_(
        and_(is_same_day, Enrolment.due_at <= as_of),
        and_(
            or_(Enrolment.due_on.is_(None), due.c.due_on != Enrolment.due_on),
            due.c.due_on < today(as_of),
        ),
    )
    statement = (
        select(
            Enrolment.id,
            Enrolment.person_id,
            begun.c.member_code,
            begun.c.agency_id,
            Enrolment.course_key,
            begun.c.happened_at.label("enrolled_at"),
            _where(is_completed, state.c.happened_at).label("completed_at"),
            _where(is_completed, state.c.member_code).label("completed_member_code"),
            _where(is_completed, state.c.agency_id).label("completed_agency_id"),
            _flag(is_active).label("is_active"),
            _flag(and_(is_active, moved_at < as_of - STALLED)).label("is_stalled"),
            _flag(and_(is_active, is_overdue)).label("is_overdue"),
        )
        .join(begun, begun.c.enrolment_id == Enrolment.id)
        .join(state, state.c.enrolment_id == Enrolment.id)
        .outerjoin(due, due.c.enrolment_id == Enrolment.id)
        .outerjoin(moved, moved.c.enrolment_id == Enrolment.id)
    )
    return within(statement, Enrolment, counter, Reach.COUNTING).subquery("standing")


def paths_at(counter: Actor, moment: datetime.datetime) -> Subquery:
    """Path enrolments at a moment, in the same columns; a path has no activity of its own.

    A path left and taken up again before the moment counts as it stands today.
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


def _steps(
    counter: Actor, as_of: datetime.datetime, verb: StepVerb | None, name: str, *, earliest: bool
) -> Subquery:
    """The first step of a verb, or the latest step that leads to a state, of each enrolment."""
    verbs = [verb] if verb is not None else list(_STATES)
    chosen = _scoped_steps(counter, as_of).where(EnrolmentStep.verb.in_(verbs))
    which = func.min if earliest else func.max
    ids = chosen.with_only_columns(which(EnrolmentStep.id)).group_by(EnrolmentStep.enrolment_id)
    return (
        _scoped_steps(counter, as_of)
        .with_only_columns(
            EnrolmentStep.enrolment_id,
            EnrolmentStep.verb,
            EnrolmentStep.happened_at,
            EnrolmentStep.member_code,
            EnrolmentStep.agency_id,
        )
        .where(EnrolmentStep.id.in_(ids))
        .subquery(name)
    )


def _due(counter: Actor, as_of: datetime.datetime) -> Subquery:
    """The day due after the latest step of each enrolment."""
    ids = (
        _scoped_steps(counter, as_of)
        .with_only_columns(func.max(EnrolmentStep.id))
        .group_by(EnrolmentStep.enrolment_id)
    )
    return (
        _scoped_steps(counter, as_of)
        .with_only_columns(EnrolmentStep.enrolment_id, EnrolmentStep.due_on)
        .where(EnrolmentStep.id.in_(ids), EnrolmentStep.due_on.is_not(None))
        .subquery("due")
    )


def _moved(counter: Actor, as_of: datetime.datetime) -> Subquery:
    """When the latest evidence of each enrolment was recorded."""
    statement = (
        select(
            Evidence.enrolment_id,
            func.max(Evidence.recorded_at, type_=Evidence.recorded_at.type).label("moved_at"),
        )
        .where(Evidence.recorded_at <= as_of)
        .group_by(Evidence.enrolment_id)
    )
    return within(statement, Evidence, counter, Reach.COUNTING).subquery("moved")


def _scoped_steps(counter: Actor, as_of: datetime.datetime) -> Select[Any]:
    statement = select(EnrolmentStep).where(EnrolmentStep.recorded_at <= as_of)
    return within(statement, EnrolmentStep, counter, Reach.COUNTING)


def _flag(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _where(condition: Any, value: Any) -> Any:
    return case((condition, value), else_=null())
