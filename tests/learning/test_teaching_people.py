"""The trainer's list of people, one learner, and the files: paged by key, flat, disclosed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import event, text

from lms.access.reaches import VOUCHED
from lms.access.roles import Role
from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.apart import AccessRecord, AccessRecordPerson
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.queries.learners import list_learners
from lms.learning.routes.teaching import exports as export_views
from lms.learning.rules.teaching import Narrowed, Order, Pace
from tests.factories import actor_of, make_agency, make_official, make_secretariat
from tests.learning.teaching_ground import (
    KEY,
    TEACHING,
    counted,
    make_trainer,
    published,
    put_many_on,
    put_on,
    work,
)

PEOPLE = f"{TEACHING}/people"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture
def stored(session: Session, folder: Path) -> StoredEdition:
    return published(session, folder)


@pytest.fixture
def person(session: Session, stored: StoredEdition):
    return make_trainer(session)


@pytest.fixture
def trainer(person, sign_in):
    return sign_in(person, second_factor=True)


def names(page) -> list[str]:
    return [head.get_text(" ", strip=True) for head in page.soup.select("ul.rows h2")]


def walk(client, path: str) -> list[str]:
    """The names of all pages, by the link to the next."""
    found = []
    while path:
        page = client.get(path)
        found += names(page)
        following = page.soup.select_one('a[rel="next"]')
        path = following["href"] if following else ""
    return found


def test_list_names_people_with_member_kind_of_agency_and_what_is_done(
    app, session, stored, trainer
) -> None:
    learner = make_official(session, "PLW", name="Ngirmang Obakrakelau", post="Inspector")
    put_on(session, stored, learner, idle_days=1, read=True)
    counted(app, session)
    page = trainer.get(PEOPLE)
    assert names(page) == ["Ngirmang Obakrakelau"]
    assert "Palau, Immigration" in page.main
    assert "1 of 4 activities done" in page.main
    assert "next: Check" in page.main
    for hidden in ("Bureau of Immigration", "Inspector", learner.email):
        assert hidden not in page.html


def test_pages_are_walked_by_key_in_every_order_without_missing_or_repeating(
    app, session, stored, trainer
) -> None:
    put_many_on(session, stored, 112)
    put_on(session, stored, make_official(session, name="Zulu"), state=EnrolmentState.COMPLETED)
    counted(app, session)
    for order in Order:
        found = walk(trainer, f"{PEOPLE}?order={order.value}")
        assert len(found) == len(set(found)) == 113, order
    by_name = walk(trainer, f"{PEOPLE}?order=name&state=active")
    assert by_name == sorted(by_name)
    assert len(by_name) == 112
    newest = names(trainer.get(PEOPLE))
    assert newest[0] == "Zulu"


def test_filters_find_those_they_say(app, session, stored, trainer) -> None:
    people = {
        name: make_official(session, member, name=name)
        for name, member in (
            ("Beginner", "PLW"), ("Reader", "NRU"), ("Idle", "PLW"), ("Late", "PLW"),
            ("Finished", "NRU"), ("Gone", "PLW"),
        )
    }  # fmt: skip
    put_on(session, stored, people["Beginner"], idle_days=0)
    put_on(session, stored, people["Reader"], idle_days=0, read=True)
    put_on(session, stored, people["Idle"], days_ago=50, idle_days=40, read=True)
    put_on(session, stored, people["Late"], idle_days=2, due_days_ago=1)
    put_on(session, stored, people["Finished"], state=EnrolmentState.COMPLETED, idle_days=3)
    put_on(session, stored, people["Gone"], state=EnrolmentState.WITHDRAWN, idle_days=4)
    counted(app, session)

    def found(**narrowed: str) -> set[str]:
        query = "&".join(f"{name}={value}" for name, value in narrowed.items())
        return set(names(trainer.get(f"{PEOPLE}?{query}")))

    assert found() == {"Beginner", "Reader", "Idle", "Late", "Finished"}
    assert found(state="active") == {"Beginner", "Reader", "Idle", "Late"}
    assert found(state="withdrawn") == {"Gone"}
    assert found(state="completed") == {"Finished"}
    assert found(pace="stalled") == {"Idle"}
    assert found(pace="overdue") == {"Late"}
    assert found(member="NRU") == {"Reader", "Finished"}
    assert found(module="first", member="NRU") == {"Reader"}
    assert found(module="nowhere") == set()
    assert "Stalled" in trainer.get(f"{PEOPLE}?pace=stalled").main


def test_limited_listing_shows_an_official_and_no_name_member_or_agency(
    app, session, stored, trainer, sign_in
) -> None:
    hidden = make_official(session, "NRU", name="Deireragea", limits_own_listing=True)
    agency = make_agency(session, "NRU", "Quiet Bureau", limits_listing=True)
    quiet = make_official(session, "NRU", name="Eigigu", agency=agency)
    enrolment = put_on(session, stored, hidden, idle_days=0)
    put_on(session, stored, quiet, idle_days=0)
    put_on(session, stored, make_official(session, "NRU", name="Plain"), idle_days=0)
    counted(app, session)
    page = trainer.get(PEOPLE)
    assert sorted(names(page)) == ["Official", "Official", "Plain"]
    assert page.main.count("Nauru,") == 1
    one = trainer.get(f"{PEOPLE}/{enrolment.id}")
    for shown in (page, one):
        assert "Deireragea" not in shown.html
        assert "Eigigu" not in shown.html
    assert one.h1 == "Official"
    assert "Nauru" not in one.main
    assert names(trainer.get(f"{PEOPLE}?member=NRU")) == ["Plain"]
    secretariat = sign_in(make_secretariat(session), second_factor=True)
    assert "Deireragea" in names(secretariat.get(f"{PEOPLE}?member=NRU"))


def test_member_of_limited_people_is_named_where_they_are_three(
    app, session, stored, trainer
) -> None:
    for number in range(3):
        person = make_official(session, "NRU", name=f"Hidden {number}", limited_by_agency=True)
        put_on(session, stored, person, idle_days=0)
    counted(app, session)
    page = trainer.get(f"{PEOPLE}?member=NRU")
    assert names(page) == ["Official"] * 3
    assert "Hidden" not in page.html


def test_order_by_name_does_not_tell_the_names_of_limited_people(
    app, session, stored, trainer
) -> None:
    for name, limited in (("Aaa", True), ("Bbb", False), ("Zzz", False)):
        person = make_official(session, name=name, limits_own_listing=limited)
        put_on(session, stored, person, idle_days=0)
    counted(app, session)
    assert names(trainer.get(f"{PEOPLE}?order=name")) == ["Bbb", "Official", "Zzz"]


def test_list_and_page_of_a_learner_are_recorded(app, session, stored, trainer, person) -> None:
    learner = make_official(session)
    enrolment = put_on(session, stored, learner)
    counted(app, session)
    trainer.get(PEOPLE)
    trainer.get(f"{PEOPLE}/{enrolment.id}")
    seen = session.query(AccessRecord).filter_by(viewer_person_id=person.id)
    assert [row.endpoint for row in seen.order_by(AccessRecord.id)] == [
        "learning.teaching_people", "learning.teaching_person",
    ]  # fmt: skip
    assert session.query(AccessRecordPerson).filter_by(person_id=learner.id).count() == 2


def test_page_of_a_learner_shows_attempts_with_scores_and_no_answers(
    app, session, stored, trainer, sign_in
) -> None:
    enrolment = put_on(session, stored, make_official(session), idle_days=0, read=True)
    session.add(
        Attempt(
            enrolment_id=enrolment.id, person_id=enrolment.person_id,
            member_code=enrolment.member_code, activity_key="check", number=1,
            state=AttemptState.HANDED_IN, drawing={"language": "en", "questions": []},
            started_at=clock.now(), handed_in_at=clock.now(), earned="3/2", possible=2,
            percent=75, is_passed=True,
        )
    )  # fmt: skip
    session.flush()
    page = trainer.get(f"{PEOPLE}/{enrolment.id}")
    assert "1 of 4 activities done" in page.main
    assert "1.5 of 2" in page.main
    assert "The person" not in page.html
    secretariat = sign_in(make_secretariat(session), second_factor=True)
    assert "1.5 of 2" not in secretariat.get(f"{PEOPLE}/{enrolment.id}").main


def test_learner_of_another_course_or_of_nobody_is_not_found(session, stored, trainer) -> None:
    other = Enrolment(
        person_id=make_official(session).id, member_code="PLW", agency_id=None,
        course_key="another", edition_id=stored.id, source="self", state="active",
        language="en", enrolled_at=clock.now(),
    )  # fmt: skip
    session.add(other)
    session.flush()
    words = [trainer.get(f"{PEOPLE}/{number}", status=404).main for number in (other.id, 999_999)]
    assert words[0] == words[1] or len(words[0]) == len(words[1])


def test_page_behind_an_enrolment_of_another_course_is_the_first(
    app, session, stored, trainer
) -> None:
    put_on(session, stored, make_official(session, name="Only"))
    counted(app, session)
    assert names(trainer.get(f"{PEOPLE}?after=999999")) == ["Only"]


def test_page_of_people_costs_the_same_at_sixty_and_at_a_thousand_enrolled(
    app, session, stored, trainer, statements
) -> None:
    put_many_on(session, stored, 60)
    counted(app, session)
    trainer.get(PEOPLE)
    few, many = {}, {}
    asked = [
        f"{PEOPLE}?order={order}{rest}"
        for order in Order
        for rest in ("", "&state=active", "&pace=stalled", "&module=first", "&member=PLW")
    ]
    for path in asked:
        with statements() as seen:
            trainer.get(path)
        few[path] = len(seen)
    put_many_on(session, stored, 940, first=60)
    counted(app, session)
    for path in asked:
        with statements() as seen:
            trainer.get(path)
        many[path] = len(seen)
    assert many == few
    assert max(few.values()) <= 24


ORDERED = [
    (Narrowed(), Order.ACTIVITY, "ix_standing_moved_at"),
    (Narrowed(state="active"), Order.NAME, "ix_standing_sort_name"),
    (Narrowed(state="completed"), Order.ENROLMENT, "ix_standing_state"),
    (Narrowed(pace=Pace.STALLED), Order.ACTIVITY, "ix_standing_moved_at"),
    (Narrowed(module="first"), Order.ACTIVITY, "ix_standing_module_key"),
    (Narrowed(state="active", member="PLW"), Order.ACTIVITY, "ix_standing_member"),
]


@pytest.mark.parametrize(("wanted", "order", "index"), ORDERED)
def test_both_databases_read_a_page_along_an_index_and_sort_nothing(
    app, session, stored, person, statements, wanted, order, index
) -> None:
    put_many_on(session, stored, 400)
    counted(app, session)
    actor = actor_of(person, (Role.TRAINER, ScopeKind.COURSE, KEY))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    for table in ("standing", "person", "agency"):
        session.execute(text(f"ANALYZE {table}"), execution_options={VOUCHED: frozenset({table})})
    session.commit()
    captured = []

    def note(_conn, _cursor, sql, parameters, _context, _many) -> None:
        if "standing.enrolment_id" in sql and "LIMIT" in sql.upper():
            captured.append((sql, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    now = clock.now()
    list_learners(session, actor, KEY, wanted, order, after=None, as_of=now, now=now)
    event.remove(engine, "before_cursor_execute", note)
    sql, parameters = captured[-1]
    vouched = {VOUCHED: frozenset({"standing", "person"})}
    connection = session.connection().execution_options(**vouched)
    if is_sqlite:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
        words = "\n".join(str(row[-1]) for row in plan)
        assert index in words, words
        assert "SCAN standing" not in words, words
        assert len(wanted.states) > 1 or "TEMP B-TREE" not in words, words
    else:
        # So few rows would be scanned: ask what is possible, not what is cheapest here.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters).all()
        words = "\n".join(row[0] for row in plan)
        assert "using ix_standing_" in words, words
        assert "Seq Scan on standing" not in words, words
        assert len(wanted.states) > 1 or "Sort" not in words, words


def test_file_holds_the_people_of_the_filter_and_is_recorded(
    app, session, stored, trainer, person
) -> None:
    nasty = make_official(session, name='=HYPERLINK("http://x")')
    put_on(session, stored, nasty, idle_days=0, read=True)
    put_on(session, stored, make_official(session, name="Gone"), state=EnrolmentState.WITHDRAWN)
    counted(app, session)
    answer = trainer.raw("GET", f"{PEOPLE}.csv")
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    start = next(place for place, line in enumerate(lines) if line and line[0] == "Name")
    assert [line[0] for line in lines[start + 1 :]] == ["'" + nasty.name]
    assert lines[start + 1][1:6] == ["Palau", "Immigration", "Under way", "1", "4"]
    assert trainer.raw("GET", f"{PEOPLE}.xlsx").data[:2] == b"PK"
    exports = session.query(AccessRecord).filter_by(viewer_person_id=person.id, is_export=True)
    assert [row.people for row in exports] == [1, 1]


def test_long_list_is_made_by_the_worker_and_taken_by_who_asked(
    app, session, stored, trainer, person, sign_in, monkeypatch
) -> None:
    monkeypatch.setattr(export_views, "MOST_AT_ONCE", 3)
    people = [make_official(session) for _ in range(5)]
    for each in people:
        put_on(session, stored, each, idle_days=0)
    counted(app, session)
    page = trainer.get(f"{PEOPLE}.csv", follow=True)
    assert "more than 3 enrolments" in page.main
    waiting = trainer.submit(page, "Make the CSV file")
    trainer.submit(page, "Make the CSV file")
    jobs = work(app, session)
    assert [job.kind for job in jobs] == ["learning.export_learners"]
    done = trainer.get(waiting.path)
    ready = trainer.get(done.links("See the result")[0])
    assert "5 lines" in ready.main
    path = ready.links("Take the file")[0]
    with trainer.raw("GET", path) as answer:
        content = answer.data.decode("utf-8-sig")
    assert content.count("Under way") == 5
    assert "@" not in content
    record = session.query(AccessRecord).filter_by(is_export=True, people=5).one()
    assert record.viewer_person_id == person.id
    other = sign_in(make_trainer(session), second_factor=True)
    other.get(path, status=404)
