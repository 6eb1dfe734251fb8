"""What may become of a job, and how long it waits before the next try."""

from __future__ import annotations

import datetime

from lms.core.jobs.models import JobState
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_

LEASE = datetime.timedelta(seconds=30)
"""How long a worker may be silent before its job goes to another."""

LONGEST_STILL = datetime.timedelta(minutes=10)
"""How long a handler may be about one thing before it counts as hanging."""

MOST_HANGS = 2
"""Tries that may hang: each costs the worker that took it."""

PAUSES = tuple(datetime.timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))
"""Before the second try, the third, and so on; the last one repeats."""

FAULT_PAUSE = datetime.timedelta(seconds=30)
"""Before the next try after a fault below us, such as a full disk; such a try does not count."""

FARTHEST_AHEAD = datetime.timedelta(minutes=15)
"""A lease that ends, or a job that was made, later than this was written by a clock that was
ahead. Between the clocks of several machines there are seconds."""

JOB_STATE_NAMES: dict[JobState, str] = {
    JobState.WAITING: N_("Waiting"),
    JobState.RUNNING: N_("Running"),
    JobState.DONE: N_("Done"),
    JobState.PARKED: N_("Parked"),
    JobState.CANCELLED: N_("Cancelled"),
}

UNFINISHED = frozenset({JobState.WAITING, JobState.RUNNING})


TRANSITIONS: tuple[Transition[JobState, str], ...] = (
    Transition(JobState.PARKED, "retry", JobState.WAITING),
    Transition(JobState.PARKED, "dismiss", JobState.CANCELLED),
    Transition(JobState.WAITING, "cancel", JobState.CANCELLED),
    Transition(JobState.RUNNING, "cancel", JobState.CANCELLED),
)
"""What a person may ask of a job. Starting, ending and parking are the worker's."""


def transition(state: JobState, verb: str) -> Transition[JobState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def verbs(state: JobState) -> tuple[str, ...]:
    """What a person may ask of a job in this state; pages draw their buttons from it."""
    return tuple(step.verb for step in steps_from(TRANSITIONS, state))


def pause_after(attempts: int) -> datetime.timedelta:
    """How long to wait after this many failed tries (1 or more)."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
