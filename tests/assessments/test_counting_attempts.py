"""Attempts are counted once, whatever happens to the worker; the page shows what came of it."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.assessments.jobs.statistics import COUNT
from lms.assessments.models import Answer, Attempt
from lms.assessments.queries.statistics import item_sums_of, quiz_sums_of
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.statistics import ItemSums
from lms.assessments.services.statistics import count_attempts
from lms.core import clock
from lms.core.database import Session
from lms.core.extensions import db
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from tests.factories import make_official
from tests.learning.teaching_ground import (
    KEY,
    SYSTEM,
    TEACHING,
    ask,
    make_trainer,
    published,
    put_many_on,
    put_on,
    work,
)
from tests.support.counting_attempts import counting

PAGE = f"{TEACHING}/questions/statistics"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture
def stored(session: Session, folder: Path) -> StoredEdition:
    return published(session, folder)


def handed_in(
    session: Session, enrolment: Enrolment, option: str, truth: str, *, number: int = 1
) -> Attempt:
    """An attempt at the check: one option of the first question, true or false for the second."""
    shares = [int(option == "a"), int(truth == "false")]
    attempt = Attempt(
        enrolment_id=enrolment.id, person_id=enrolment.person_id,
        member_code=enrolment.member_code, activity_key="check", number=number,
        state=AttemptState.HANDED_IN,
        drawing={
            "language": "en",
            "questions": [
                {"question": "who-answers", "version": 1, "parts": ["a", "b", "c"]},
                {"question": "is-it-true", "version": 1, "parts": []},
            ],
        },
        started_at=clock.now(), handed_in_at=clock.now(), earned=str(Fraction(sum(shares))),
        possible=2, percent=sum(shares) * 50, is_passed=True,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    for place, (given, share) in enumerate(
        (({"option": option}, shares[0]), ({"answer": truth}, shares[1])), 1
    ):
        session.add(
            Answer(
                attempt_id=attempt.id, person_id=enrolment.person_id, number=place,
                given=given, saved_at=clock.now(), share=str(share),
            )
        )  # fmt: skip
    session.flush()
    return attempt


def learners(session: Session, stored: StoredEdition, count: int) -> list[Enrolment]:
    return [put_on(session, stored, make_official(session), idle_days=0) for _ in range(count)]


def sums(session: Session) -> dict[str, ItemSums]:
    session.expire_all()
    return {key.question_key: value for key, value in item_sums_of(session, KEY).items()}


def uncounted(session: Session) -> int:
    statement = scoped(Attempt, SYSTEM, Reach.ALL_MEMBERS).where(Attempt.counted_at.is_(None))
    return len(session.execute(statement).scalars().all())


def wait_for_some(session: Session, *, all_of_them: bool) -> None:
    """Until the process has counted at least one more attempt, or all; at most 45 seconds."""
    before = uncounted(session)
    deadline = time.monotonic() + 45
    while time.monotonic() < deadline:
        session.commit()
        left = uncounted(session)
        session.commit()
        if left == 0 or (left < before and not all_of_them):
            return
        time.sleep(0.05)


def test_attempts_are_counted_and_shown_from_ten_answers_on(app, session, stored, sign_in) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    enrolments = learners(session, stored, 10)
    for place, enrolment in enumerate(enrolments[:9]):
        handed_in(session, enrolment, "a" if place < 5 else "b", "false" if place < 5 else "true")
    ask(session, COUNT)
    work(app, session)
    few = client.get(PAGE).main
    assert "Too few answers yet" in few
    assert "earned" not in few
    handed_in(session, enrolments[9], "c", "true")
    ask(session, COUNT)
    work(app, session)
    page = client.get(PAGE).main
    assert "10 answers · earned 50 % · tells apart 1.00" in page
    counted = sums(session)["who-answers"]
    assert {key: chosen.times for key, chosen in counted.chosen.items()} == {"a": 5, "b": 4, "c": 1}
    overview = client.get(TEACHING).main
    assert "50 %" in overview


def test_key_that_is_wrong_is_found(app, session, stored, sign_in) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    for place, enrolment in enumerate(learners(session, stored, 12)):
        handed_in(session, enrolment, "b" if place < 6 else "a", "false" if place < 6 else "true")
    ask(session, COUNT)
    work(app, session)
    page = client.get(PAGE).main
    assert "The key may be wrong" in page
    assert "The keys of 2 questions may be wrong." in page


def test_counting_again_adds_nothing_and_later_attempts_count_for_no_question(
    app, session, stored
) -> None:
    (enrolment,) = learners(session, stored, 1)
    handed_in(session, enrolment, "b", "true")
    ask(session, COUNT)
    work(app, session)
    before = sums(session)
    ask(session, COUNT)
    work(app, session)
    assert sums(session) == before
    handed_in(session, enrolment, "a", "false", number=2)
    ask(session, COUNT)
    work(app, session)
    assert sums(session) == before
    quiz = quiz_sums_of(session, KEY)["check"]
    assert (quiz.firsts, quiz.passes, dict(quiz.needed)) == (1, 1, {1: 1})
    assert uncounted(session) == 0


def test_chunk_that_is_lost_leaves_no_trace_and_the_next_worker_counts_all(
    app, session, stored
) -> None:
    for enrolment in learners(session, stored, 7):
        handed_in(session, enrolment, "a", "true")
    session.commit()
    with app.app_context():
        engine = db.engine
    with Session(engine) as killed:
        assert count_attempts(killed, SYSTEM, now=clock.now(), limit=5) == 5
        killed.rollback()
    assert uncounted(session) == 7
    assert sums(session) == {}
    session.commit()
    ask(session, COUNT)
    work(app, session)
    assert sums(session)["who-answers"].asked == 7


def test_process_killed_again_and_again_counts_each_attempt_once(
    session, stored, database_url
) -> None:
    for enrolment in put_many_on(session, stored, 150):
        handed_in(session, enrolment, "a", "true")
    session.commit()
    for kills in range(3):
        with counting(database_url):
            wait_for_some(session, all_of_them=kills == 2)
    assert uncounted(session) == 0
    assert sums(session)["who-answers"].asked == 150
    assert quiz_sums_of(session, KEY)["check"].firsts == 150


def test_two_workers_at_once_count_each_attempt_once(app, session, stored) -> None:
    for place, enrolment in enumerate(learners(session, stored, 60)):
        handed_in(session, enrolment, "abc"[place % 3], "true")
    session.commit()
    with app.app_context():
        engine = db.engine
    start = threading.Barrier(2)

    def count() -> None:
        start.wait()
        done = 1
        while done:
            with Session(engine) as own, own.begin():
                done = count_attempts(own, SYSTEM, now=clock.now(), limit=7)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert uncounted(session) == 0
    asked = sums(session)["who-answers"]
    assert asked.asked == 60
    assert {key: chosen.times for key, chosen in asked.chosen.items()} == {
        "a": 20,
        "b": 20,
        "c": 20,
    }
    assert quiz_sums_of(session, KEY)["check"].firsts == 60


def test_statements_of_the_page_do_not_grow_with_the_attempts(
    app, session, stored, sign_in, statements
) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    for enrolment in learners(session, stored, 10):
        handed_in(session, enrolment, "a", "true")
    ask(session, COUNT)
    work(app, session)
    client.get(PAGE)
    with statements() as few:
        client.get(PAGE)
    for enrolment in learners(session, stored, 150):
        handed_in(session, enrolment, "a", "true")
    ask(session, COUNT)
    work(app, session)
    with statements() as many:
        client.get(PAGE)
    assert len(many) == len(few)
