"""What people are told, how often by mail, and that nobody reads another's notices."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select

from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage
from lms.core.text import N_
from lms.notices.dispatch import dispatch
from lms.notices.jobs import _tell_what_waits
from lms.notices.queries import list_own_notices
from lms.notices.rules import Category, Frequency, NoticeKind, next_digest
from lms.notices.services import UndeclaredFactError, choose, tell
from lms.people.models import Person
from lms.people.models.persons import PersonState
from tests.factories import actor_of, make_focal_point, make_official

SYSTEM = Actor.system("test")
NOON = datetime.datetime(2026, 11, 18, 12, 0, tzinfo=datetime.UTC)
KIND = NoticeKind(
    name="test.waiting",
    category=Category.TASKS,
    sentence=N_("%(count)s people wait in room %(room)s"),
    path="/people/waiting?room=%(room)s",
    facts={"count": None, "room": None},
)


def told(session: Session, person: Person, count: int, *, now: datetime.datetime = NOON) -> None:
    tell(
        session, SYSTEM, person_id=person.id, kind=KIND, facts={"count": count, "room": 7}, now=now
    )


def mails(session: Session) -> list[OutboxMessage]:
    return list(session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars())


def test_notice_stands_on_the_page_at_once_and_is_read_by_a_button(session, sign_in) -> None:
    person = make_official(session)
    told(session, person, 3)
    client = sign_in(person)
    page = client.get("/notices")
    assert "3 people wait in room 7" in page.main
    assert "New" in page.main
    client.submit(page, "Mark all as read")
    assert "New" not in client.get("/notices").main


def test_nobody_reads_or_marks_the_notice_of_another(session, sign_in) -> None:
    person, other = make_official(session), make_official(session)
    told(session, person, 3)
    client = sign_in(other)
    assert "people wait" not in client.get("/notices").main
    notice_id = session.execute(select(OutboxMessage.id)).first()
    assert notice_id is None
    client.post("/notices/1/read", status=404)


def test_fact_that_the_kind_does_not_declare_is_refused(session) -> None:
    person = make_official(session)
    with pytest.raises(UndeclaredFactError):
        tell(session, SYSTEM, person_id=person.id, kind=KIND, facts={"name": "Ngirmang"}, now=NOON)


def test_same_once_key_tells_once(session, sign_in) -> None:
    person = make_official(session)
    for _ in range(2):
        tell(
            session,
            SYSTEM,
            person_id=person.id,
            kind=KIND,
            facts={"count": 1, "room": 7},
            now=NOON,
            once_key="waiting@2026-11-18",
        )
    page = sign_in(person).get("/notices")
    assert len(page.soup.select("main ul.rows > li")) == 1


def test_digest_waits_for_the_morning_of_the_person_and_gathers(session) -> None:
    person = make_official(session, time_zone="Pacific/Palau")
    told(session, person, 1)
    told(session, person, 2)
    assert dispatch(session, now=NOON) == 2
    assert mails(session) == []
    morning = next_digest(NOON, Frequency.DAILY, "Pacific/Palau")
    assert morning == datetime.datetime(2026, 11, 18, 22, 0, tzinfo=datetime.UTC)
    assert dispatch(session, now=morning) == 2
    (mail,) = mails(session)
    assert mail.template == "notices/mail/digest"
    assert len(mail.facts["items"]) == 2
    assert dispatch(session, now=morning + datetime.timedelta(days=1)) == 0


def test_at_once_mails_each_and_never_mails_none(session) -> None:
    eager, quiet = make_official(session), make_official(session)
    choose(session, actor_of(eager), {Category.TASKS: Frequency.AT_ONCE}, now=NOON)
    choose(session, actor_of(quiet), {Category.TASKS: Frequency.NEVER}, now=NOON)
    told(session, eager, 1)
    told(session, quiet, 1)
    dispatch(session, now=NOON)
    assert [mail.person_id for mail in mails(session)] == [eager.id]


def test_what_was_read_before_the_digest_is_not_mailed(session, sign_in) -> None:
    person = make_official(session)
    told(session, person, 1)
    client = sign_in(person)
    client.submit(client.get("/notices"), "Mark all as read")
    dispatch(session, now=NOON + datetime.timedelta(days=2))
    assert mails(session) == []


def test_mail_for_limited_listing_names_nothing(session) -> None:
    person = make_official(session, limits_own_listing=True)
    told(session, person, 1)
    dispatch(session, now=NOON + datetime.timedelta(days=2))
    (mail,) = mails(session)
    assert mail.template == "notices/mail/plain"
    assert mail.facts == {"count": 1}


def test_choices_are_kept_and_shown(session, sign_in) -> None:
    client = sign_in(make_official(session))
    page = client.get("/notices/choices")
    assert page.value("tasks") == "daily"
    client.submit(page, "Save my choices", {"tasks": "weekly"})
    assert client.get("/notices/choices").value("tasks") == "weekly"
    refused = client.post("/notices/choices", {"tasks": "hourly"}, status=400)
    assert refused.error("tasks")


@pytest.mark.parametrize(
    ("zone", "frequency", "expected"),
    [
        ("UTC", Frequency.AT_ONCE, "2026-11-18T12:00"),
        ("UTC", Frequency.DAILY, "2026-11-19T07:00"),
        ("UTC", Frequency.WEEKLY, "2026-11-23T07:00"),
        ("Asia/Kathmandu", Frequency.DAILY, "2026-11-19T01:15"),
        ("Pacific/Kiritimati", Frequency.DAILY, "2026-11-18T17:00"),
    ],
)
def test_next_digest_is_at_seven_in_the_persons_zone(zone, frequency, expected) -> None:
    moment = next_digest(NOON, frequency, zone)
    assert moment is not None
    assert moment.isoformat()[:16] == expected


def test_page_of_notices_costs_the_same_for_many_as_for_few(session, sign_in, statements) -> None:
    few, many = make_official(session), make_official(session)
    told(session, few, 1)
    for count in range(60):
        told(session, many, count)
    costs = []
    for person in (few, many):
        client = sign_in(person)
        session.commit()
        with statements() as seen:
            client.get("/notices")
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_focal_point_is_told_once_a_day_how_many_decisions_wait(session) -> None:
    focal_point = make_focal_point(session)
    make_official(session, state=PersonState.AWAITING)
    make_official(session, "FJI", state=PersonState.AWAITING)
    _tell_what_waits(session, focal_point.id, now=NOON)
    _tell_what_waits(session, focal_point.id, now=NOON)
    shown, _more = list_own_notices(session, actor_of(focal_point))
    assert [notice.facts for notice in shown] == [{"count": 2}]
