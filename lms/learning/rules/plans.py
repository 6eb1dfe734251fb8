"""The plan of a course for one learner: what is done, what is next, where a page stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.courses.values.course import Module
from lms.courses.values.edition import Activity, Edition
from lms.progress.rules import EvidenceKind, Known, Missing, done, missing


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of the outline, as it stands for the learner."""

    activity: Activity
    is_done: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A module with its steps. `is_known`: the pre-test showed it, so it may be left out."""

    module: Module
    steps: tuple[Step, ...]
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole course for one learner. `next_key` is where to carry on; None when all is done.

    `minutes_left` counts the required activities that are not done.
    """

    chapters: tuple[Chapter, ...]
    missing: frozenset[Missing]
    next_key: str | None
    done_count: int
    all_count: int
    minutes_left: int

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def lacking(self) -> Mapping[str, EvidenceKind]:
        """What would make each activity done that is missing, by its key."""
        return {each.activity_key: each.needs for each in self.missing}

    def chapter_of(self, key: str) -> Chapter | None:
        """The chapter an activity stands in; None for alternatives."""
        return next(
            (
                chapter
                for chapter in self.chapters
                if any(step.activity.key == key for step in chapter.steps)
            ),
            None,
        )


def plan_of(edition: Edition, known: Iterable[Known]) -> Plan:
    """The plan of an edition for these facts."""
    facts = list(known)
    finished = done(edition, facts)
    left = missing(edition, facts)
    tested = {fact.activity_key for fact in facts if fact.kind is EvidenceKind.TESTED_OUT}
    chapters = tuple(
        Chapter(
            module,
            tuple(Step(edition.activity(key), key in finished) for key in module.activities),
            is_known=not tested.isdisjoint(module.activities),
        )
        for module in edition.modules
    )
    next_key = _next(edition, finished, chapters)
    return Plan(
        chapters=chapters,
        missing=left,
        next_key=next_key,
        done_count=sum(1 for key in edition.order if key in finished),
        all_count=len(edition.order),
        minutes_left=sum(_minutes(edition.activity(lacking.activity_key)) for lacking in left),
    )


def beside(edition: Edition, key: str) -> tuple[str | None, str | None]:
    """The activities before and after one in the outline; an alternative stands at its place."""
    place = edition.credited(key)
    if place not in edition.order:
        return None, None
    index = edition.order.index(place)
    before = edition.order[index - 1] if index else None
    after = edition.order[index + 1] if index + 1 < len(edition.order) else None
    return before, after


def _next(edition: Edition, finished: frozenset[str], chapters: Iterable[Chapter]) -> str | None:
    """Where to carry on: past what is done, and past what is free in a module left out."""
    known = {
        step.activity.key for chapter in chapters if chapter.is_known for step in chapter.steps
    }
    left = [key for key in edition.order if key not in finished]
    return next((key for key in left if key not in known or key in edition.required), None)


def _minutes(activity: Activity) -> int:
    return int(getattr(activity, "minutes", 0) or 0)
