"""Marks of sub-regions, added up from the lines of their members."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest

from lms.core.tables.values import Audience
from lms.people.models.members import MemberKind
from lms.reports.queries.choices import Choices
from lms.reports.queries.completion import Report, Shown, marks_by_subregion
from lms.reports.rules.asked import Asked
from lms.reports.rules.measures import Line

CHOICES = Choices(
    members={"FJI": "Fiji", "PLW": "Palau", "LKA": "Sri Lanka"},
    kinds=dict.fromkeys(("FJI", "PLW", "LKA"), MemberKind.GOVERNMENT),
    subregion_by_member={"FJI": "pacific", "PLW": "pacific", "LKA": "south-asia"},
    subregions={"south-asia": "South Asia", "pacific": "Pacific", "gulf": "Gulf"},
    courses={},
    paths={},
    courses_by_path={},
    digests=(),
)
COUNTED = {
    "FJI": Line(before=Counter({40: 6}), after=Counter({90: 6})),
    "PLW": Line(before=Counter({60: 7}), after=Counter({70: 7})),
    "LKA": Line(before=Counter({50: 1}), after=Counter({80: 1})),
}


def report_for(audience: Audience) -> Report:
    at = datetime.datetime(2026, 7, 15, tzinfo=datetime.UTC)
    total = Shown("", "Total", "", {}, {}, None, None, None)
    return Report(Asked(audience=audience), at, CHOICES, (), total, COUNTED)


@pytest.mark.parametrize(
    ("audience", "of_the_one_in_south_asia"),
    [(Audience.NAMED, (50, 80)), (Audience.PUBLIC, (None, None))],
)
def test_middle_mark_of_a_sub_region_is_that_of_all_its_members_together(
    audience: Audience, of_the_one_in_south_asia: tuple[float | None, float | None]
) -> None:
    """Thirteen of the Pacific, six with 40 and seven with 60: not the middle of two middles.

    Fewer than ten are left out for whoever may not open the list behind them.
    """
    assert marks_by_subregion(report_for(audience)) == [
        ("south-asia", *of_the_one_in_south_asia),
        ("pacific", 60, 70),
    ]
