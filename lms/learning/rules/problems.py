"""A problem reported on a page: its kinds, its states and what moves it. Pure."""

from __future__ import annotations

import datetime
import enum

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from, steps_from
from lms.core.text import N_
from lms.core.throttle import Limit

LONGEST_REPORT = 2_000
LONGEST_WORD_BACK = 1_000
REPORTED_BY_PERSON = Limit("problem:person", 10, datetime.timedelta(hours=1))


class ProblemKind(enum.StrEnum):
    """What is wrong with the page."""

    FACT = "fact"
    TRANSLATION = "translation"
    LINK = "link"
    ACCESS = "access"
    UPSETTING = "upsetting"
    OTHER = "other"


PROBLEM_KIND_NAMES: dict[ProblemKind, str] = {
    ProblemKind.FACT: N_("A fact is wrong or out of date"),
    ProblemKind.TRANSLATION: N_("The translation is wrong or hard to understand"),
    ProblemKind.LINK: N_("A link does not work"),
    ProblemKind.ACCESS: N_("I cannot see, hear, read or use something"),
    ProblemKind.UPSETTING: N_("Something is upsetting and nothing warned me"),
    ProblemKind.OTHER: N_("Something else"),
}


class ProblemState(enum.StrEnum):
    """Where a report stands."""

    OPEN = "open"
    IN_WORK = "in_work"
    MENDED = "mended"
    DECLINED = "declined"


PROBLEM_STATE_NAMES: dict[ProblemState, str] = {
    ProblemState.OPEN: N_("Open"),
    ProblemState.IN_WORK: N_("In work"),
    ProblemState.MENDED: N_("Mended"),
    ProblemState.DECLINED: N_("Stays as it is"),
}


class ProblemVerb(enum.StrEnum):
    """What a trainer does with a report."""

    TAKE = "take"
    MEND = "mend"
    DECLINE = "decline"
    REOPEN = "reopen"


PROBLEM_VERB_NAMES: dict[ProblemVerb, str] = {
    ProblemVerb.TAKE: N_("Take it into work"),
    ProblemVerb.MEND: N_("It is mended"),
    ProblemVerb.DECLINE: N_("It stays as it is"),
    ProblemVerb.REOPEN: N_("Open it again"),
}


ProblemTransition = Transition[ProblemState, ProblemVerb]
_OPEN, _IN_WORK = ProblemState.OPEN, ProblemState.IN_WORK
_MENDED, _DECLINED = ProblemState.MENDED, ProblemState.DECLINED
PROBLEM_STEPS: tuple[ProblemTransition, ...] = (
    Transition(_OPEN, ProblemVerb.TAKE, _IN_WORK, Permission.COURSE_TEACH),
    Transition(_OPEN, ProblemVerb.MEND, _MENDED, Permission.COURSE_TEACH),
    Transition(_OPEN, ProblemVerb.DECLINE, _DECLINED, Permission.COURSE_TEACH),
    Transition(_IN_WORK, ProblemVerb.MEND, _MENDED, Permission.COURSE_TEACH),
    Transition(_IN_WORK, ProblemVerb.DECLINE, _DECLINED, Permission.COURSE_TEACH),
    Transition(_MENDED, ProblemVerb.REOPEN, _OPEN, Permission.COURSE_TEACH),
    Transition(_DECLINED, ProblemVerb.REOPEN, _OPEN, Permission.COURSE_TEACH),
)


def problem_step(
    state: ProblemState, verb: ProblemVerb
) -> Transition[ProblemState, ProblemVerb] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(PROBLEM_STEPS, state, verb)


def problem_verbs(state: ProblemState) -> tuple[ProblemVerb, ...]:
    """What can be done with a report in this state, in the order of the buttons."""
    return tuple(step.verb for step in steps_from(PROBLEM_STEPS, state))
