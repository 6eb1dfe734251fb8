"""The pages of reports, as each role sees them."""

from __future__ import annotations

import pytest

from tests.factories import make_secretariat


@pytest.fixture
def secretariat(session, sign_in):
    return sign_in(make_secretariat(session))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?by=subregion&period=2026",
        "?by=agency&member=PLW",
        "?by=course&period=2026-Q3",
        "?by=path",
        "?by=period&period=2026-H1",
        "?by=member&as_of=2026-01-31&audience=public",
        "?period=own&first=2026-01-05&last=2026-03-01",
    ],
)
def test_every_report_says_period_moment_and_audience(secretariat, address: str) -> None:
    page = secretariat.get(f"/reports/completion{address}")
    assert "days of Bangkok" in page.main
    assert "As of" in page.main
    assert "Made for:" in page.main
    assert "What is counted" in page.main
