"""The lines of the trainer's list in words; what all of them share is worked out once a page."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flask_babel import format_date, get_timezone, gettext

from lms.enrolments.rules.states import EnrolmentState
from lms.learning.queries.learner_lines import Learner
from lms.people.models.members import AGENCY_TYPE_NAMES
from lms.people.queries.disclosed import PersonView

BETWEEN = " · "
OVERDUE = "overdue"
STALLED = "stalled"


class Line(NamedTuple):
    """One learner of the list. `mark` is the state of the enrolment, or what is the matter."""

    enrolment_id: int
    view: PersonView
    progress: str
    about: str
    mark: str


def lines_of(learners: Sequence[Learner], members: Mapping[str, str]) -> list[Line]:
    """The lines in the language and the time zone of the page. `members` are names by code."""
    return list(_lines(learners, members))


def _lines(learners: Sequence[Learner], members: Mapping[str, str]) -> Iterator[Line]:
    # Sentences are looked up once, and their values are put in line by line.
    progress = gettext("%(done)s of %(all)s activities done")
    following = gettext("next: %(title)s")
    active_on = gettext("last activity %(day)s")
    enrolled_on = gettext("enrolled %(day)s, nothing done")
    due_on = gettext("due %(day)s")
    kinds = {kind: gettext(name) for kind, name in AGENCY_TYPE_NAMES.items()}
    days = Days()
    for learner in learners:
        enrolment, view = learner.enrolment, learner.view
        is_active = enrolment.state is EnrolmentState.ACTIVE
        done = [progress % {"done": learner.done_count, "all": learner.all_count}]
        if is_active and learner.next_title:
            done.append(following % {"title": learner.next_title})
        about = []
        if view.member_code:
            member = members.get(view.member_code, view.member_code)
            about.append(f"{member}, {kinds[view.agency_type]}" if view.agency_type else member)
        if enrolment.last_activity_at:
            about.append(active_on % {"day": days.of(enrolment.last_activity_at)})
        else:
            about.append(enrolled_on % {"day": days.of(enrolment.enrolled_at)})
        if is_active and enrolment.due_on:
            about.append(due_on % {"day": days.of(enrolment.due_on)})
        yield Line(
            enrolment_id=enrolment.id,
            view=view,
            progress=BETWEEN.join(done),
            about=BETWEEN.join(about),
            mark=_mark(learner),
        )


def _mark(learner: Learner) -> str:
    if learner.is_overdue:
        return OVERDUE
    return STALLED if learner.is_stalled else learner.enrolment.state.value


class Days:
    """Days as the filter `day` writes them, each of them once: a page names the same few."""

    def __init__(self) -> None:
        self._zone = get_timezone()
        self._written: dict[datetime.date, str] = {}

    def of(self, value: datetime.date) -> str:
        """The day in letters; of a moment, the day it falls on for the reader."""
        day = value
        if isinstance(value, datetime.datetime):
            day = value.astimezone(self._zone).date()
        written = self._written.get(day)
        if written is None:
            written = self._written[day] = format_date(day, "d MMMM y")
        return written
