"""Review and publication of a draft: verbs, who signs, when a signature holds. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.authoring.rules.drafts import DraftState
from lms.core.states import Transition
from lms.core.text import N_

LONGEST_TEXT = 4000


class ReviewVerb(enum.StrEnum):
    """What moves a draft through its review, and out of it."""

    ASK = "ask"
    TAKE_BACK_REQUEST = "take_back_request"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    PUBLISH_UNREVIEWED = "publish_unreviewed"


class ReviewState(enum.StrEnum):
    """What became of one request for review."""

    ASKED = "asked"
    APPROVED = "approved"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"


REVIEW_STATE_NAMES: dict[ReviewState, str] = {
    ReviewState.ASKED: N_("Asked for"),
    ReviewState.APPROVED: N_("Signed"),
    ReviewState.RETURNED: N_("Returned"),
    ReviewState.TAKEN_BACK: N_("Taken back"),
}

TRANSITIONS: tuple[Transition[DraftState, ReviewVerb], ...] = (
    Transition(DraftState.OPEN, ReviewVerb.ASK, DraftState.IN_REVIEW, Permission.DRAFT_EDIT),
    Transition(DraftState.RETURNED, ReviewVerb.ASK, DraftState.IN_REVIEW, Permission.DRAFT_EDIT),
    Transition(
        DraftState.IN_REVIEW, ReviewVerb.TAKE_BACK_REQUEST, DraftState.OPEN, Permission.DRAFT_EDIT
    ),
    Transition(
        DraftState.IN_REVIEW, ReviewVerb.APPROVE, DraftState.APPROVED, Permission.DRAFT_REVIEW
    ),
    Transition(
        DraftState.IN_REVIEW, ReviewVerb.RETURN, DraftState.RETURNED, Permission.DRAFT_REVIEW
    ),
    Transition(
        DraftState.APPROVED, ReviewVerb.PUBLISH, DraftState.PUBLISHED, Permission.COURSE_PUBLISH
    ),
    *(
        Transition(
            state, ReviewVerb.PUBLISH_UNREVIEWED, DraftState.PUBLISHED, Permission.COURSE_PUBLISH
        )
        for state in (
            DraftState.OPEN,
            DraftState.IN_REVIEW,
            DraftState.RETURNED,
            DraftState.APPROVED,
        )
    ),
)


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Files of a draft against those of the edition that stands."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many files differ."""
        return len(self.added) + len(self.changed) + len(self.removed)


def changes_between(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> FileChanges:
    """What publishing `after` would change of `before`."""
    both = after.keys() & before.keys()
    return FileChanges(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(path for path in both if after[path] != before[path])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )
