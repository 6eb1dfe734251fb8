"""What a trainer asks of a course: who stands where, who has stalled, how many. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lms.access.disclosure import Viewer
from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.core.actor import Actor, ScopeKind
from lms.core.text import N_
from lms.courses.values.edition import Edition
from lms.enrolments.rules.due import STALLED
from lms.enrolments.rules.states import EnrolmentState
from lms.people.rules.listing import OFFICIAL
from lms.people.rules.names import sort_name
from lms.progress.rules import Known, done

LATELY = datetime.timedelta(days=30)
ON = "on"
"""Stands for the states of those who are or were on the course and have not left it."""
MESSAGE_PAUSE = datetime.timedelta(hours=1)
"""Between two messages of one trainer to people of one course."""
LONGEST_MESSAGE = 2000

LIMITED_SORT_NAME = sort_name(OFFICIAL, "")
"""Where everybody with limited listing stands in the order of names."""

ON_STATES = (EnrolmentState.ACTIVE, EnrolmentState.COMPLETED)


class Order(enum.StrEnum):
    """How a list of learners is sorted."""

    ACTIVITY = "activity"
    NAME = "name"
    ENROLMENT = "enrolment"


ORDER_NAMES: dict[Order, str] = {
    Order.ACTIVITY: N_("Last activity"),
    Order.NAME: N_("Name"),
    Order.ENROLMENT: N_("Newest on the course"),
}


class Pace(enum.StrEnum):
    """What may be the matter with somebody who is under way."""

    STALLED = "stalled"
    OVERDUE = "overdue"


PACE_NAMES: dict[Pace, str] = {
    Pace.STALLED: N_("Stalled for 21 days"),
    Pace.OVERDUE: N_("Overdue"),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which learners a list shows. Empty strings ask for nothing."""

    state: str = ON
    module: str = ""
    member: str = ""
    pace: Pace | None = None

    @property
    def states(self) -> tuple[EnrolmentState, ...]:
        """The states shown. A module or a pace is asked of those under way only."""
        if self.module or self.pace is not None:
            return (EnrolmentState.ACTIVE,)
        if self.state in set(EnrolmentState):
            return (EnrolmentState(self.state),)
        return ON_STATES

    @property
    def shape(self) -> Narrowed:
        """What is asked for, without which module or member: filters of one shape are found by
        one statement, with other values."""
        return replace(self, module=self.module and "*", member=self.member and "*")

    @property
    def as_json(self) -> dict[str, Any]:
        """What is set, as the arguments of an address and for storage; `of` reads it."""
        pairs = {
            "state": self.state if self.state != ON else "",
            "module": self.module,
            "member": self.member,
            "pace": self.pace.value if self.pace is not None else "",
        }
        return {name: value for name, value in pairs.items() if value}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Narrowed:
        """From an address or from storage; what is not known asks for nothing."""
        state = str(given.get("state", ON))
        pace = str(given.get("pace", ""))
        return cls(
            state=state if state in set(EnrolmentState) else ON,
            module=str(given.get("module", ""))[:80],
            member=str(given.get("member", ""))[:12],
            pace=Pace(pace) if pace in set(Pace) else None,
        )

    @property
    def to_be_told(self) -> Narrowed:
        """The same for a message: those who left the course are not written to."""
        return replace(self, state=ON) if self.state == EnrolmentState.WITHDRAWN else self


@dataclass(frozen=True, slots=True)
class Counts:
    """Enrolments of one course. `at` says how many under way carry on at which activity."""

    active: int = 0
    completed: int = 0
    withdrawn: int = 0
    stalled: int = 0
    overdue: int = 0
    completed_lately: int = 0
    at: Mapping[str, int] = field(default_factory=dict)

    @property
    def enrolled(self) -> int:
        return self.active + self.completed

    def __add__(self, other: Counts) -> Counts:
        keys = sorted({*self.at, *other.at})
        return Counts(
            **{name: getattr(self, name) + getattr(other, name) for name in COUNTED},
            at={key: self.at.get(key, 0) + other.at.get(key, 0) for key in keys},
        )

    def as_json(self) -> dict[str, Any]:
        """For storage; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counts:
        """What `as_json` wrote."""
        return cls(**data)


COUNTED = ("active", "completed", "withdrawn", "stalled", "overdue", "completed_lately")


def together(counts: Iterable[Counts]) -> Counts:
    """All editions of a course in one."""
    found = Counts()
    for each in counts:
        found = found + each
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """How many under way carry on in one module, and at each of its activities."""

    module_key: str
    title: str
    count: int
    activities: tuple[tuple[str, str, int], ...]


def places_of(edition: Edition, counts: Counts, language: str) -> tuple[list[Place], int]:
    """Who is where by the outline of this edition, in a language; and how many at none of it.

    Those are on an edition with other activities, or have nothing left but to be credited.
    """
    places = [
        Place(
            module.key,
            edition.in_language(module, language)[0].title,
            sum(counts.at.get(key, 0) for key in module.activities),
            tuple(
                (
                    key,
                    edition.in_language(edition.activity(key), language)[0].title,
                    counts.at.get(key, 0),
                )
                for key in module.activities
            ),
        )
        for module in edition.modules
        if module.activities
    ]
    return places, counts.active - sum(place.count for place in places)


def carries_on_at(edition: Edition, known: Iterable[Known]) -> tuple[str, str]:
    """Module and activity where a learner goes on; empty when nothing of the outline is left."""
    finished = done(edition, known)
    for module in edition.modules:
        for key in module.activities:
            if key not in finished:
                return module.key, key
    return "", ""


def viewer_of_course(actor: Actor, course_key: str) -> Viewer:
    """As what one who may open these pages looks at the learners of a course."""
    scopes = scopes_for(actor, Permission.COURSE_TEACH)
    is_trainer = course_key in scopes.of(ScopeKind.COURSE)
    return Viewer.TRAINER if is_trainer or not scopes.everywhere else Viewer.SECRETARIAT


def is_stalled(state: EnrolmentState, moved_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a learner under way has done nothing for three weeks."""
    return state is EnrolmentState.ACTIVE and moved_at < now - STALLED


def is_overdue(
    state: EnrolmentState, due_at: datetime.datetime | None, now: datetime.datetime
) -> bool:
    """Whether the day due has ended, where it was set, with the course not complete."""
    return state is EnrolmentState.ACTIVE and due_at is not None and due_at < now
