"""Writing the scenarios of a draft, step by step.

Each service locks the draft, reads the file as it stands and changes only what it is asked
to, so two people on two steps of one story never meet. Two on the same step do: the second
is shown what the first wrote (StepMovedOnError).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from lms.authoring.queries.drafts import digests_of, draft_for, files_of
from lms.authoring.queries.scenarios import get_standing
from lms.authoring.rules.scenarios.changing import (
    StepWords,
    begun,
    head_changed,
    step_added,
    step_changed,
    step_moved,
    step_removed,
)
from lms.authoring.rules.scenarios.files import (
    Story,
    Tree,
    fresh_key,
    head_of,
    mark_of,
    path_of,
    story_bytes,
)
from lms.authoring.rules.scenarios.placing import listed_in_module
from lms.authoring.services.files import write, write_many
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError
from lms.core.text import N_
from lms.courses.layout import place_of

GONE = ""
"""The mark of a step that does not stand (any more)."""


class StepMovedOnError(ConflictError):
    """Somebody changed the same step, or the same head, meanwhile.

    `standing` is what stands now (None: it was taken out), `mark` what to save on.
    """

    def __init__(self, standing: Tree | None, mark: str) -> None:
        super().__init__(N_("Somebody else saved this meanwhile. Nothing of yours is lost."))
        self.standing = standing
        self.mark = mark


def begin_story(
    session: Session,
    actor: Actor,
    draft_id: int,
    title: str,
    module: str,
    *,
    words: tuple[str, str],
    now: datetime.datetime,
) -> str:
    """A new scenario with a beginning and a good ending, listed last in a module; its key.

    `module` is the path of a module's file, or empty for none; `words` are the titles of
    the two steps. Raises BadInputError for a title without a word or a module that is gone.
    """
    draft = draft_for(session, actor, draft_id, for_change=True)
    files = files_of(session, draft)
    # Names of files are keys of activities, those of pages with two digits before them.
    names = {path.rpartition("/")[2].split(".")[0] for path in files}
    taken = names | {name[3:] for name in names if name[:2].isdecimal()}
    key = fresh_key(title, taken, "scenario")
    story = Story(path_of(key), begun(key, title, first_step=words[0], ending=words[1]))
    changes: dict[str, bytes | None] = {story.path: story_bytes(story)}
    based_on: dict[str, str | None] = {}
    if module:
        place = place_of(module)
        if module not in files or place is None or place.shape.kind != "module":
            raise BadInputError(N_("This module is gone. Choose another."), field="module")
        changed = listed_in_module(module, files[module], key)
        if changed is None:
            raise BadInputError(
                N_("The file of this module cannot be read. Mend it first."), field="module"
            )
        changes[module] = changed
        based_on[module] = digests_of(session, draft)[module]
    write_many(session, actor, draft, changes, based_on=based_on, now=now)
    return key


def save_step(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    step_key: str,
    words: StepWords,
    *,
    based_on: str,
    now: datetime.datetime,
) -> Story:
    """Put a step as typed; `based_on` is the mark of the step its writer started from.

    GONE as `based_on` puts a step back that was taken out meanwhile. Raises StepMovedOnError.
    """

    def change(story: Story) -> Story:
        place = story.place(step_key)
        if place is None:
            if based_on != GONE:
                raise StepMovedOnError(None, GONE)
            story = Story(story.path, {**story.tree, "nodes": [*story.nodes, {"key": step_key}]})
            return step_changed(story, step_key, words)
        standing = story.nodes[place]
        changed = step_changed(story, step_key, words)
        if mark_of(standing) != based_on and story_bytes(changed) != story_bytes(story):
            raise StepMovedOnError(standing, mark_of(standing))
        return changed

    return _change(session, actor, draft_id, key, change, now=now)


def save_head(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    values: Callable[[Story], Tree],
    *,
    based_on: str,
    now: datetime.datetime,
) -> Story:
    """Put all but the steps as typed: `values` of the story as it stands.

    Raises StepMovedOnError when somebody changed it meanwhile.
    """

    def change(story: Story) -> Story:
        changed = head_changed(story, values(story))
        mark = mark_of(head_of(story))
        if mark != based_on and story_bytes(changed) != story_bytes(story):
            raise StepMovedOnError(head_of(story), mark)
        return changed

    return _change(session, actor, draft_id, key, change, now=now)


def add_step(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    title: str,
    *,
    count: int,
    now: datetime.datetime,
) -> str | None:
    """One more step at the end; its key. None, and nothing done, where the story has not `count`
    steps any more: a double click, or somebody else's step came first."""
    made: list[str] = []

    def change(story: Story) -> Story:
        if len(story.nodes) != count:
            return story
        story, fresh = step_added(story, title)
        made.append(fresh)
        return story

    _change(session, actor, draft_id, key, change, now=now)
    return made[0] if made else None


def move_step(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    step_key: str,
    *,
    at: int,
    by: int,
    now: datetime.datetime,
) -> None:
    """Move a step that stands `at` this place (from 0) by one; elsewhere nothing is done."""

    def change(story: Story) -> Story:
        return step_moved(story, step_key, by) if story.place(step_key) == at else story

    _change(session, actor, draft_id, key, change, now=now)


def remove_step(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    step_key: str,
    *,
    now: datetime.datetime,
) -> None:
    """Take a step out. What led to it is told by the check."""

    def change(story: Story) -> Story:
        return step_removed(story, step_key)

    _change(session, actor, draft_id, key, change, now=now)


def _change(
    session: Session,
    actor: Actor,
    draft_id: int,
    key: str,
    change: Callable[[Story], Story],
    *,
    now: datetime.datetime,
) -> Story:
    draft = draft_for(session, actor, draft_id, for_change=True)
    standing = get_standing(session, draft, key)
    if standing.story is None:
        raise NotPossibleError(N_("The file of this scenario cannot be read. Mend it first."))
    changed = change(standing.story)
    content = story_bytes(changed)
    if changed is not standing.story:
        write(session, actor, draft, standing.path, content, based_on=standing.digest, now=now)
    return changed
