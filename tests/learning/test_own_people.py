"""A focal point's people: who is on what, narrowed, paged, exported; nothing that is private."""

from __future__ import annotations

import datetime
import io

import pytest
from python_calamine import CalamineWorkbook

from lms.access.roles import Role
from lms.core import clock
from lms.core.access_log import list_accesses
from lms.core.actor import ScopeKind
from lms.core.jobs.services import enqueue
from lms.enrolments.jobs import HANDLERS
from lms.enrolments.rules.standing import Standing, standing_of
from lms.enrolments.rules.states import EnrolmentState, WithdrawalReason
from lms.enrolments.services.taking import enrol_self, withdraw
from tests.factories import (
    actor_of,
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
)
from tests.support.assigned import SYSTEM, Courses, enrolments, read, told, work


@pytest.fixture(scope="module")
def courses(tmp_path_factory) -> Courses:
    return Courses(tmp_path_factory.mktemp("content"))


@pytest.fixture
def people(session, courses, now):
    """One person for each way a course stands, by name of the standing."""
    courses.publish(session, "alpha")
    courses.publish(session, "beta")
    made = {}
    for standing in Standing:
        person = make_official(session, name=f"Person {standing.value.replace('_', ' ')}")
        row = enrol_self(session, actor_of(person), "alpha", language="en", now=now)
        made[standing] = person
        if standing is Standing.STALLED:
            row.last_activity_at = now - datetime.timedelta(days=22)
        elif standing is Standing.ACTIVE:
            row.last_activity_at = now - datetime.timedelta(days=2)
        elif standing is Standing.OVERDUE:
            row.due_on = (now - datetime.timedelta(days=3)).date()
            row.due_at, row.due_zone = now - datetime.timedelta(days=2), "UTC"
        elif standing is Standing.COMPLETED:
            read(session, row, now)
        elif standing is Standing.LEFT:
            withdraw(
                session,
                actor_of(person),
                "alpha",
                reason=WithdrawalReason.TOO_HEAVY,
                now=now,
            )
    session.commit()
    return made


def test_list_says_how_each_person_stands(session, sign_in, people) -> None:
    page = sign_in(make_focal_point(session)).get("/own")
    for words in (
        "Person overdue Officer, Bureau of Immigration Course alpha Overdue",
        "Person stalled Officer, Bureau of Immigration Course alpha Stalled for 21 days",
        "Person not begun Officer, Bureau of Immigration Course alpha Not begun",
        "Person active Officer, Bureau of Immigration Course alpha Under way",
        "Person completed Officer, Bureau of Immigration Course alpha Complete",
        "Person left Officer, Bureau of Immigration Course alpha Left",
    ):
        assert words in page.main


@pytest.mark.parametrize("standing", list(Standing))
def test_filter_by_state_finds_who_stands_so(session, sign_in, people, standing) -> None:
    page = sign_in(make_focal_point(session)).get(f"/own?course=alpha&state={standing.value}")
    assert people[standing].name in page.main
    assert "1 person" in page.main


def test_filters_that_mean_nothing_are_left_out(session, sign_in, people) -> None:
    client = sign_in(make_focal_point(session))
    assert "7 persons" in client.get("/own?state=bored&due=soon&agency=x&after=x").main
    assert "Nobody is found" in client.get("/own?course=beta").main


def test_reason_for_leaving_is_nobodys_to_see(session, sign_in, people) -> None:
    client = sign_in(make_focal_point(session))
    for path in ("/own", f"/own/{people[Standing.LEFT].id}", "/own/export.csv"):
        assert "heavy" not in client.get(path).html


def test_page_of_a_person_shows_no_score_and_no_answer(session, sign_in, people) -> None:
    page = sign_in(make_focal_point(session)).get(f"/own/{people[Standing.COMPLETED].id}")
    assert "Complete" in page.main
    assert "%" not in page.main
    assert "of 100" not in page.main


def test_other_members_people_are_neither_listed_nor_found(session, sign_in, people) -> None:
    client = sign_in(make_focal_point(session, "NRU", name="Nauru Focal"))
    assert "Person overdue" not in client.get("/own").html
    client.get(f"/own/{people[Standing.OVERDUE].id}", status=404)
    assert "Person overdue" not in client.get("/own/export.csv").html


def test_focal_point_of_an_agency_sees_that_agency_only(session, sign_in, people) -> None:
    police = make_agency(session, "PLW", "Police")
    officer = make_official(session, agency=police, name="Police Officer")
    focal_point = make_official(session, agency=police, name="Police Focal")
    give_role(session, focal_point, Role.FOCAL_POINT, ScopeKind.AGENCY, str(police.id))
    client = sign_in(focal_point)
    page = client.get("/own")
    assert officer.name in page.main
    assert "Person overdue" not in page.html
    client.get(f"/own/{people[Standing.OVERDUE].id}", status=404)


def test_course_taken_under_another_member_is_not_shown(session, sign_in, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session, "NRU", name="Mover")
    enrol_self(session, actor_of(person), "alpha", language="en", now=now)
    person.member_code, person.agency_id = "PLW", make_agency(session, "PLW").id
    page = sign_in(make_focal_point(session, "PLW")).get(f"/own/{person.id}")
    assert "On no course yet" in page.main


def test_secretariat_sees_all_members_and_may_narrow_to_one(session, sign_in, people) -> None:
    make_official(session, "FJI", name="Fiji Officer")
    client = sign_in(make_secretariat(session))
    assert "Fiji Officer" in client.get("/own").main
    page = client.get("/own?member=PLW")
    assert "Person overdue" in page.main
    assert "Fiji Officer" not in page.main


def test_list_is_paged_by_key_and_costs_the_same_for_many(
    session, sign_in, courses, now, statements
) -> None:
    courses.publish(session, "alpha")
    client = sign_in(make_focal_point(session))

    def add(count):
        for _ in range(count):
            person = make_official(session)
            enrol_self(session, actor_of(person), "alpha", language="en", now=now)
        session.commit()

    def cost(path):
        with statements() as seen:
            page = client.get(path)
        return len(seen), page

    add(2)
    few, _ = cost("/own?state=not_begun")
    add(60)
    many, page = cost("/own?state=not_begun")
    assert many == few
    page = client.get(page.links("Next")[0])
    assert len(page.soup.select("main ul.rows > li")) == 12


def test_everything_shown_or_exported_is_in_the_access_record(session, sign_in, people) -> None:
    client = sign_in(make_focal_point(session))
    person = people[Standing.OVERDUE]
    client.get("/own")
    client.get(f"/own/{person.id}")
    client.get("/own/export.csv")
    records = list_accesses(session, person_id=person.id).records
    assert [record.is_export for record in records].count(True) == 1
    assert len(records) == 3


def test_export_holds_what_the_filter_shows(session, sign_in, people) -> None:
    client = sign_in(make_focal_point(session))
    text = client.raw("GET", "/own/export.csv?state=overdue").get_data(as_text=True)
    assert "Person overdue" in text
    assert "Person active" not in text
    sheet = client.raw("GET", "/own/export.xlsx?state=completed").get_data()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows if row[0].startswith("Person")] == ["Person completed"]


def test_menu_has_my_people_for_focal_points_and_not_for_officials(session, sign_in) -> None:
    assert sign_in(make_focal_point(session)).get("/start").links("My people") == ["/own"]
    assert sign_in(make_official(session)).get("/start").links("My people") == []


def test_focal_point_is_told_each_week_how_many_have_something_overdue(
    app, session, people, tmp_path
) -> None:
    focal_point, other = make_focal_point(session), make_focal_point(session, "NRU")
    session.commit()
    ask_weekly(session)
    work(app, tmp_path)
    ask_weekly(session)
    work(app, tmp_path)
    assert told(session, focal_point) == ["tasks.overdue"]
    assert told(session, other) == []


def ask_weekly(session) -> None:
    from_job(session, "enrolments.say_what_is_overdue")


def from_job(session, kind: str) -> None:
    assert kind in HANDLERS
    enqueue(session, kind, {}, requested_by=SYSTEM, now=clock.now())
    session.commit()


def test_overdue_counts_before_stalled_and_only_under_way(now) -> None:
    past = now - datetime.timedelta(days=40)
    common = {"last_activity_at": past, "due_at": past, "now": now}
    assert standing_of(EnrolmentState.ACTIVE, **common) is Standing.OVERDUE
    assert standing_of(EnrolmentState.COMPLETED, **common) is Standing.COMPLETED
    assert standing_of(EnrolmentState.WITHDRAWN, **common) is Standing.LEFT


def test_due_within_a_week_is_found(session, sign_in, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session, name="Nearly Due")
    enrol_self(session, actor_of(person), "alpha", language="en", now=now)
    (row,) = enrolments(session)
    row.due_on, row.due_zone = (now + datetime.timedelta(days=3)).date(), "UTC"
    row.due_at = now + datetime.timedelta(days=4)
    client = sign_in(make_focal_point(session))
    assert "Nearly Due" in client.get("/own?due=7").main
    row.due_at = now + datetime.timedelta(days=20)
    assert "Nearly Due" not in client.get("/own?due=7").main
