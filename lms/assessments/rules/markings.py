"""What a person marks: states of a writing, claims on it, points by its rubric. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping, Sequence

from lms.access.permissions import Permission
from lms.core.errors import BadInputError
from lms.core.states import Transition, step_from
from lms.core.text import N_
from lms.courses.values.task import Criterion

CLAIM_LASTS = datetime.timedelta(hours=2)
"""How long one marker holds a writing, so that two do not mark it at once."""
LONGEST_COMMENT = 4_000
"""Characters of a comment to the author."""


class MarkingState(enum.StrEnum):
    """Where a writing stands that a person must accept."""

    DRAFT = "draft"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"


MARKING_STATE_NAMES: dict[MarkingState, str] = {
    MarkingState.DRAFT: N_("Draft"),
    MarkingState.SENT: N_("Waits to be read"),
    MarkingState.RETURNED: N_("Returned for more work"),
    MarkingState.ACCEPTED: N_("Accepted"),
}


MARKING_STEPS: tuple[Transition[MarkingState, str], ...] = (
    Transition(MarkingState.DRAFT, "send", MarkingState.SENT, Permission.LEARNING_TAKE),
    # A newer version takes the place of the one that waits.
    Transition(MarkingState.SENT, "send", MarkingState.SENT, Permission.LEARNING_TAKE),
    Transition(MarkingState.RETURNED, "send", MarkingState.SENT, Permission.LEARNING_TAKE),
    Transition(MarkingState.SENT, "accept", MarkingState.ACCEPTED, Permission.ANSWER_MARK),
    Transition(MarkingState.SENT, "return", MarkingState.RETURNED, Permission.ANSWER_MARK),
)


class ReturnReason(enum.StrEnum):
    """Why a writing goes back to its author; a class, with the comment beside it."""

    MORE_DETAIL = "more_detail"
    OTHER_QUESTION = "other_question"
    POINTS_TO_SOMEBODY = "points_to_somebody"
    OTHER = "other"


RETURN_REASON_NAMES: dict[ReturnReason, str] = {
    ReturnReason.MORE_DETAIL: N_("It needs more detail"),
    ReturnReason.OTHER_QUESTION: N_("It answers another question"),
    ReturnReason.POINTS_TO_SOMEBODY: N_("It could point to a real person; that must be taken out"),
    ReturnReason.OTHER: N_("Another reason, in the comment"),
}


def marking_step(state: MarkingState, verb: str) -> Transition[MarkingState, str] | None:
    """The step of this verb from this state, or None if it is not possible now."""
    return step_from(MARKING_STEPS, state, verb)


def is_held(
    claimed_by: int | None, claimed_until: datetime.datetime | None, now: datetime.datetime
) -> bool:
    """Whether somebody's claim still runs at this moment."""
    return claimed_by is not None and claimed_until is not None and claimed_until > now


def possible_points(rubric: Sequence[Criterion]) -> int:
    """The most that can be reached: the best level of each criterion, summed."""
    return sum(max(level.points for level in criterion.levels) for criterion in rubric)


def points_of(rubric: Sequence[Criterion], levels: Mapping[str, int]) -> int:
    """The points of the levels chosen; a criterion without one earns none."""
    return sum(
        criterion.levels[levels[criterion.key]].points
        for criterion in rubric
        if criterion.key in levels
    )


def check_levels(
    rubric: Sequence[Criterion], levels: Mapping[str, int], *, all_needed: bool
) -> dict[str, int]:
    """The levels that belong to the rubric, by criterion, as places in its list from 0.

    Raises BadInputError on the first criterion without a level where all are needed.
    """
    kept = {}
    for criterion in rubric:
        level = levels.get(criterion.key)
        if level is not None and 0 <= level < len(criterion.levels):
            kept[criterion.key] = level
        elif all_needed:
            raise BadInputError(N_("Choose a level, then accept."), field=level_field(criterion))
    return kept


def level_field(criterion: Criterion) -> str:
    """The name of the form field for a criterion."""
    return f"level-{criterion.key}"
