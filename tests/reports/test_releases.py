"""Ready-made tables: made once, published to members and to everybody, never taken apart."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from lms.core.errors import BadInputError, RefusedError
from lms.core.tables.values import Audience
from lms.reports.models import ReportRelease
from lms.reports.services.releases import ask_release, publish
from tests.factories import (
    focal_point_actor,
    make_focal_point,
    make_secretariat,
    secretariat_actor,
)

MADE = "/reports/releases/2026-Q1"


@pytest.fixture
def secretariat(session):
    return make_secretariat(session)


@pytest.fixture
def made(session, stage, secretariat, work, now):
    """The release of the first quarter of 2026."""
    ask_release(session, secretariat_actor(secretariat), "2026-Q1", now=now)
    work()
    return session.execute(select(ReportRelease)).scalar_one()


def test_secretariat_makes_and_publishes_and_others_see_it_only_then(
    session, stage, secretariat, work, sign_in, client
) -> None:
    office = sign_in(secretariat)
    focal_point = sign_in(make_focal_point(session, "FJI"))
    page = office.get("/reports/releases")
    page = office.submit(page, "Make the tables", {"period": "2026-Q1"})
    work()
    page = office.get(MADE)
    rows = {row[0]: row[1:] for row in page.tables()[-1]}
    assert rows["Fiji"] == ["20", "20", "20", "20"]
    assert rows["Palau"] == rows["Nauru"] == rows["Tonga"] == ["not shown"] * 4
    assert rows["Sri Lanka"] == ["6", "6", "6", "6"]
    assert rows["Total"] == ["35", "35", "35", "35"]
    assert "Some numbers are not shown" in page.main
    focal_point.get(MADE, status=404)
    client.get("/figures/2026-Q1", status=404)
    office.submit(page, "Publish for members now")
    assert focal_point.get(MADE).tables()[-1] == page.tables()[-1]
    assert "All members" in focal_point.get(MADE).main
    client.get("/figures/2026-Q1", status=404)
    office.submit(office.get(MADE), "Publish for everybody now")
    assert client.get("/figures/2026-Q1").tables()[-1] == page.tables()[-1]
    assert client.get("/figures").links("Quarter 1 of 2026") == ["/figures/2026-Q1"]


def test_tables_of_one_sub_region_and_of_courses_hide_the_same_cells(
    session, made, secretariat, sign_in
) -> None:
    """In the Pacific, Fiji is exact and the total stands; the three small ones hide each other."""
    office = sign_in(secretariat)
    pacific = office.get(f"{MADE}?subregion=Pacific").tables()[-1]
    assert ["Total", "29", "29", "29", "29"] in pacific
    assert ["Palau", *["not shown"] * 4] in pacific
    courses = office.get(f"{MADE}?by=course&subregion=Pacific").tables()[-1]
    assert ["Course a", "29", "29", "29", "29"] in courses
    files = office.raw("GET", f"{MADE}.csv?subregion=Pacific").get_data(as_text=True)
    assert "Palau,not shown,not shown,not shown,not shown" in files


def test_what_is_hidden_is_not_even_kept(made) -> None:
    kept = {(row, course) for row, course, _numbers in made.content["cells"]}
    assert ("FJI", "") in kept
    assert ("PLW", "") not in kept
    assert ("NRU", "") not in kept
    assert "3, 3" not in json.dumps(made.content["cells"])


def test_release_stays_as_it_is_whatever_happens_after(
    session, stage, made, secretariat, sign_in
) -> None:
    office = sign_in(secretariat)
    before = office.get(MADE).tables()[-1]
    stage.take_back_completion(1, "a", "03-15")
    session.commit()
    assert office.get(MADE).tables()[-1] == before


def test_periods_that_overlap_or_are_not_over_are_refused(session, made, secretariat, now) -> None:
    actor = secretariat_actor(secretariat)
    for period in ("2026-Q1", "2026-H1", "2026", "2199-Q1", "2026-02", "2026-01-01..2026-03-31"):
        with pytest.raises(BadInputError):
            ask_release(session, actor, period, now=now)
    ask_release(session, actor, "2025-Q4", now=now)


def test_page_says_why_a_period_cannot_be_released(made, secretariat, sign_in) -> None:
    page = sign_in(secretariat).post("/reports/releases", {"period": "2026-H1"}, status=400)
    assert "are published already" in page.main
    assert sign_in(secretariat).post("/reports/releases", {"period": "soon"}, status=400)


def test_only_the_secretariat_makes_and_publishes(
    session, made, reporting_officer, sign_in, now
) -> None:
    focal_point = make_focal_point(session, "FJI")
    for act in (
        lambda actor: ask_release(session, actor, "2025-Q4", now=now),
        lambda actor: publish(session, actor, "2026-Q1", Audience.PUBLIC, now=now),
    ):
        with pytest.raises(RefusedError):
            act(focal_point_actor(focal_point))
    officer = sign_in(reporting_officer)
    officer.post(f"{MADE}/publish", {"audience": "public"}, status=403)
    assert "Make the tables of a period" not in officer.get("/reports/releases").main
    assert officer.get(MADE).tables()
