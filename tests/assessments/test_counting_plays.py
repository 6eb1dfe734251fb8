"""Plays are counted once, at their ending or where they were left, and shown from ten persons."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.assessments.jobs.plays import COUNT_PLAYS
from lms.assessments.models import Play
from lms.assessments.queries.play_statistics import play_sums_of
from lms.assessments.rules.play_statistics import PlaySums, sums_from_json, sums_of_play
from lms.assessments.services.play_statistics import LEFT_AFTER, count_plays
from lms.core import clock
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment
from tests.factories import make_official
from tests.learning.teaching_ground import (
    KEY,
    SYSTEM,
    TEACHING,
    ask,
    make_trainer,
    published,
    put_on,
    work,
)

PAGE = f"{TEACHING}/scenarios"
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture
def stored(session, folder: Path) -> StoredEdition:
    return published(session, folder)


def play(session, enrolment: Enrolment, *path: str, number: int = 1, minutes: int | None = 4):
    """A play with this path, that took so long; None: begun long ago and not ended."""
    begun = clock.now() - LEFT_AFTER - datetime.timedelta(days=1)
    row = Play(
        enrolment_id=enrolment.id, person_id=enrolment.person_id,
        member_code=enrolment.member_code, activity_key="quay", number=number, path=list(path),
        started_at=begun, ended_at=None if minutes is None else begun + minutes * MINUTE,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def sums(session) -> PlaySums:
    session.expire_all()
    return play_sums_of(session, KEY)["quay"]


def test_plays_are_counted_where_they_ended_or_were_left(app, session, stored, sign_in) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    people = [put_on(session, stored, make_official(session), idle_days=0) for _ in range(10)]
    for enrolment in people[:6]:
        play(session, enrolment, "ashore", minutes=4)
    for enrolment in people[6:8]:
        play(session, enrolment, "group", "", "ashore", minutes=9)
    play(session, people[0], "group", "", "ashore", number=2)
    left = play(session, people[8], "group", minutes=None)
    fresh = play(session, people[9], "group", minutes=None)
    fresh.started_at = clock.now()
    ask(session, COUNT_PLAYS)
    work(app, session)
    assert sums(session).firsts == 9
    assert "Too few persons have played it yet." in client.get(PAGE).main

    # Gone on with after it was counted as left: taken back, and counted whole.
    left.path, left.ended_at = ["group", "", "ashore"], clock.now()
    fresh.path, fresh.ended_at = ["ashore"], clock.now()
    session.commit()
    ask(session, COUNT_PLAYS)
    work(app, session)
    found = sums(session)
    assert (found.plays, found.firsts) == (11, 10)
    assert found.reached == {"arrival": 10, "evening": 10, "silence": 3}
    assert found.taken == {"arrival ashore": 10, "arrival group": 3}
    assert (found.ended, found.left) == ({"evening": 10}, {})
    assert found.minutes == {"1": 1, "180": 1, "4": 6, "9": 2}
    assert found.median_minutes == 4

    page = client.get(PAGE)
    assert "persons played 10" in page.main
    assert "b 3" in page.main
    scenario = get_edition(session, stored.digest).activity("quay")
    rows = session.execute(scoped(Play, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()
    plain = PlaySums()
    for row in rows:
        plain += sums_of_play(
            scenario, row.path, is_first=row.number == 1,
            seconds=(row.ended_at - row.started_at).total_seconds(),
        )  # fmt: skip
    assert found == plain
    assert count_plays(session, SYSTEM, now=clock.now(), limit=100) == 0


def test_who_stopped_is_shown_where_the_play_stands(app, session, stored, sign_in) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    for place in range(12):
        enrolment = put_on(session, stored, make_official(session), idle_days=0)
        play(session, enrolment, *(["group"] if place < 3 else ["ashore"]),
             minutes=None if place < 3 else 5)  # fmt: skip
    ask(session, COUNT_PLAYS)
    work(app, session)
    assert sums(session).left == {"silence": 3}
    assert "3 persons, 3 stopped" in client.get(PAGE).main


def test_statements_of_the_page_do_not_grow_with_plays(
    session, stored, sign_in, statements
) -> None:
    client = sign_in(make_trainer(session), second_factor=True)
    with statements() as few:
        client.get(PAGE)
    for _ in range(5):
        play(session, put_on(session, stored, make_official(session)), "ashore")
    count_plays(session, SYSTEM, now=clock.now(), limit=100)
    with statements() as more:
        client.get(PAGE)
    assert len(more) == len(few)


def test_sums_are_the_same_in_whatever_pieces_they_are_made() -> None:
    one = PlaySums(2, 1, {"a": 1}, {"a x": 1}, {"b": 1}, {}, {"3": 1})
    two = PlaySums(1, 1, {"a": 1, "c": 1}, {}, {}, {"c": 1}, {})
    assert one + two - two == one
    assert sums_from_json((one + two).as_json) == two + one
    assert PlaySums(minutes={"3": 9}).median_minutes is None
