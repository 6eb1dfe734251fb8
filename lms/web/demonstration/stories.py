"""What becomes of each of the cohort: who stands where, on which courses, since when. Pure.

The same person has the same story on every machine and every day: it is drawn from the
address, and all times are counted back from the day of loading.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from lms.people.models.members import AgencyType
from lms.web.demonstration.cast import Player

FIRST_WAVE, WAVES, BETWEEN = 425, 13, 31
"""People were invited once a month, from 14 months ago on. In days."""
RECENT = 12
"""Who is reading did something within so many days; an invitation sent since still works."""
PATH = "frontline-officer"
PATH_COURSES = ("victim-identification", "border-screening", "scam-centres")


class Stage(enum.StrEnum):
    """Where a person of the cohort stands today."""

    INVITED = "invited"
    IDLE = "idle"
    READING = "reading"
    FAILED = "failed"
    STALLED = "stalled"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    SEVERAL = "several"
    PATH = "path"


_SHARES: dict[Stage, int] = {
    Stage.INVITED: 6,
    Stage.IDLE: 8,
    Stage.READING: 17,
    Stage.FAILED: 7,
    Stage.STALLED: 10,
    Stage.OVERDUE: 8,
    Stage.WITHDRAWN: 5,
    Stage.COMPLETED: 22,
    Stage.SEVERAL: 11,
    Stage.PATH: 6,
}
_COURSES: dict[AgencyType, tuple[str, ...]] = {
    AgencyType.IMMIGRATION: ("border-screening", "victim-identification", "scam-centres"),
    AgencyType.BORDER: ("border-screening", "victim-identification", "child-victims"),
    AgencyType.COAST_GUARD: ("border-screening", "victim-identification", "child-victims"),
    AgencyType.CUSTOMS: ("following-the-money", "border-screening", "victim-identification"),
    AgencyType.POLICE: ("victim-identification", "scam-centres", "following-the-money"),
    AgencyType.PROSECUTION: ("following-the-money", "scam-centres", "child-victims"),
    AgencyType.LABOUR: ("victim-identification", "scam-centres", "protection-recovery"),
    AgencyType.SOCIAL_WELFARE: ("protection-recovery", "child-victims", "victim-identification"),
}
_USUAL = ("victim-identification", "protection-recovery", "scam-centres")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One course in a life, in days before today: begun, and last worked on.

    `share` of its activities is done at the end; 1 completes it. `fails` says how often
    the first final test is failed; with `ends_failed` that is where it stops. `due` is
    the day due of a course that a focal point assigned, None for one's own choice, which
    may be that of a path.
    """

    course_key: str
    begun: float
    last: float
    share: float
    fails: int = 0
    ends_failed: bool = False
    due: int | None = None
    leaves: bool = False
    is_on_path: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Where one person stands and how they came there. `joined`: days before today."""

    stage: Stage
    joined: int
    chapters: tuple[Chapter, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether the invitation was accepted."""
        return self.stage is not Stage.INVITED


def story_of(player: Player) -> Story:
    """The story of one of the cohort."""
    rng = Random(f"bekal cohort {player.email}")  # noqa: S311 - invented lives, no secret
    return drawn_story(rng, courses_for(player.agency_type))


def courses_for(agency_type: AgencyType) -> tuple[str, ...]:
    """The courses that people of such an agency take, the likeliest first."""
    return _COURSES.get(agency_type, _USUAL)


def drawn_story(rng: Random, courses: tuple[str, ...]) -> Story:
    """A story as it falls, for somebody who would take these three courses."""
    stage = rng.choices(_STAGES, _WEIGHTS)[0]
    if stage is Stage.INVITED:
        # Half of them could still come in; the link of the others has run out.
        return Story(stage, rng.choice((rng.randrange(1, RECENT), rng.randrange(25, 60))))
    chapters = _MAKERS[stage](rng, courses)
    first = max((chapter.begun for chapter in chapters), default=30.0)
    return Story(stage, _joined(rng, first), chapters)


def _joined(rng: Random, first: float) -> int:
    """The day of a wave of invitations before the first course was begun."""
    waves = [FIRST_WAVE - number * BETWEEN for number in range(WAVES)]
    return rng.choice([day for day in waves if day >= first + 8] or [FIRST_WAVE])


def _course(rng: Random, courses: tuple[str, ...]) -> str:
    return rng.choices(courses, (5, 3, 2))[0]


def _idle(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    """Nothing yet; half of them have a course that waits for them."""
    if rng.random() < 0.5:
        return ()
    begun = rng.uniform(3, 60)
    return (Chapter(_course(rng, courses), begun, begun, 0, due=round(begun) - 90),)


def _reading(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    last = rng.uniform(0.3, RECENT)
    begun = last + rng.uniform(2, 40)
    due = -rng.randrange(10, 60) if rng.random() < 0.4 else None
    return (Chapter(_course(rng, courses), begun, last, rng.uniform(0.08, 0.9), due=due),)


def _failed(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    last = rng.uniform(0.5, RECENT)
    begun = last + rng.uniform(10, 45)
    return (Chapter(_course(rng, courses), begun, last, 1, fails=1, ends_failed=True),)


def _stalled(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    last = rng.uniform(24, 200)
    begun = last + rng.uniform(3, 40)
    return (Chapter(_course(rng, courses), begun, last, rng.uniform(0.05, 0.7)),)


def _overdue(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    due = rng.randrange(2, 50)
    begun = due + rng.uniform(30, 75)
    last = rng.uniform(1, begun - 8)
    return (Chapter(_course(rng, courses), begun, last, rng.uniform(0.05, 0.85), due=due),)


def _withdrawn(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    last = rng.uniform(8, 300)
    begun = last + rng.uniform(3, 45)
    return (Chapter(_course(rng, courses), begun, last, rng.uniform(0.03, 0.5), leaves=True),)


def _completed(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    last = rng.uniform(1, 350)
    return (_whole(rng, _course(rng, courses), last),)


def _several(rng: Random, courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    """Two courses complete, one after the other, and often a third under way."""
    second = rng.uniform(20, 200)
    later = _whole(rng, courses[1], second)
    earlier = _whole(rng, courses[0], min(later.begun + rng.uniform(5, 60), FIRST_WAVE - 60))
    if rng.random() < 0.4:
        return earlier, later
    last = rng.uniform(0.5, 18)
    third = Chapter(courses[2], last + rng.uniform(0.5, 1.5), last, rng.uniform(0.1, 0.6))
    return earlier, later, third


def _path(rng: Random, _courses: tuple[str, ...]) -> tuple[Chapter, ...]:
    """All courses of the path, in their order, the last one lately."""
    last, chapters = rng.uniform(2, 150), []
    for course_key in reversed(PATH_COURSES):
        chapter = replace(_whole(rng, course_key, last), due=None, is_on_path=True)
        chapters.append(chapter)
        last = chapter.begun + rng.uniform(2, 25)
    return tuple(reversed(chapters))


def _whole(rng: Random, course_key: str, last: float) -> Chapter:
    """A course done to its end; one in three failed its final test at first."""
    begun = last + rng.uniform(9, 60)
    fails = rng.choices((0, 1, 2), (65, 29, 6))[0]
    due = round(last) - rng.randrange(1, 20) if rng.random() < 0.35 else None
    return Chapter(course_key, begun, last, 1, fails=fails, due=due)


_STAGES, _WEIGHTS = tuple(_SHARES), tuple(_SHARES.values())
_MAKERS: dict[Stage, Callable[[Random, tuple[str, ...]], tuple[Chapter, ...]]] = {
    Stage.IDLE: _idle,
    Stage.READING: _reading,
    Stage.FAILED: _failed,
    Stage.STALLED: _stalled,
    Stage.OVERDUE: _overdue,
    Stage.WITHDRAWN: _withdrawn,
    Stage.COMPLETED: _completed,
    Stage.SEVERAL: _several,
    Stage.PATH: _path,
}


def moments(
    rng: Random, begun: datetime.datetime, last: datetime.datetime, count: int
) -> list[datetime.datetime]:
    """So many moments of work from `begun` to `last`, in order, a few at each sitting.

    The last one is `last`. A sitting is a handful of activities, minutes apart.
    """
    if count == 0:
        return []
    found: list[datetime.datetime] = []
    whole = (last - begun).total_seconds()
    while len(found) < count - 1:
        start = begun + datetime.timedelta(seconds=whole * rng.random() * 0.97)
        for number in range(min(rng.randrange(3, 10), count - 1 - len(found))):
            minutes = number * rng.uniform(5, 14)
            found.append(min(start + datetime.timedelta(minutes=minutes), last))
    return [*sorted(found), last]
