"""Texts and files in a quiz that a person marks: what waits, what is marked, what follows."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update
from werkzeug.datastructures import Headers

from lms.access.reaches import Reach, within
from lms.assessments.jobs.files import FORGET, KEPT_AFTER_MARKING
from lms.assessments.models import Attempt, HandedFile, Marking, MarkingDecision
from lms.assessments.queries.statistics import item_sums_of
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.services.files import let_go
from lms.core import clock
from lms.core.uploads.models import Upload
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.guides.registry import read_registry
from lms.notices.models import Notice
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from tests.courses.small_course import COURSE, quiz_of, write, write_small_course
from tests.factories import make_official
from tests.learning.taught import KEY, SYSTEM, make_trainer, rows
from tests.learning.teaching_ground import ask, work

RUBRIC = """\
    rubric:
      - key: place
        text: It begins with the place.
        levels:
          - points: 0
            text: It does not.
          - points: 1
            text: It does, in passing.
          - points: 2
            text: It does.
    rationale: The place comes first.
    sources: [protocol]
"""
BANK = f"""\
  - key: in-your-words
    type: essay
    objective: ask-alone
    points: 2
    prompt: How would you begin?
{RUBRIC}  - key: your-sketch
    type: file
    objective: ask-alone
    points: 1
    prompt: Draw the room.
{RUBRIC}"""
QUIZ = quiz_of(
    ["who-answers", "in-your-words", "your-sketch"],
    purpose="final",
    done_when="passed",
    pass_mark=75,
    attempts=3,
)
on_one = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not differ between the databases."""
QUIZ_PAGE = f"/learning/{KEY}/check"
FIRST = f"{QUIZ_PAGE}/attempts/1"
TEXT = "First I make the place safe.\nThen I ask."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = tmp_path_factory.mktemp("content")
    course = write_small_course(content)
    write(course / "bank" / "all.yaml", COURSE["bank/all.yaml"] + BANK)
    write(course / "quizzes" / "check.yaml", QUIZ)
    return content


@pytest.fixture
def learner(session, folder, sign_in):
    edition = load_course(folder / "courses" / KEY)
    publish(session, SYSTEM, edition, read_registry(folder / "guides")[0], now=clock.now())
    client = sign_in(make_official(session, name="Ngirmang Rengulbai"))
    client.post(f"/learning/{KEY}/begin")
    return client


@pytest.fixture
def trainer(session, learner, sign_in):
    return sign_in(make_trainer(session))


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(stream, "JPEG", comment=b"SECRET place")
    return stream.getvalue()


def option(client, text: str) -> dict[str, str]:
    """The fields that choose an option of the first question by its words."""
    page = client.get(FIRST)
    token = next(
        label.select_one("input")["value"]
        for label in page.soup.select("#q1 label")
        if text in label.get_text()
    )
    return {"q1": token}


def answer(client, files=(), **fields: str):
    """Post the attempt as a browser does, with files by number of the question."""
    data = {**fields, **{f"q{n}": (io.BytesIO(content), name) for n, name, content in files}}
    return client.post(FIRST, data=data)


def downloaded(client, path: str) -> tuple[Headers, bytes]:
    """Headers and bytes of a file."""
    with client.get(path).response as response:
        return response.headers, response.data


def mark_all(session, trainer, level: str) -> None:
    """Take and mark everything that waits, at the same level."""
    for marking in rows(session, Marking):
        page = trainer.get(f"/marking/{marking.id}")
        if "Take it" in page.main:
            page = trainer.submit(page, "Take it")
            trainer.submit(page, "Mark it", {"level-place": level, "comment": "Clear."})


def forget(app, session) -> None:
    ask(session, FORGET)
    work(app, session)


def one_attempt(session) -> Attempt:
    session.expire_all()
    return rows(session, Attempt)[-1]


def test_text_and_file_wait_are_marked_and_the_pass_is_credited(
    app, session, learner, trainer
) -> None:
    learner.post(f"{QUIZ_PAGE}/attempts")
    choice = option(learner, "The person")
    answer(learner, [(3, "my room by Ngirmang.jpg", picture())], act="save", q2=TEXT, **choice)
    page = learner.get(FIRST)
    assert "my room by Ngirmang.jpg" in page.main
    answer(learner, act="hand-in", q2=TEXT, **choice)
    assert one_attempt(session).state is AttemptState.TO_MARK

    waiting = learner.get(FIRST).main
    assert "Handed in. A trainer marks it." in waiting
    assert " of 4" not in waiting
    assert "Waits to be marked" in learner.get(QUIZ_PAGE).main
    assert "Try again" not in learner.get(QUIZ_PAGE).main
    learner.post(f"{QUIZ_PAGE}/attempts", status=409)
    assert "You handed it in; a trainer marks it." in learner.get(f"/learning/{KEY}").main
    assert [fact.kind for fact in rows(session, Evidence)] == []
    ask(session, "assessments.count_attempts")
    work(app, session)
    assert item_sums_of(session, KEY) == {}

    queue = trainer.get("/marking").main
    assert queue.count("Question ") == 2
    essay, file = rows(session, Marking)
    assert TEXT.split("\n", maxsplit=1)[0] not in trainer.get(f"/marking/{essay.id}").main
    held = trainer.submit(trainer.get(f"/marking/{essay.id}"), "Take it")
    assert "First I make the place safe." in held.main
    assert "Ngirmang" not in held.html
    assert "Return for more work" not in held.main
    trainer.submit(held, "Mark it", {"level-place": "2", "comment": "Clear and safe."})
    assert one_attempt(session).state is AttemptState.TO_MARK

    trainer.get(f"/marking/{file.id}/file", status=404)
    trainer.submit(trainer.get(f"/marking/{file.id}"), "Take it")
    headers, content = downloaded(trainer, f"/marking/{file.id}/file")
    assert headers["Content-Disposition"] == f"attachment; filename=hand-in-{file.id}.jpg"
    assert headers["Content-Type"] == "application/octet-stream"
    assert content.startswith(b"\xff\xd8\xff")
    assert b"SECRET" not in content
    page = trainer.get(f"/marking/{file.id}")
    trainer.submit(page, "Mark it", {"level-place": "0", "comment": ""})

    attempt = one_attempt(session)
    assert (attempt.state, attempt.earned, attempt.percent) == (AttemptState.HANDED_IN, "3", 75)
    assert attempt.is_passed
    (fact,) = rows(session, Evidence)
    assert (fact.kind, fact.facts) == (EvidenceKind.PASSED, {"attempt": 1, "percent": 75})
    told = [notice.kind for notice in rows(session, Notice) if notice.kind.startswith("marking")]
    assert sorted(told) == ["marking.attempt", "marking.waiting"]
    review = learner.get(FIRST).main
    assert "Passed: 3 of 4." in review
    assert "Clear and safe." in review
    assert "It does. (2 points)" in review
    ask(session, "assessments.count_attempts")
    work(app, session)
    sums = {key.question_key: value for key, value in item_sums_of(session, KEY).items()}
    assert sums["in-your-words"].credit == 1000
    assert sums["your-sketch"].credit == 0

    # A year later the file goes; what was said of it stays.
    forget(app, session)
    assert len(rows(session, HandedFile)) == 1
    session.execute(
        within(update(MarkingDecision), MarkingDecision, SYSTEM, Reach.ALL_MEMBERS).values(
            decided_at=clock.now() - KEPT_AFTER_MARKING - datetime.timedelta(days=1)
        )
    )
    forget(app, session)
    assert rows(session, HandedFile) == []
    assert "my room by Ngirmang.jpg" in learner.get(FIRST).main


@on_one
def test_attempt_that_fails_when_marked_says_so_and_may_be_tried_again(
    session, learner, trainer
) -> None:
    learner.post(f"{QUIZ_PAGE}/attempts")
    answer(learner, act="hand-in", q2=TEXT, **option(learner, "The minder"))
    mark_all(session, trainer, "1")
    attempt = one_attempt(session)
    assert (attempt.earned, attempt.is_passed) == ("1", False)
    assert rows(session, Evidence) == []
    review = learner.get(FIRST).main
    assert "Not passed yet: 1 of 4. You need 3." in review
    # The marker's words are the author's to read, although answers are not shown yet.
    assert "Clear." in review
    assert "Who should answer?" not in review
    assert "Try again" in learner.get(QUIZ_PAGE).main


@on_one
def test_attempt_with_nothing_to_read_has_its_result_at_once(session, learner) -> None:
    learner.post(f"{QUIZ_PAGE}/attempts")
    answer(learner, act="hand-in", q2="  ", **option(learner, "The person"))
    assert one_attempt(session).state is AttemptState.HANDED_IN
    assert rows(session, Marking) == []


@on_one
def test_file_is_its_senders_and_another_takes_its_place(
    session, learner, trainer, sign_in
) -> None:
    learner.post(f"{QUIZ_PAGE}/attempts")
    answer(learner, [(3, "one.jpg", picture())], act="save")
    answer(learner, [(3, "two.pdf", b"%PDF-1.7\n%%EOF\n")], act="save", q2=TEXT)
    (file,) = rows(session, HandedFile)
    assert (file.name, file.kind) == ("two.pdf", "pdf")
    assert downloaded(learner, f"{FIRST}/files/3")[1].startswith(b"%PDF")
    learner.get(f"{FIRST}/files/2", status=404)
    trainer.get(f"{FIRST}/files/3", status=404)
    other = sign_in(make_official(session))
    other.post(f"/learning/{KEY}/begin")
    other.get(f"{FIRST}/files/3", status=404)

    page = answer(learner, [(3, "a.pdf", b"<html><script>x()</script>")], act="hand-in", q2=TEXT)
    assert "This is not a file of a kind that can be used here." in page.text
    attempt = one_attempt(session)
    assert attempt.state is AttemptState.OPEN
    assert TEXT.split("\n", maxsplit=1)[0] in learner.get(FIRST).main

    answer(learner, act="save", **{"q3-remove": "1"})
    assert rows(session, HandedFile) == []
    let_go(session, SYSTEM, [attempt.id], now=clock.now())
    uploads = session.query(Upload).all()
    assert len(uploads) == 2
    assert all(upload.expires_at is not None for upload in uploads)
