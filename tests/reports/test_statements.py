"""Statements of the report that are built once and run for many."""

from __future__ import annotations

import datetime

import pytest

from lms.core.errors import RefusedError
from lms.core.tables.values import Audience
from lms.reports.queries.completion import read_report
from lms.reports.queries.counting import own_of
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import By, Measure
from tests.factories import focal_point_actor, make_focal_point, make_secretariat, secretariat_actor
from tests.reports.golden import Stage, at


def _completed(session, actor, asked: Asked, now: datetime.datetime) -> dict[str, int | None]:
    """Persons who completed, by the name of the row, without those rows where nobody did."""
    report = read_report(session, actor, asked, now=now, language="en", secret=b"kept")
    found = {row.label: row.persons[Measure.COMPLETED] for row in [*report.rows, report.total]}
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("by", [By.MEMBER, By.SUBREGION, By.COURSE, By.AGENCY])
def test_a_statement_built_once_counts_as_of_each_moment(session, stage: Stage, by: By) -> None:
    actor = secretariat_actor(make_secretariat(session))
    after, before = at("03-01"), at("02-01")

    assert _completed(session, actor, Asked(by=by), after)["Total"] == 35
    assert _completed(session, actor, Asked(by=by), before) == {}
    assert _completed(session, actor, Asked(by=by), after)["Total"] == 35


def test_stalled_follows_the_moment_of_each_run(session, stage: Stage) -> None:
    actor = secretariat_actor(make_secretariat(session))
    stage.come(range(40, 42), "FJI")
    stage.begin(range(40, 42), "a", "03-01")

    for day, stalled in (("03-22", 0), ("03-23", 2), ("03-21", 0)):
        asked, now = Asked(), at(day)
        report = read_report(session, actor, asked, now=now, language="en", secret=b"kept")
        assert report.total.persons[Measure.ACTIVE] == 2
        assert report.total.persons[Measure.STALLED] == stalled


def test_a_statement_kept_for_one_opens_nothing_to_another(session, stage: Stage) -> None:
    now = at("03-01")
    everywhere = secretariat_actor(make_secretariat(session))
    palau = focal_point_actor(make_focal_point(session, "PLW"))
    fiji = focal_point_actor(make_focal_point(session, "FJI"))
    _completed(session, everywhere, Asked(), now)

    assert _completed(session, palau, Asked().limited(own_of(palau)), now) == {
        "Palau": 3,
        "Total": 3,
    }
    assert _completed(session, fiji, Asked().limited(own_of(fiji)), now) == {
        "Fiji": 20,
        "Total": 20,
    }
    for asked in (Asked(), Asked().limited(own_of(palau))):
        with pytest.raises(RefusedError):
            _completed(session, fiji, asked, now)


def test_what_is_rounded_and_what_is_exact_are_counted_apart(session, stage: Stage) -> None:
    actor = secretariat_actor(make_secretariat(session))
    now = at("03-01")
    exact = _completed(session, actor, Asked(), now)
    rounded = _completed(session, actor, Asked(audience=Audience.MEMBERS), now)

    assert exact["Sri Lanka"] == 6
    assert all((count or 0) % 5 == 0 for count in rounded.values())
    assert _completed(session, actor, Asked(), now) == exact
