"""What an enrolment's columns must say, told from its facts alone. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

from lms.courses.values.edition import Edition
from lms.enrolments.rules.states import EnrolmentState, StepVerb
from lms.progress.rules import EvidenceKind, Known, Place, missing, place, that_stand


class StepRow(Protocol):
    """What is needed of a recorded step."""

    @property
    def verb(self) -> StepVerb: ...
    @property
    def happened_at(self) -> datetime.datetime: ...
    @property
    def recorded_at(self) -> datetime.datetime: ...
    @property
    def member_code(self) -> str: ...
    @property
    def agency_id(self) -> int | None: ...
    @property
    def due_on(self) -> datetime.date | None: ...


class FactRow(Protocol):
    """What is needed of recorded evidence."""

    @property
    def id(self) -> int: ...
    @property
    def corrects_id(self) -> int | None: ...
    @property
    def kind(self) -> EvidenceKind: ...
    @property
    def activity_key(self) -> str: ...
    @property
    def recorded_at(self) -> datetime.datetime: ...


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an enrolment that repeat its facts."""

    state: EnrolmentState
    due_on: datetime.date | None
    completed_at: datetime.datetime | None
    completed_member_code: str | None
    completed_agency_id: int | None
    withdrawn_at: datetime.datetime | None
    last_activity_at: datetime.datetime | None
    done_count: int | None
    next_key: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that does not say what the facts say."""

    column: str
    kept: object
    rebuilt: object


_AFTER = {
    StepVerb.BEGIN: EnrolmentState.ACTIVE,
    StepVerb.RETURN: EnrolmentState.ACTIVE,
    StepVerb.REOPEN: EnrolmentState.ACTIVE,
    StepVerb.WITHDRAW: EnrolmentState.WITHDRAWN,
    StepVerb.TAKE_BACK: EnrolmentState.WITHDRAWN,
    StepVerb.COMPLETE: EnrolmentState.COMPLETED,
}


def rebuilt(edition: Edition, steps: Sequence[StepRow], facts: Sequence[FactRow]) -> Columns:
    """The columns of an enrolment from its steps and evidence, each in the order recorded.

    Steps say who left, came back and was given a day. Whether it is complete is told from
    the evidence that stands, and only the affiliation and day of that from the last step.
    """
    state = EnrolmentState.ACTIVE
    due_on = withdrawn_at = None
    completed: StepRow | None = None
    for step in steps:
        state = _AFTER.get(step.verb, state)
        due_on = step.due_on
        if step.verb is StepVerb.COMPLETE:
            completed = step
        withdrawn_at = step.happened_at if state is EnrolmentState.WITHDRAWN else None
    standing = [Known(fact.kind, fact.activity_key) for fact in that_stand(facts)]
    if state is not EnrolmentState.WITHDRAWN:
        whole = not missing(edition, standing)
        state = EnrolmentState.COMPLETED if whole else EnrolmentState.ACTIVE
    counts = completed if state is EnrolmentState.COMPLETED else None
    done_at = [fact.recorded_at for fact in facts if fact.corrects_id is None]
    reached = place(edition, standing) if done_at else Place(0, None)
    return Columns(
        state=state,
        due_on=due_on,
        completed_at=counts.happened_at if counts else None,
        completed_member_code=counts.member_code if counts else None,
        completed_agency_id=counts.agency_id if counts else None,
        withdrawn_at=withdrawn_at,
        last_activity_at=max(done_at, default=None),
        done_count=reached.done_count,
        next_key=reached.next_key,
    )


def differences(kept: Columns, other: Columns) -> tuple[Difference, ...]:
    """Where the two do not say the same."""
    return tuple(
        Difference(field.name, mine, theirs)
        for field in fields(Columns)
        if (mine := getattr(kept, field.name)) != (theirs := getattr(other, field.name))
    )
