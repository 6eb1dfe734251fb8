"""What may become of an import: the one table of transitions."""

from __future__ import annotations

import enum

from lms.access.permissions import Permission
from lms.core.states import Transition, step_from
from lms.core.text import N_


class ImportState(enum.StrEnum):
    """Where an import stands."""

    READING = "reading"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    DROPPED = "dropped"


IMPORT_STATE_NAMES: dict[ImportState, str] = {
    ImportState.READING: N_("Being read"),
    ImportState.READY: N_("Waits for your decision"),
    ImportState.WRITING: N_("Being imported"),
    ImportState.DONE: N_("Imported"),
    ImportState.UNDOING: N_("Being undone"),
    ImportState.UNDONE: N_("Undone"),
    ImportState.FAILED: N_("Could not be read"),
    ImportState.DROPPED: N_("Dropped"),
}


TRANSITIONS: tuple[Transition[ImportState, str], ...] = (
    Transition(ImportState.READING, "ready", ImportState.READY, None),
    Transition(ImportState.READING, "fail", ImportState.FAILED, None),
    Transition(ImportState.READY, "read_again", ImportState.READING, Permission.IMPORT_RUN),
    Transition(ImportState.FAILED, "read_again", ImportState.READING, Permission.IMPORT_RUN),
    Transition(ImportState.READY, "write", ImportState.WRITING, Permission.IMPORT_RUN),
    Transition(ImportState.READY, "drop", ImportState.DROPPED, Permission.IMPORT_RUN),
    Transition(ImportState.FAILED, "drop", ImportState.DROPPED, Permission.IMPORT_RUN),
    Transition(ImportState.WRITING, "done", ImportState.DONE, None),
    Transition(ImportState.DONE, "undo", ImportState.UNDOING, Permission.IMPORT_RUN),
    Transition(ImportState.UNDOING, "undone", ImportState.UNDONE, None),
)
"""Everything that may become of an import."""

UNDER_WAY = frozenset({ImportState.READING, ImportState.WRITING, ImportState.UNDOING})
"""States in which a job is at work; pages show its progress."""


def transition(state: ImportState, verb: str) -> Transition[ImportState, str] | None:
    """The step of this verb from this state; None if it is not possible now."""
    return step_from(TRANSITIONS, state, verb)


def may_take(state: ImportState, verb: str) -> bool:
    """Whether the verb leads anywhere from this state; pages draw their buttons from it."""
    return transition(state, verb) is not None
