"""Forty hand-made people, and every number of the report about them written out by hand.

The story is in golden.py. Numbers are persons/participations; "days" is the middle value.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from pathlib import Path

import pytest

from lms.core.tables.values import Audience
from lms.reports.queries.completion import Report, Shown, read_report
from lms.reports.queries.counting import own_of
from lms.reports.queries.names import list_named
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import By, Measure
from lms.reports.rules.periods import parse, parse_as_of
from tests.factories import focal_point_actor, make_focal_point, make_secretariat, secretariat_actor
from tests.reports.golden import at, play

NOW = at("07-15")
SECRET = b"golden"

MARCH = """
            enrolled  active  stalled  overdue  completed  certified  days
Australia   6/6       1/1     1/1      0/0      4/4        4/4        20
Fiji        5/5       0/0     0/0      0/0      6/6        6/6        30
Nauru       2/2       0/0     0/0      0/0      1/1        1/1        20
Palau       13/13     4/4     4/4      1/1      7/7        7/7        20
Sri Lanka   2/2       0/0     0/0      0/0      2/2        2/2        20
Total       28/28     5/5     5/5      1/1      20/20      20/20      20
"""

JUNE = """
            enrolled  active  stalled  overdue  completed  certified  days
Australia   6/6       1/1     1/1      0/0      4/4        4/4        20
Fiji        9/9       3/3     3/3      1/1      7/7        7/7        30
Nauru       2/2       0/0     0/0      0/0      1/1        1/1        20
Palau       13/13     2/2     2/2      1/1      10/10      10/10      20
Sri Lanka   11/13     4/4     4/4      0/0      7/9        6/8        20
Total       40/43     10/10   10/10    2/2      28/31      27/30      20
"""

SECOND_QUARTER = """
            enrolled  active  stalled  overdue  completed  certified  days
Australia   0/0       1/1     1/1      0/0      0/0        0/0        -
Fiji        4/4       3/3     3/3      1/1      1/1        1/1        30
Palau       0/0       2/2     2/2      1/1      3/3        3/3        60
Sri Lanka   9/11      4/4     4/4      0/0      6/8        6/8        20
Total       13/15     10/10   10/10    2/2      10/12      10/12      20
"""

BY_COURSE = """
            enrolled  active  stalled  overdue  completed  certified  days
Course a    30/30     4/4     4/4      1/1      25/25      24/24      20
Course b    13/13     6/6     6/6      1/1      6/6        6/6        14.5
Total       40/43     10/10   10/10    2/2      28/31      27/30      20
"""

BY_SUBREGION = """
            enrolled  active  stalled  overdue  completed  certified  days
Pacific     30/30     6/6     6/6      2/2      22/22      22/22      20
South Asia  11/13     4/4     4/4      0/0      7/9        6/8        20
Total       40/43     10/10   10/10    2/2      28/31      27/30      20
"""

PALAU_BY_AGENCY = """
                               enrolled  active  stalled  overdue  completed  certified  days
Bureau of Immigration (Palau)  10/10     2/2     2/2      1/1      8/8        8/8        20
Police (Palau)                 3/3       0/0     0/0      0/0      2/2        2/2        34.5
Total                          13/13     2/2     2/2      1/1      10/10      10/10      20
"""

FIJI_BY_AGENCY = """
                              enrolled  active  stalled  overdue  completed  certified  days
Bureau of Immigration (Fiji)  9/9       3/3     3/3      1/1      7/7        7/7        30
Total                         9/9       3/3     3/3      1/1      7/7        7/7        30
"""

BY_MONTH = """
            enrolled  completed  certified  days
2026-01     13/13     6/6        6/6        20
2026-02     6/6       6/6        6/6        30
2026-03     9/9       7/7        6/6        20
2026-04     5/7       8/8        8/8        20
2026-05     4/4       2/2        2/2        10
2026-06     4/4       2/2        2/2        20
Total       40/43     28/31      27/30      20
"""


@pytest.fixture
def actor(session, tmp_path: Path):
    play(session, tmp_path)
    return secretariat_actor(make_secretariat(session))


def _read(session, actor, asked: Asked, now: datetime.datetime = NOW) -> Report:
    return read_report(session, actor, asked, now=now, language="en", secret=SECRET)


def _written(report: Report, names: list[str]) -> list[list[str]]:
    """The rows with somebody in them, as the tables above write them."""
    rows = [row for row in report.rows if any(row.participations.values())]
    return [[row.label, *_cells(row, names)] for row in [*rows, report.total]]


def _cells(row: Shown, names: list[str]) -> list[str]:
    cells = [
        f"{row.persons[Measure(name)]}/{row.participations[Measure(name)]}" for name in names[:-1]
    ]
    return [*cells, "-" if row.days is None else f"{row.days:g}"]


def _expected(table: str) -> tuple[list[str], list[list[str]]]:
    head, *lines = table.strip("\n").splitlines()
    names = head.split()
    rows = []
    for line in lines:
        cells = line.split()
        label = " ".join(cells[: len(cells) - len(names)])
        rows.append([label, *cells[len(cells) - len(names) :]])
    return names, rows


def _check(report: Report, table: str) -> None:
    names, rows = _expected(table)
    assert _written(report, names) == rows


def _end_of(day: str) -> datetime.datetime:
    moment = parse_as_of(f"2026-{day}", NOW)
    assert moment is not None
    return moment


def test_every_number_of_the_report(session, actor) -> None:
    """A completion taken back and a certificate revoked are gone; a transfer counts under the
    member of the day; who left and came back is enrolled once."""
    march, june = _end_of("03-31"), _end_of("06-30")
    _check(_read(session, actor, Asked(as_of=march)), MARCH)
    report = _read(session, actor, Asked(as_of=june))
    _check(report, JUNE)
    second = Asked(period=parse("2026-Q2"), as_of=june)
    _check(_read(session, actor, second), SECOND_QUARTER)
    _check(_read(session, actor, Asked(by=By.COURSE, as_of=june)), BY_COURSE)
    _check(_read(session, actor, Asked(by=By.SUBREGION, as_of=june)), BY_SUBREGION)
    months = Asked(by=By.PERIOD, period=parse("2026-H1"), as_of=june)
    _check(_read(session, actor, months), BY_MONTH)
    # One person completed under Nauru and later under Sri Lanka: once in the total.
    rows = sum(row.persons[Measure.COMPLETED] or 0 for row in report.rows)
    assert (rows, report.total.persons[Measure.COMPLETED]) == (29, 28)


def test_rows_and_facts_give_the_same_numbers_for_the_present(session, actor) -> None:
    for by in (By.MEMBER, By.SUBREGION, By.AGENCY, By.COURSE):
        present = _read(session, actor, Asked(by=by))
        rebuilt = _read(session, actor, Asked(by=by, as_of=NOW))
        assert present.rows == rebuilt.rows
        assert present.total == rebuilt.total


def test_focal_point_sees_the_same_numbers_of_the_own_member(session, actor) -> None:
    """Fiji has the person who began under Nauru and completed under Fiji, as everybody's report."""
    for member, table in (("PLW", PALAU_BY_AGENCY), ("FJI", FIJI_BY_AGENCY)):
        focal_point = focal_point_actor(make_focal_point(session, member))
        asked = Asked(by=By.AGENCY, as_of=_end_of("06-30"))
        own = _read(session, focal_point, asked.limited(own_of(focal_point)))
        _check(own, table)
        everybodys = _read(session, actor, dataclasses.replace(asked, member=member))
        assert (own.rows, own.total) == (everybodys.rows, everybodys.total)


def test_the_list_behind_a_number_is_as_long_as_the_number(session, actor) -> None:
    for moment in (_end_of("03-31"), None):
        asked = Asked(as_of=moment)
        report = _read(session, actor, asked)
        for measure, row in itertools.product(Measure, report.rows):
            if not row.participations[Measure.ENROLLED]:
                continue
            narrowed = dataclasses.replace(asked, member=row.key)
            named, _after = list_named(session, actor, narrowed, measure, None, now=NOW)
            assert len(named) == row.participations[measure]
            assert len({each.person.person_id for each in named}) == row.persons[measure]


def test_others_see_multiples_of_five_and_the_same_people_alike(session, actor) -> None:
    exact = _read(session, actor, Asked(as_of=_end_of("06-30")))
    asked = Asked(as_of=_end_of("06-30"), audience=Audience.PUBLIC)
    shown, again = _read(session, actor, asked), _read(session, actor, asked)
    assert shown.rows == again.rows
    for row, true in zip(shown.rows, exact.rows, strict=True):
        for measure in Measure:
            number, real = row.persons[measure] or 0, true.persons[measure] or 0
            assert number % 5 == 0
            assert abs(number - real) < 5
            assert real or not number
        assert row.days is None or (true.participations[Measure.COMPLETED] or 0) >= 10
    # The same people counted through another narrowing are rounded the same way.
    whole = _read(session, actor, Asked(course="b", audience=Audience.PUBLIC))
    rows = _read(session, actor, Asked(by=By.COURSE, audience=Audience.PUBLIC)).rows
    (same,) = [row for row in rows if row.key == "b"] or [None]
    assert same is not None
    assert same.persons == whole.total.persons
    assert same.participations == whole.total.participations
