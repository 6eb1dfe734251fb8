"""A trainer writes to some of a course: who is told, once, and what they read."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.database import Session
from lms.core.outbox.models import OutboxMessage
from lms.courses.models import StoredEdition
from lms.enrolments.rules.states import EnrolmentState
from lms.learning.models import TeachingMessage
from lms.learning.rules.teaching import LONGEST_MESSAGE
from lms.notices.dispatch import dispatch
from lms.notices.models import Notice
from lms.people.models import RoleHeld
from lms.people.rules.listing import OFFICIAL
from tests.factories import make_official
from tests.learning.teaching_ground import (
    KEY,
    SYSTEM,
    TEACHING,
    counted,
    make_trainer,
    published,
    put_many_on,
    put_on,
    work,
)

NEW = f"{TEACHING}/messages/new"
TEXT = "Module 1 closes on Friday.\n\nAsk on its questions page."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture
def stored(session: Session, folder: Path) -> StoredEdition:
    return published(session, folder)


@pytest.fixture
def person(session: Session, stored: StoredEdition):
    return make_trainer(session, name="Sione Latu", email="sione@trainers.example")


@pytest.fixture
def trainer(person, sign_in):
    return sign_in(person, second_factor=True)


def messages(session: Session) -> list[TeachingMessage]:
    statement = scoped(TeachingMessage, SYSTEM, Reach.ALL_MEMBERS).order_by(TeachingMessage.id)
    return list(session.execute(statement).scalars())


def notices(session: Session) -> list[Notice]:
    statement = scoped(Notice, SYSTEM, Reach.ALL_MEMBERS).where(
        Notice.kind.like("learning.message%")
    )
    return list(session.execute(statement.order_by(Notice.person_id)).scalars())


def test_message_reaches_those_whom_the_filter_finds_and_nobody_else(
    app, session, stored, trainer, sign_in
) -> None:
    stalled = [make_official(session) for _ in range(3)]
    for each in stalled:
        put_on(session, stored, each, days_ago=50, idle_days=30)
    busy = make_official(session)
    put_on(session, stored, busy, idle_days=0)
    counted(app, session)
    page = trainer.get(f"{NEW}?pace=stalled")
    assert "3 enrolments" in page.main
    assert "@" not in page.main
    after = trainer.submit(page, "Send to 3 enrolments", {"text": TEXT})
    assert "0 of 3 told so far" in after.main
    work(app, session)
    assert [notice.person_id for notice in notices(session)] == [each.id for each in stalled]
    assert "3 persons were told" in trainer.get(f"{TEACHING}/messages").main
    reader = sign_in(stalled[0])
    path = notices(session)[0].path
    read = reader.get(path)
    assert read.h1 == "A message from Sione Latu"
    assert "Module 1 closes on Friday." in read.main
    assert "sione@trainers.example" not in read.html
    sign_in(busy).get(path, status=404)
    sign_in(make_official(session)).get(path, status=404)


def test_text_is_shown_as_text_and_never_as_markup(app, session, stored, trainer, sign_in) -> None:
    learner = make_official(session)
    put_on(session, stored, learner, idle_days=0)
    counted(app, session)
    page = trainer.get(NEW)
    trainer.submit(page, "Send to 1 enrolment", {"text": "<script>alert(1)</script> **bold**"})
    work(app, session)
    read = sign_in(learner).get(notices(session)[0].path)
    assert "<script>alert" not in read.html
    assert "<script>alert(1)</script> **bold**" in read.main


def test_pressing_twice_sends_once(app, session, stored, trainer) -> None:
    put_on(session, stored, make_official(session), idle_days=0)
    counted(app, session)
    page = trainer.get(NEW)
    trainer.submit(page, "Send to 1 enrolment", {"text": TEXT})
    again = trainer.submit(page, "Send to 1 enrolment", {"text": TEXT})
    assert again.path.endswith("/messages")
    work(app, session)
    assert len(messages(session)) == 1
    assert len(notices(session)) == 1


def test_second_message_within_the_hour_waits_and_keeps_what_was_typed(
    app, session, stored, trainer
) -> None:
    put_on(session, stored, make_official(session), idle_days=0)
    counted(app, session)
    trainer.submit(trainer.get(NEW), "Send to 1 enrolment", {"text": TEXT})
    refused = trainer.submit(
        trainer.get(NEW), "Send to 1 enrolment", {"text": "One more thing."}, status=409
    )
    assert "You can write again in 60 minutes." in refused.main
    assert refused.value("text").strip() == "One more thing."
    assert len(messages(session)) == 1
    (message,) = messages(session)
    message.created_at -= datetime.timedelta(minutes=61)
    session.flush()
    trainer.submit(trainer.get(NEW), "Send to 1 enrolment", {"text": "One more thing."})
    assert len(messages(session)) == 2


def test_message_that_is_empty_too_long_or_for_nobody_is_refused(
    app, session, stored, trainer
) -> None:
    counted(app, session)
    assert "Nobody is found" in trainer.get(NEW).main
    trainer.post(NEW, {"text": TEXT, "once_key": "k1"}, status=409)
    put_on(session, stored, make_official(session), idle_days=0)
    counted(app, session)
    page = trainer.get(NEW)
    empty = trainer.submit(page, "Send to 1 enrolment", {"text": "  "}, status=400)
    assert empty.error("text") == "Write what you want to say."
    long = trainer.submit(
        page, "Send to 1 enrolment", {"text": "x" * (LONGEST_MESSAGE + 1)}, status=400
    )
    assert "at most 2000 characters" in long.error("text")
    assert messages(session) == []


def test_those_who_left_the_course_are_not_written_to(app, session, stored, trainer) -> None:
    put_on(session, stored, make_official(session), state=EnrolmentState.WITHDRAWN)
    here = make_official(session)
    put_on(session, stored, here, state=EnrolmentState.COMPLETED, idle_days=0)
    counted(app, session)
    page = trainer.get(f"{NEW}?state=withdrawn")
    trainer.submit(page, "Send to 1 enrolment", {"text": TEXT})
    work(app, session)
    assert [notice.person_id for notice in notices(session)] == [here.id]


def test_role_that_ended_before_the_worker_came_tells_nobody(
    app, session, stored, trainer, person
) -> None:
    put_on(session, stored, make_official(session), idle_days=0)
    counted(app, session)
    trainer.submit(trainer.get(NEW), "Send to 1 enrolment", {"text": TEXT})
    held = session.execute(
        scoped(RoleHeld, SYSTEM, Reach.ALL_MEMBERS).where(RoleHeld.person_id == person.id)
    ).scalar_one()
    held.ended_on = clock.now().date() - datetime.timedelta(days=1)
    session.flush()
    work(app, session)
    assert notices(session) == []
    assert messages(session)[0].told == 0


def test_many_are_told_in_chunks_each_once(app, session, stored, trainer) -> None:
    put_many_on(session, stored, 405)
    counted(app, session)
    trainer.submit(trainer.get(NEW), "Send to 405 enrolments", {"text": TEXT})
    work(app, session)
    people = [notice.person_id for notice in notices(session)]
    assert len(people) == len(set(people)) == 405
    assert messages(session)[0].told == 405


def test_trainer_with_limited_listing_is_not_named(app, session, stored, sign_in) -> None:
    hidden = make_trainer(session, name="Quiet Trainer", limits_own_listing=True)
    client = sign_in(hidden, second_factor=True)
    learner = make_official(session)
    put_on(session, stored, learner, idle_days=0)
    counted(app, session)
    client.submit(client.get(NEW), "Send to 1 enrolment", {"text": TEXT})
    work(app, session)
    (notice,) = notices(session)
    assert "Quiet" not in str(notice.facts)
    read = sign_in(learner).get(notice.path)
    assert read.h1 == "A message from a trainer"
    assert "Quiet Trainer" not in read.html
    assert OFFICIAL not in read.h1


def test_mail_says_who_wrote_and_not_what(app, session, stored, trainer) -> None:
    learner = make_official(session)
    put_on(session, stored, learner, idle_days=0)
    counted(app, session)
    trainer.submit(trainer.get(NEW), "Send to 1 enrolment", {"text": TEXT})
    work(app, session)
    dispatch(session, now=clock.now() + datetime.timedelta(days=2))
    mail = session.query(OutboxMessage).filter_by(person_id=learner.id).one()
    assert "Sione Latu" in str(mail.facts)
    assert "Friday" not in str(mail.facts)
    assert KEY in str(mail.facts)


def test_messages_of_a_course_are_seen_by_its_other_trainers(
    app, session, stored, trainer, sign_in
) -> None:
    put_on(session, stored, make_official(session), idle_days=0)
    counted(app, session)
    trainer.submit(trainer.get(NEW), "Send to 1 enrolment", {"text": TEXT})
    other = sign_in(make_trainer(session), second_factor=True)
    assert "Module 1 closes" in other.get(f"{TEACHING}/messages").main
