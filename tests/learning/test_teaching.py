"""The trainer's courses and the page of one: who stands where, flat in the number enrolled."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.database import Session
from lms.core.jobs.models import Job
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.models import Standing
from lms.learning.rules.teaching import Counts, Narrowed, Pace, carries_on_at
from lms.learning.services.standings import ask_refresh
from lms.progress.rules import EvidenceKind, Known
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.learning.teaching_ground import (
    KEY,
    SYSTEM,
    TEACHING,
    ask,
    counted,
    make_trainer,
    published,
    put_many_on,
    put_on,
    work,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture
def stored(session: Session, folder: Path) -> StoredEdition:
    return published(session, folder)


@pytest.fixture
def trainer(session, stored, sign_in):
    return sign_in(make_trainer(session), second_factor=True)


def figures(page) -> dict[str, str]:
    """The large numbers of a page by what they count."""
    return {
        row.find("dt").get_text(" ", strip=True): row.find("dd")
        .get_text(" ", strip=True)
        .split()[0]
        for row in page.soup.select("dl.stats > div")
    }


def standings(session: Session) -> dict[int, Standing]:
    found = session.execute(scoped(Standing, SYSTEM, Reach.ALL_MEMBERS)).scalars()
    return {row.enrolment_id: row for row in found}


def test_trainer_sees_how_many_stand_where(app, session, stored, trainer) -> None:
    put_on(session, stored, make_official(session), idle_days=1)
    put_on(session, stored, make_official(session), idle_days=1, read=True)
    put_on(session, stored, make_official(session), days_ago=40, idle_days=30)
    put_on(session, stored, make_official(session), days_ago=30)
    put_on(session, stored, make_official(session), idle_days=1, due_days_ago=2)
    put_on(session, stored, make_official(session), state=EnrolmentState.COMPLETED, idle_days=0)
    put_on(session, stored, make_official(session), state=EnrolmentState.WITHDRAWN)
    counted(app, session)
    page = trainer.get(TEACHING)
    assert figures(page) == {
        "On the course": "6",
        "Under way": "5",
        "Stalled: nothing done for 21 days": "2",
        "Overdue": "1",
        "Completed in the last 30 days": "1",
        "Complete": "1",
        "Withdrawn": "1",
    }
    assert "Asking: 4" in page.main
    assert "Check: 1" in page.main
    assert "Counted as of" in page.main
    listed = trainer.get("/teaching")
    assert "5 under way, 1 complete" in listed.main
    assert "2 stalled" in listed.main


def test_trainer_of_another_course_finds_nothing_here(app, session, stored, sign_in) -> None:
    enrolment = put_on(session, stored, make_official(session))
    counted(app, session)
    other = sign_in(make_trainer(session, "another-course"), second_factor=True)
    assert "A small course" not in other.get("/teaching").main
    for path in (
        "", "/people", f"/people/{enrolment.id}", "/messages", "/messages/new",
        "/questions/statistics", "/people.csv", "/exports",
    ):  # fmt: skip
        other.get(TEACHING + path, status=404)
    for path in ("/refresh", "/messages/new", "/exports/csv"):
        other.post(TEACHING + path, {"text": "x", "once_key": "x"}, status=404)


def test_pages_of_teaching_are_refused_to_those_who_teach_nothing(session, stored, sign_in) -> None:
    for person in (make_official(session), make_focal_point(session)):
        client = sign_in(person, second_factor=True)
        client.get("/teaching", status=403)
        client.get(TEACHING, status=403)
        assert "Teaching" not in client.get("/start").html


def test_secretariat_opens_every_course(app, session, stored, sign_in) -> None:
    counted(app, session)
    client = sign_in(make_secretariat(session), second_factor=True)
    assert "A small course" in client.get("/teaching").main
    assert "Nobody is under way" in client.get(TEACHING).main


def test_quizzes_of_one_title_are_told_apart_by_their_module(stored, trainer) -> None:
    for path in ("", "/questions/statistics"):
        page = trainer.get(TEACHING + path)
        notes = [note.get_text() for note in page.soup.select("th > p.soft, h2 + p.soft")]
        assert "First module" in notes, path


def test_course_that_was_never_counted_says_so(trainer) -> None:
    assert "Not counted yet" in trainer.get(TEACHING).main
    assert "Not counted yet" in trainer.get("/teaching").main


def test_button_counts_anew_once_however_often_it_is_pressed(app, session, stored, trainer) -> None:
    put_on(session, stored, make_official(session))
    page = trainer.get(TEACHING)
    trainer.submit(page, "Count anew")
    trainer.submit(page, "Count anew")
    assert session.query(Job).filter_by(kind="learning.refresh_course").count() == 1
    work(app, session)
    assert figures(trainer.get(TEACHING))["On the course"] == "1"


def test_schedule_refreshes_courses_that_changed_and_leaves_the_rest(app, session, stored) -> None:
    ask(session, "learning.refresh_courses")
    kinds = [job.kind for job in work(app, session)]
    assert kinds == ["learning.refresh_courses", "learning.refresh_course"]
    ask(session, "learning.refresh_courses")
    assert [job.kind for job in work(app, session)] == ["learning.refresh_courses"]
    put_on(session, stored, make_official(session), idle_days=0)
    ask(session, "learning.refresh_courses")
    assert "learning.refresh_course" in [job.kind for job in work(app, session)]
    assert len(standings(session)) == 1


def test_refresh_of_what_changed_gives_the_same_as_a_refresh_of_all(app, session, stored) -> None:
    put_on(session, stored, make_official(session), idle_days=30)
    moved = put_on(session, stored, make_official(session), idle_days=30)
    counted(app, session)
    put_on(session, stored, make_official(session), idle_days=0, read=True)
    moved.last_activity_at = clock.now()
    moved.state = EnrolmentState.COMPLETED
    moved.completed_at = clock.now()
    counted(app, session, whole=False)
    by_change = {key: row.state for key, row in standings(session).items()}
    places = {key: (row.module_key, row.activity_key) for key, row in standings(session).items()}
    counted(app, session)
    assert {key: row.state for key, row in standings(session).items()} == by_change
    assert {
        key: (row.module_key, row.activity_key) for key, row in standings(session).items()
    } == places
    assert len(by_change) == 3
    assert by_change[moved.id] is EnrolmentState.COMPLETED
    assert places[moved.id] == ("", "")


def test_refresh_of_many_goes_in_chunks_and_counts_each_once(app, session, stored, trainer) -> None:
    put_many_on(session, stored, 450)
    counted(app, session)
    counted(app, session)
    assert figures(trainer.get(TEACHING))["On the course"] == "450"


def test_page_of_a_course_costs_the_same_at_ten_and_at_a_thousand_enrolled(
    app, session, stored, trainer, statements
) -> None:
    put_many_on(session, stored, 10)
    counted(app, session)
    trainer.get(TEACHING)
    with statements() as few:
        small = trainer.get(TEACHING)
    put_many_on(session, stored, 990, first=10)
    counted(app, session)
    with statements() as many:
        large = trainer.get(TEACHING)
    assert len(many) == len(few)
    assert abs(len(large.html) - len(small.html)) < 200


def test_learner_carries_on_at_the_first_activity_that_is_not_done(session, stored) -> None:
    edition = get_edition(session, stored.digest)
    assert carries_on_at(edition, []) == ("first", "asking")
    read = Known(EvidenceKind.READ, "asking-lighter")
    assert carries_on_at(edition, [read]) == ("first", "check")


def test_filter_survives_its_way_through_an_address() -> None:
    wanted = Narrowed(state="active", module="first", member="PLW", pace=Pace.STALLED)
    assert Narrowed.of(wanted.as_json) == wanted
    assert Narrowed.of({"state": "nonsense", "pace": "x"}) == Narrowed()
    assert Narrowed(state="withdrawn").to_be_told.states == Narrowed().states


def test_counts_of_editions_add_up() -> None:
    one = Counts(active=2, stalled=1, at={"a": 1, "b": 1})
    other = Counts(active=1, completed=4, at={"a": 1})
    assert one + other == Counts(active=3, completed=4, stalled=1, at={"a": 2, "b": 1})
    assert Counts.from_json((one + other).as_json()) == one + other


def test_asking_twice_gives_the_refresh_that_waits(session, stored) -> None:
    now = clock.now()
    first = ask_refresh(session, SYSTEM, KEY, now=now)
    second = ask_refresh(session, SYSTEM, KEY, now=now + datetime.timedelta(seconds=1))
    assert first.id == second.id
