"""The lines of the trainer's list in words; what all of them share is worked out once a page."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import get_locale, get_timezone, gettext

from lms.enrolments.rules.states import EnrolmentState
from lms.learning.queries.learner_lines import Learner
from lms.people.models.members import AGENCY_TYPE_NAMES, AgencyType

BETWEEN = " · "
OVERDUE = "overdue"
STALLED = "stalled"


class Line(NamedTuple):
    """One learner of the list, in the order the template takes it apart.

    `name` is None for whom the list shows as "Official". `mark` is the state of the enrolment,
    or what is the matter.
    """

    enrolment_id: int
    name: str | None
    own_script_name: str
    own_script_language: str
    progress: str
    about: str
    mark: str


class Words(NamedTuple):
    """The sentences of a line in one language, with room for the values of each."""

    progress: str
    following: str
    active_on: str
    enrolled_on: str
    due_on: str
    kinds: dict[AgencyType, str]


@functools.cache
def _words(_locale: str) -> Words:
    """Looked up once in a process for each language, which must be the one in force."""
    return Words(
        progress=gettext("%(done)s of %(all)s activities done"),
        following=gettext("next: %(title)s"),
        active_on=gettext("last activity %(day)s"),
        enrolled_on=gettext("enrolled %(day)s, nothing done"),
        due_on=gettext("due %(day)s"),
        kinds={kind: gettext(name) for kind, name in AGENCY_TYPE_NAMES.items()},
    )


def lines_of(learners: Sequence[Learner], members: Mapping[str, str]) -> list[Line]:
    """The lines in the language and the time zone of the page. `members` are names by code."""
    return list(_lines(learners, members))


def _lines(learners: Sequence[Learner], members: Mapping[str, str]) -> Iterator[Line]:
    words = _words(str(get_locale()))
    days = Days()
    for learner in learners:
        enrolment, view = learner.enrolment, learner.view
        is_active = enrolment.state is EnrolmentState.ACTIVE
        done = words.progress % {"done": learner.done_count, "all": learner.all_count}
        if is_active and learner.next_title:
            done += BETWEEN + words.following % {"title": learner.next_title}
        about = []
        if view.member_code:
            member = members.get(view.member_code, view.member_code)
            kind = view.agency_type
            about.append(f"{member}, {words.kinds[kind]}" if kind else member)
        if enrolment.last_activity_at:
            about.append(words.active_on % {"day": days.of(enrolment.last_activity_at)})
        else:
            about.append(words.enrolled_on % {"day": days.of(enrolment.enrolled_at)})
        if is_active and enrolment.due_on:
            about.append(words.due_on % {"day": days.of(enrolment.due_on)})
        yield Line(
            enrolment_id=enrolment.id,
            name=view.name,
            own_script_name=view.own_script_name,
            own_script_language=view.own_script_language,
            progress=done,
            about=BETWEEN.join(about),
            mark=_mark(learner),
        )


def _mark(learner: Learner) -> str:
    if learner.is_overdue:
        return OVERDUE
    return STALLED if learner.is_stalled else learner.enrolment.state.value


class Days:
    """Days as the filter `day` writes them, each of them once: pages name the same few."""

    def __init__(self) -> None:
        self._zone = get_timezone()
        self._locale = str(get_locale())

    def of(self, value: datetime.date) -> str:
        """The day in letters; of a moment, the day it falls on for the reader."""
        day = value
        if isinstance(value, datetime.datetime):
            day = value.astimezone(self._zone).date()
        return _written(day, self._locale)


@functools.lru_cache(maxsize=2048)
def _written(day: datetime.date, locale: str) -> str:
    return format_date(day, "d MMMM y", locale=locale)
