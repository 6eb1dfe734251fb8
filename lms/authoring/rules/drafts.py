"""What a draft is made of and the states it passes through. Pure."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping

from lms.access.permissions import Permission
from lms.core.states import Transition
from lms.core.text import N_
from lms.courses.layout import MEDIA, flaw_of_size, place_of

MOST_FILES = 2000
"""Files of one draft: ten times the largest course there is."""
LARGEST_TEXT = 1_000_000
AUTOSAVED = "autosave"
"""Why a version was kept, when nobody pressed a button."""
ASIDE = "aside"
"""Why a version was kept that met another's change and never stood."""
SEEN_TO = "aside, seen to"
RESTORED = "restored"
MOVED = "moved"


class DraftState(enum.StrEnum):
    """Where a draft stands on its way to an edition."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


DRAFT_STATE_NAMES: dict[DraftState, str] = {
    DraftState.OPEN: N_("Being written"),
    DraftState.IN_REVIEW: N_("In review"),
    DraftState.RETURNED: N_("Returned by the reviewer"),
    DraftState.APPROVED: N_("Approved"),
    DraftState.PUBLISHED: N_("Published"),
    DraftState.DISCARDED: N_("Discarded"),
}
WRITABLE = frozenset(
    {DraftState.OPEN, DraftState.IN_REVIEW, DraftState.RETURNED, DraftState.APPROVED}
)
"""A signature falls with any change after it, so writing goes on until a draft is published."""


class DraftVerb(enum.StrEnum):
    """What moves a draft from one state to the next, apart from its review."""

    DISCARD = "discard"
    TAKE_BACK = "take_back"


TRANSITIONS: tuple[Transition[DraftState, DraftVerb], ...] = (
    *(
        Transition(state, DraftVerb.DISCARD, DraftState.DISCARDED, Permission.DRAFT_EDIT)
        for state in (
            DraftState.OPEN,
            DraftState.IN_REVIEW,
            DraftState.RETURNED,
            DraftState.APPROVED,
        )
    ),
    Transition(DraftState.DISCARDED, DraftVerb.TAKE_BACK, DraftState.OPEN, Permission.DRAFT_EDIT),
)


def content_digest(content: bytes) -> str:
    """Hexadecimal SHA-256 of one file."""
    return hashlib.sha256(content).hexdigest()


def draft_digest(digests: Mapping[str, str]) -> str:
    """One digest of all files: `digests` are those of the contents by path."""
    lines = "".join(f"{path}\0{digests[path]}\n" for path in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def flaw_of_file(path: str, content: bytes) -> str | None:
    """Why this cannot be a file of a draft, or None. A text may have any mistakes inside."""
    if MEDIA.match(path):
        return flaw_of_size(path, len(content))
    if place_of(path) is None or len(path) > 180:
        return N_("%(path)s is no place of a file in a course.")
    if len(content) > LARGEST_TEXT:
        return N_("The text is longer than a million letters. Divide it.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return N_("The text is not UTF-8. Save it as UTF-8.")
    return None
