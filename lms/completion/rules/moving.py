"""Moving to another edition: what is kept, new and gone, and which group somebody is in. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lms.core.text import N_
from lms.courses.values.edition import Edition
from lms.enrolments.rules.states import EnrolmentState

NEARLY = Fraction(3, 4)
"""From this share of the outline on somebody is nearly done: a new edition costs them most."""


class Group(enum.StrEnum):
    """How somebody stands who is under way. Of several that fit, the first counts."""

    OVERDUE = "overdue"
    NOT_BEGUN = "not_begun"
    NEARLY_DONE = "nearly_done"
    ACTIVE = "active"


GROUP_NAMES: dict[Group, str] = {
    Group.NOT_BEGUN: N_("Not begun"),
    Group.ACTIVE: N_("Under way"),
    Group.NEARLY_DONE: N_("Nearly done: three quarters or more"),
    Group.OVERDUE: N_("Overdue"),
}
"""In the order in which pages show them."""


class Outcome(enum.StrEnum):
    """What asking for a move did to one enrolment."""

    MOVED = "moved"
    COMPLETED = "completed"
    STOOD = "stood"
    STAYS = "stays"


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.MOVED: N_("Moved"),
    Outcome.COMPLETED: N_("Moved, and complete with it"),
    Outcome.STOOD: N_("Was on it already"),
    Outcome.STAYS: N_("Stays: complete, or left"),
}


def group_of(
    edition: Edition,
    *,
    done_count: int | None,
    last_activity_at: datetime.datetime | None,
    due_at: datetime.datetime | None,
    now: datetime.datetime,
) -> Group:
    """The group of an enrolment under way. `completion.queries.moving` says the same in SQL."""
    if due_at is not None and due_at <= now:
        return Group.OVERDUE
    if last_activity_at is None:
        return Group.NOT_BEGUN
    return Group.NEARLY_DONE if (done_count or 0) >= nearly_at(edition) else Group.ACTIVE


def nearly_at(edition: Edition) -> int:
    """From how many activities done on somebody is nearly done."""
    share = NEARLY * len(edition.order)
    return max(1, -(-share.numerator // share.denominator))


@dataclass(frozen=True, slots=True)
class Compared:
    """The activities of two editions by key, in the order of the outline they stand in.

    `changed` are among `kept`: the same key with other words or settings. Evidence is kept
    by key, so what was done of `kept` counts on, changed or not.
    """

    kept: tuple[str, ...]
    changed: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether a learner has nothing more and nothing less to do."""
        return not (self.changed or self.new or self.gone)


def compare(old: Edition, new: Edition) -> Compared:
    """What somebody on `old` finds on `new`: activities that stand in modules, by key.

    An activity that changed its kind (a page that is a quiz now) is gone and new: what was
    done of it is no evidence for the other.
    """
    before = {key: old.activity(key) for key in old.order}
    after = {key: new.activity(key) for key in new.order}
    kept = [key for key in after if key in before and before[key].kind == after[key].kind]
    # The number of a file is no change to its reader.
    changed = [
        key
        for key in kept
        if before[key].model_dump(exclude={"file"}) != after[key].model_dump(exclude={"file"})
    ]
    return Compared(
        kept=tuple(kept),
        changed=tuple(changed),
        new=tuple(key for key in after if key not in kept),
        gone=tuple(key for key in before if key not in kept),
    )


@dataclass(frozen=True, slots=True)
class GroupNumbers:
    """One group: enrolments in it, and how many have done something that is gone."""

    persons: int = 0
    with_gone: int = 0

    def __add__(self, other: GroupNumbers) -> GroupNumbers:
        return GroupNumbers(self.persons + other.persons, self.with_gone + other.with_gone)


@dataclass(frozen=True, slots=True)
class FromEdition:
    """Those who would come from one edition, and how it differs from the one they come to."""

    edition_id: int
    number: int
    compared: Compared
    groups: Mapping[Group, GroupNumbers]

    @property
    def persons(self) -> int:
        """Enrolments under way on it."""
        return sum(numbers.persons for numbers in self.groups.values())


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a move of a course to an edition would touch: numbers, and no names.

    `staying` are complete and keep their edition; `open_attempts` are quizzes begun and
    not handed in, which go on with the questions they began with.
    """

    sources: tuple[FromEdition, ...] = ()
    staying: int = 0
    open_attempts: int = 0

    @property
    def groups(self) -> dict[Group, GroupNumbers]:
        """All editions together, in the order pages show."""
        return {
            group: sum(
                (source.groups.get(group, GroupNumbers()) for source in self.sources),
                GroupNumbers(),
            )
            for group in GROUP_NAMES
        }

    @property
    def persons(self) -> int:
        """Enrolments under way on another edition."""
        return sum(source.persons for source in self.sources)


def moves(state: EnrolmentState) -> bool:
    """Whether an enrolment in this state can go to another edition.

    What is complete was complete under its edition: that stays true whatever comes later.
    Who left comes back to where they were.
    """
    return state is EnrolmentState.ACTIVE


def chosen_groups(words: Iterable[str]) -> tuple[Group, ...]:
    """The groups among these words, each once, in the order of pages."""
    wanted = set(words)
    return tuple(group for group in GROUP_NAMES if group.value in wanted)
