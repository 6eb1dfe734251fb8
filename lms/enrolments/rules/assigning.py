"""What an assignment does with each person, and the states of an assignment. Pure."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from lms.core.text import N_
from lms.enrolments.rules.states import EnrolmentState
from lms.people.rules.persons import PersonState

MOST_AT_ONCE = 20
"""People enrolled within the request; more are a job."""
MOST_PEOPLE = 5_000
"""People in one assignment."""


class SubjectKind(enum.StrEnum):
    """What is assigned."""

    COURSE = "course"
    PATH = "path"


class AssignmentState(enum.StrEnum):
    """Where an assignment stands."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class Outcome(enum.StrEnum):
    """What an assignment does with one person."""

    ENROL = "enrol"
    RETURN = "return"
    SET_DUE = "set_due"
    KEEP = "keep"
    COMPLETED = "completed"
    NOT_ACTIVE = "not_active"
    PREREQUISITE = "prerequisite"


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.ENROL: N_("Will be enrolled"),
    Outcome.RETURN: N_("Left earlier and will be on it again, with what they did"),
    Outcome.SET_DUE: N_("On it already; the day due is added"),
    Outcome.KEEP: N_("On it already; nothing changes"),
    Outcome.COMPLETED: N_("Completed it; left alone"),
    Outcome.NOT_ACTIVE: N_("Not possible: the account is not active"),
    Outcome.PREREQUISITE: N_("Not possible: another course comes first"),
}
DONE_NAMES: dict[Outcome, str] = {
    Outcome.ENROL: N_("Enrolled"),
    Outcome.RETURN: N_("Back on it, with what they did earlier"),
    Outcome.SET_DUE: N_("Were on it; the day due was added"),
    Outcome.KEEP: N_("Were on it; nothing changed"),
    Outcome.COMPLETED: N_("Had completed it; left alone"),
    Outcome.NOT_ACTIVE: N_("Not enrolled: the account was not active"),
    Outcome.PREREQUISITE: N_("Not enrolled: another course comes first"),
}
DOES_SOMETHING = frozenset({Outcome.ENROL, Outcome.RETURN, Outcome.SET_DUE})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands towards the course or path that is assigned.

    `latest` is the state of the latest enrolment on it, None if there never was one;
    `has_completed` whether any was completed. `lacks` are the courses that must come first
    and are not complete.
    """

    state: PersonState
    latest: EnrolmentState | None
    has_completed: bool
    has_due: bool
    lacks: Collection[str] = ()


def outcome_of(standing: Standing, *, with_due: bool) -> Outcome:
    """What the assignment does with a person who stands so.

    A day due that stands is kept: a deadline is moved on the person's page, with a
    reason, never in passing.
    """
    if standing.has_completed:
        return Outcome.COMPLETED
    if standing.latest is EnrolmentState.ACTIVE:
        return Outcome.SET_DUE if with_due and not standing.has_due else Outcome.KEEP
    if standing.state is not PersonState.ACTIVE:
        return Outcome.NOT_ACTIVE
    if standing.lacks:
        return Outcome.PREREQUISITE
    return Outcome.RETURN if standing.latest is EnrolmentState.WITHDRAWN else Outcome.ENROL
