"""Moments a person writes into the address of a report."""

from __future__ import annotations

import datetime

import pytest

from lms.core.errors import BadInputError
from lms.reports.rules.periods import parse_as_of

NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "9999-12-31",
        "2026-06-30T12:00:00",
        "2026-02-30",
        "NaN",
    ],
)
def test_moment_that_no_report_can_be_of_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInputError):
        parse_as_of(text, NOW)


def test_moment_in_another_zone_is_read() -> None:
    noon = datetime.datetime(2026, 6, 30, 5, tzinfo=datetime.UTC)
    assert parse_as_of("2026-06-30T12:00:00+07:00", NOW) == noon
