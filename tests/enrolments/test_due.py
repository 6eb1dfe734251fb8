"""When a day due ends, and when people are reminded of it. Rules only."""

from __future__ import annotations

import datetime

import pytest

from lms.enrolments.rules.assigning import Outcome, Standing, outcome_of
from lms.enrolments.rules.due import Due, Stage, end_of, next_reminder, stage_at, stages
from lms.enrolments.rules.states import EnrolmentState
from lms.people.rules.persons import PersonState
from lms.people.rules.time_zones import MEMBER_ZONES, zone_for, zone_names

DAY = datetime.date(2026, 12, 11)
SET_AT = datetime.datetime(2026, 11, 11, 8, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("UTC", datetime.datetime(2026, 12, 12, 0, 0, tzinfo=datetime.UTC)),
        ("Pacific/Palau", datetime.datetime(2026, 12, 11, 15, 0, tzinfo=datetime.UTC)),
        ("Asia/Kathmandu", datetime.datetime(2026, 12, 11, 18, 15, tzinfo=datetime.UTC)),
        ("America/New_York", datetime.datetime(2026, 12, 12, 5, 0, tzinfo=datetime.UTC)),
    ],
)
def test_day_due_ends_where_the_person_is(zone: str, moment: datetime.datetime) -> None:
    assert end_of(DAY, zone) == moment


def test_day_of_a_change_of_the_clock_ends_at_midnight_too() -> None:
    sunday = datetime.date(2026, 11, 1)
    ended = end_of(sunday, "America/New_York")
    assert ended == datetime.datetime(2026, 11, 2, 5, 0, tzinfo=datetime.UTC)


def test_zone_is_the_persons_own_else_the_members() -> None:
    assert zone_for("Asia/Dili", "PLW") == "Asia/Dili"
    assert zone_for("UTC", "PLW") == "Pacific/Palau"
    assert zone_for("UTC", "ICRC") == "UTC"


def test_every_zone_of_a_member_can_be_chosen_by_a_person() -> None:
    assert set(MEMBER_ZONES.values()) <= zone_names()


def test_reminders_come_at_half_time_a_week_before_and_three_times_after() -> None:
    due = Due.on(DAY, "UTC", now=SET_AT)
    found = stages(due.set_at, due.ends_at)
    assert [stage for stage, _ in found] == [
        Stage.HALF,
        Stage.WEEK,
        Stage.AFTER_1,
        Stage.AFTER_2,
        Stage.AFTER_3,
    ]
    moments = [moment for _, moment in found]
    assert moments == sorted(moments)
    assert moments[1] == due.ends_at - datetime.timedelta(days=7)
    assert moments[4] - moments[2] == datetime.timedelta(days=14)


def test_short_term_has_no_reminder_a_week_before() -> None:
    due = Due.on(datetime.date(2026, 11, 18), "UTC", now=SET_AT)
    assert Stage.WEEK not in dict(stages(due.set_at, due.ends_at))


def test_after_a_standstill_only_the_latest_stage_is_caught_up() -> None:
    due = Due.on(DAY, "UTC", now=SET_AT)
    later = due.ends_at + datetime.timedelta(days=2)
    assert stage_at(due.set_at, due.ends_at, later) is Stage.AFTER_1
    following = next_reminder(due.set_at, due.ends_at, later)
    assert following == due.ends_at + datetime.timedelta(days=7, hours=12)
    long_after = due.ends_at + datetime.timedelta(days=60)
    assert next_reminder(due.set_at, due.ends_at, long_after) is None


@pytest.mark.parametrize(
    ("standing", "outcome"),
    [
        (Standing(PersonState.ACTIVE, None, False, False), Outcome.ENROL),
        (Standing(PersonState.ACTIVE, EnrolmentState.WITHDRAWN, False, False), Outcome.RETURN),
        (Standing(PersonState.ACTIVE, EnrolmentState.ACTIVE, False, False), Outcome.SET_DUE),
        (Standing(PersonState.ACTIVE, EnrolmentState.ACTIVE, False, True), Outcome.KEEP),
        (Standing(PersonState.ACTIVE, EnrolmentState.COMPLETED, True, False), Outcome.COMPLETED),
        (Standing(PersonState.ACTIVE, EnrolmentState.WITHDRAWN, True, False), Outcome.COMPLETED),
        (Standing(PersonState.SUSPENDED, None, False, False), Outcome.NOT_ACTIVE),
        (Standing(PersonState.BEING_CHECKED, None, False, False), Outcome.NOT_ACTIVE),
        (Standing(PersonState.ACTIVE, None, False, False, ("first",)), Outcome.PREREQUISITE),
    ],
)
def test_assignment_does_with_each_person_what_their_standing_asks(standing, outcome) -> None:
    assert outcome_of(standing, with_due=True) is outcome


def test_assignment_without_a_day_changes_nothing_for_who_is_on_it() -> None:
    on_it = Standing(PersonState.ACTIVE, EnrolmentState.ACTIVE, False, False)
    assert outcome_of(on_it, with_due=False) is Outcome.KEEP
