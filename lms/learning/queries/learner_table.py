"""Learners of a course as a table that leaves the system."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping

from lms.core.tables.values import ENGLISH, Audience, Column, Kind, Row, Table, Words
from lms.core.text import N_
from lms.enrolments.rules.states import ENROLMENT_STATE_NAMES
from lms.learning.queries.learner_lines import Learner
from lms.people.models.members import AGENCY_TYPE_NAMES
from lms.people.rules.listing import OFFICIAL

TITLE = N_("Learners")
DEFINITION = N_(
    "A row is one enrolment on the course, so a person who came back after leaving may have two."
)
COLUMNS: tuple[tuple[str, Kind], ...] = (
    (N_("Name"), Kind.TEXT),
    (N_("Member"), Kind.TEXT),
    (N_("Kind of agency"), Kind.TEXT),
    (N_("State"), Kind.TEXT),
    (N_("Activities done"), Kind.NUMBER),
    (N_("Activities in all"), Kind.NUMBER),
    (N_("Carries on at"), Kind.TEXT),
    (N_("Last activity"), Kind.MOMENT),
    (N_("Due"), Kind.DAY),
    (N_("Enrolled"), Kind.MOMENT),
    (N_("Completed"), Kind.MOMENT),
)
FIXED_WORDS: tuple[str, ...] = (
    TITLE,
    DEFINITION,
    OFFICIAL,
    *(label for label, _ in COLUMNS),
    *ENROLMENT_STATE_NAMES.values(),
    *AGENCY_TYPE_NAMES.values(),
    *(getattr(ENGLISH, field.name) for field in dataclasses.fields(Words)),
)
"""Every English word of the table: whoever makes it for a reader translates them first."""


def learner_table(
    learners: Iterable[Learner],
    course_title: str,
    members: Mapping[str, str],
    words: Mapping[str, str],
    *,
    filters: Iterable[tuple[str, str]],
    as_of: datetime.datetime,
    named: list[int],
) -> Table:
    """The table. `members` are names by code, `words` the translations of FIXED_WORDS.

    The id of each person is added to `named` as the row is read, for the access record.
    """
    fields = dataclasses.fields(Words)
    translated = {field.name: words[getattr(ENGLISH, field.name)] for field in fields}
    return Table(
        title=f"{words[TITLE]}: {course_title}",
        definition=words[DEFINITION],
        columns=[Column(words[label], kind) for label, kind in COLUMNS],
        rows=_rows(learners, members, words, named),
        as_of=as_of,
        audience=Audience.NAMED,
        filters=list(filters),
        words=Words(**translated),
    )


def _rows(
    learners: Iterable[Learner],
    members: Mapping[str, str],
    words: Mapping[str, str],
    named: list[int],
) -> Iterator[Row]:
    for learner in learners:
        view, enrolment = learner.view, learner.enrolment
        named.append(view.person_id)
        yield (
            view.shown_in_lists or words[OFFICIAL],
            members.get(view.member_code or "", ""),
            words[AGENCY_TYPE_NAMES[view.agency_type]] if view.agency_type else "",
            words[ENROLMENT_STATE_NAMES[enrolment.state]],
            learner.done_count,
            learner.all_count,
            learner.next_title,
            enrolment.last_activity_at,
            enrolment.due_on,
            enrolment.enrolled_at,
            enrolment.completed_at,
        )
