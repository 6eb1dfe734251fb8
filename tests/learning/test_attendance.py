"""Attendance at the meetings of a course, recorded by its trainers, on both databases."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pytest

from lms.core import clock
from lms.core.access_log import list_accesses
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.notices.models import Notice
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.learning.taught import KEY, make_trainer, publish_course, rows, write_taught_course

HERE = f"/teaching/{KEY}/sessions/day"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    return write_taught_course(tmp_path_factory.mktemp("content"))


@pytest.fixture
def edition(session, sources) -> Edition:
    return publish_course(session, sources)


@pytest.fixture
def trainer(session, edition, sign_in):
    return sign_in(make_trainer(session))


@pytest.fixture
def join(session, edition, sign_in):
    """A person on the course, with a client: `join(name=…)`."""

    def joined(**values):
        client = sign_in(make_official(session, **values))
        client.post(f"/learning/{KEY}/begin")
        return client, rows(session, Enrolment)[-1]

    return joined


def yesterday() -> str:
    return (clock.now().date() - datetime.timedelta(days=1)).isoformat()


def record(client, *enrolments: Enrolment, day: str | None = None, status: int = 200):
    people = [str(enrolment.id) for enrolment in enrolments]
    fields = {"people": people, "day": day or yesterday()}
    return client.submit(client.get(HERE), "Record who was there", fields, status=status)


def facts(session) -> list[Evidence]:
    return [row for row in rows(session, Evidence) if row.kind is EvidenceKind.ATTENDED]


def test_trainer_ticks_who_was_there_and_the_activity_is_done(session, join, trainer) -> None:
    sela, first = join(name="Sela Vuki")
    ana, _second = join(name="Ana Lewa")
    assert "Your number on this course" in sela.get(f"/learning/{KEY}/day").main
    (address,) = trainer.get(f"/teaching/{KEY}/sessions").links("Workshop day")
    assert address == HERE
    page = record(trainer, first)
    assert "Attendance of 1 person is recorded." in page.text
    (fact,) = facts(session)
    assert fact.enrolment_id == first.id
    assert fact.facts == {"day": yesterday()}
    assert "It is recorded that you were there on" in sela.get(f"/learning/{KEY}/day").main
    assert "It is recorded that you were at “Workshop day”." in sela.get("/notices").main
    assert "Workshop day" not in sela.get(f"/learning/{KEY}").main.split("not complete?")[1]
    assert "Your number on this course" in ana.get(f"/learning/{KEY}/day").main


def test_recording_again_changes_nothing(session, join, trainer) -> None:
    _, enrolment = join()
    page = trainer.get(HERE)
    for day in (yesterday(), clock.now().date().isoformat()):
        fields = {"people": [str(enrolment.id)], "day": day}
        trainer.submit(page, "Record who was there", fields)
    (fact,) = facts(session)
    assert fact.facts["day"] == yesterday()
    told = [notice for notice in rows(session, Notice) if notice.kind == "attendance.recorded"]
    assert len(told) == 1


def test_two_trainers_with_one_list_record_each_person_once(session, join, sign_in) -> None:
    ids = [str(join()[1].id) for _ in range(4)]
    tabs = [sign_in(make_trainer(session)) for _ in range(4)]
    tokens = [tab.csrf_token() for tab in tabs]
    session.commit()
    answers: list[int] = []

    def press(tab, token, people) -> None:
        data = {"csrf_token": token, "people": people, "day": yesterday()}
        answers.append(tab.http.post(HERE, data=data).status_code)

    lists = [ids, ids[::-1], ids[:2], ids[2:]]
    threads = [
        threading.Thread(target=press, args=each) for each in zip(tabs, tokens, lists, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert answers == [303] * 4
    assert sorted(str(fact.enrolment_id) for fact in facts(session)) == sorted(ids)


def test_day_that_lies_ahead_is_refused_and_the_ticks_stay(session, join, trainer) -> None:
    _, enrolment = join()
    ahead = (clock.now().date() + datetime.timedelta(days=2)).isoformat()
    page = record(trainer, enrolment, day=ahead, status=400)
    assert page.error("day") == "This day lies ahead. Record it when it is over."
    assert page.soup.find("input", attrs={"name": "people"}).has_attr("checked")
    assert record(trainer, day=yesterday(), status=400).main.count("Tick who was there.") == 2
    assert facts(session) == []


def test_today_is_the_day_where_the_trainer_is(session, join, sign_in) -> None:
    _, enrolment = join()
    person = make_trainer(session)
    person.time_zone = "Pacific/Kiritimati"
    local = clock.now() + datetime.timedelta(hours=14)
    page = record(sign_in(person), enrolment, day=local.date().isoformat())
    assert "Attendance of 1 person is recorded." in page.text
    (fact,) = facts(session)
    assert fact.happened_at <= clock.now()
    assert fact.facts["day"] == local.date().isoformat()


def test_was_not_there_is_a_correction_and_can_be_recorded_anew(session, join, trainer) -> None:
    sela, enrolment = join()
    record(trainer, enrolment)
    page = trainer.get(HERE)
    (button,) = [words for words in buttons(page) if words.startswith("Take it back")]
    page = trainer.submit(page, button)
    assert "It is taken back." in page.text
    assert "Your number on this course" in sela.get(f"/learning/{KEY}/day").main
    first, correction = facts(session)
    assert correction.corrects_id == first.id
    page = record(trainer, enrolment, day=clock.now().date().isoformat())
    assert "Attendance of 1 person is recorded." in page.text
    assert len(facts(session)) == 3
    assert "It is recorded that you were there" in sela.get(f"/learning/{KEY}/day").main


def buttons(page) -> list[str]:
    return [" ".join(button.get_text(" ").split()) for button in page.soup.find_all("button")]


def test_only_attendance_can_be_taken_back_here(session, join, trainer) -> None:
    sela, _ = join()
    sela.submit(sela.get(f"/learning/{KEY}/asking"), "Done, next lesson")
    (read,) = rows(session, Evidence)
    trainer.post(f"{HERE}/{read.id}/take-back", status=404)
    assert len(rows(session, Evidence)) == 1


def test_search_finds_by_name_and_number_and_never_who_is_listed_as_official(
    session, join, trainer
) -> None:
    join(name="Sela Vuki")
    _, hidden = join(name="Ana Lewa", limits_own_listing=True)
    page = trainer.get(f"{HERE}?words=vuki")
    assert "Sela Vuki" in page.main
    assert "Official" not in page.main.split("Who was there")[1]
    assert "Nobody is found" in trainer.get(f"{HERE}?words=lewa").main
    page = trainer.get(f"{HERE}?words={hidden.id}")
    assert f"number {hidden.id}" in page.main
    assert "Ana Lewa" not in trainer.get(HERE).html


def test_trainer_of_another_course_finds_and_records_nothing(session, join, sign_in) -> None:
    _, enrolment = join()
    record(sign_in(make_trainer(session)), enrolment)
    (fact,) = facts(session)
    other = sign_in(make_trainer(session, "other-course"))
    for path in (f"/teaching/{KEY}/sessions", HERE):
        other.get(path, status=404)
    data = {"people": [str(enrolment.id)], "day": yesterday()}
    other.post(HERE, data, status=404)
    for course in (KEY, "other-course"):
        other.post(f"/teaching/{course}/sessions/day/{fact.id}/take-back", status=404)
    page = other.post("/teaching/other-course/sessions/day", data)
    assert "Attendance of 0 persons is recorded." in page.text
    assert len(facts(session)) == 1


def test_learner_and_focal_point_record_nothing(session, join, sign_in) -> None:
    sela, enrolment = join()
    for client in (sela, sign_in(make_focal_point(session))):
        client.get(HERE, status=403)
        client.post(HERE, {"people": [str(enrolment.id)], "day": yesterday()}, status=403)


def test_secretariat_records_in_every_course(session, join, sign_in) -> None:
    _, enrolment = join()
    record(sign_in(make_secretariat(session)), enrolment)
    assert len(facts(session)) == 1


def test_who_has_left_the_course_is_not_recorded(session, join, trainer) -> None:
    sela, enrolment = join(name="Sela Vuki")
    page = trainer.get(HERE)
    sela.post(f"/learning/{KEY}/leave", {"reason": "no_time"})
    fields = {"people": [str(enrolment.id)], "day": yesterday()}
    page = trainer.submit(page, "Record who was there", fields)
    assert "Attendance of 0 persons is recorded." in page.text
    assert "Sela Vuki" not in page.main
    assert facts(session) == []


def test_meeting_that_is_none_is_not_found(join, trainer) -> None:
    trainer.get(f"/teaching/{KEY}/sessions/asking", status=404)
    trainer.get(f"/teaching/{KEY}/sessions/nothing", status=404)


def test_names_on_the_list_are_kept_in_the_record_of_access(session, join, trainer) -> None:
    _, enrolment = join()
    trainer.get(HERE)
    records = list_accesses(session, person_id=enrolment.person_id).records
    assert [record.endpoint for record in records] == ["learning.session_attendance"]


def test_list_goes_on_by_key_with_the_same_number_of_statements(
    session, join, trainer, statements
) -> None:
    _, first = join()
    with statements() as of_one:
        trainer.get(HERE)
    for _ in range(54):
        person = make_official(session)
        same = {"person_id": person.id, "member_code": person.member_code}
        values = {
            column.name: getattr(first, column.key)
            for column in Enrolment.__table__.columns
            if column.name not in {"id", *same}
        }
        session.add(Enrolment(**values, **same))
        session.flush()
    with statements() as of_many:
        page = trainer.get(HERE)
    assert len(page.soup.select("input[name=people]")) == 50
    following = trainer.get(page.links("Next")[0])
    assert len(following.soup.select("input[name=people]")) == 5
    assert len(of_one) == len(of_many)
