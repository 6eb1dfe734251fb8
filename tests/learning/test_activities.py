"""Quizzes, scenarios and reflections of a course, through the pages, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.assessments.models import Answer, Attempt, Play, Writing
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.plays import mixed
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.courses.values.question import MatchingQuestion
from lms.courses.values.quiz import Slot
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.guides.registry import read_registry
from tests.courses.small_course import write_small_course
from tests.factories import make_official

SYSTEM = Actor.system("test")
KEY = "small-course"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    content = tmp_path_factory.mktemp("content")
    return load_course(write_small_course(content)), content / "guides"


@pytest.fixture
def edition(session: Session, sources: tuple[Edition, Path]) -> Edition:
    found, guides = sources
    publish(session, SYSTEM, found, read_registry(guides)[0], now=clock.now())
    return found


def with_quiz(session: Session, sources: tuple[Edition, Path], **changes: object) -> Edition:
    """The small course with a final quiz instead of its knowledge check."""
    found, guides = sources
    quiz = found.activity("check").model_copy(update={"purpose": "final", **changes})
    activities = tuple(quiz if a.key == "check" else a for a in found.activities)
    changed = Edition.from_json(found.model_copy(update={"activities": activities}).to_json())
    publish(session, SYSTEM, changed, read_registry(guides)[0], now=clock.now())
    return changed


@pytest.fixture
def client(session, sign_in):
    """A learner; the course is begun by `begun`."""
    return sign_in(make_official(session))


def begun(client, activity: str):
    client.post(f"/learning/{KEY}/begin")
    return client.get(f"/learning/{KEY}/{activity}")


def rows(session: Session, model):
    return list(session.execute(scoped(model, SYSTEM, Reach.ALL_MEMBERS)).scalars())


def answer_all(page, edition: Edition, *, right: bool) -> dict[str, object]:
    """Values that answer every question of an attempt's page rightly, or wrongly."""
    fields: dict[str, object] = {}
    questions = {q.prompt: q for bank in edition.bank for q in bank.questions}
    for field in page.soup.select("fieldset.field"):
        words = " ".join(field.find("legend").get_text(" ").split())
        question = next(q for prompt, q in questions.items() if prompt in words)
        name = field["id"]
        if question.type == "true-false":
            good = question.answer
            fields[name] = good if right else ("true" if good == "false" else "false")
            continue
        wanted = {o.text for o in question.options if o.right == right}
        tokens = [
            box["value"]
            for box in field.find_all("input")
            if " ".join(box.find_parent("label").get_text(" ").split()) in wanted
        ]
        fields[name] = tokens if question.type == "multiple" else tokens[0]
    return fields


def test_knowledge_check_shows_feedback_at_once_and_counts_as_answered(
    session, client, edition
) -> None:
    page = client.submit(begun(client, "check"), "Begin")
    page = client.submit(page, "Hand in", answer_all(page, edition, right=True))
    assert "2 of 2" in page.main
    assert "Right" in page.main
    assert "Check" not in client.get(f"/learning/{KEY}").main.split("Why is this not complete?")[1]
    assert [answer.share for answer in rows(session, Answer)] == ["1", "1"]


def test_feedback_on_a_pair_names_the_line_it_is_about(session, client, sources) -> None:
    found, guides = sources
    pairs = {
        "key": "who-does-what",
        "type": "matching",
        "objective": "ask-alone",
        "prompt": "Who does what?",
        "choices": [{"key": "listen", "text": "Listens"}, {"key": "speak", "text": "Speaks"}],
        "items": [
            {"key": "officer", "text": "The officer", "choice": "listen", "feedback": "Hears."},
            {"key": "other", "text": "The interpreter", "choice": "speak", "feedback": "Says."},
        ],
        "rationale": "One task each.",
        "sources": ["protocol"],
    }
    bank = found.bank[0].model_copy(update={"questions": (MatchingQuestion(**pairs),)})
    quiz = found.activity("check").model_copy(update={"slots": (Slot(question=pairs["key"]),)})
    activities = tuple(quiz if a.key == "check" else a for a in found.activities)
    changed = found.model_copy(update={"bank": (bank,), "activities": activities})
    edition = Edition.from_json(changed.to_json())
    publish(session, SYSTEM, edition, read_registry(guides)[0], now=clock.now())
    page = client.submit(begun(client, "check"), "Begin")
    speak = {box["name"]: "2" for box in page.soup.select("fieldset.field select")}
    page = client.submit(page, "Hand in", speak)
    notes = [note.get_text(" ", strip=True) for note in page.soup.select("main .notice")]
    assert "The officer Hears." in notes
    assert not any("Says." in note for note in notes)


def test_page_of_an_open_attempt_holds_no_answer_feedback_or_key(client, edition) -> None:
    page = client.submit(begun(client, "check"), "Begin")
    for secret in ("He controls her.", "Only the person knows.", "is-right", "who-answers"):
        assert secret not in page.html


def test_saved_answers_stand_when_the_learner_comes_back(client, edition) -> None:
    page = client.submit(begun(client, "check"), "Begin")
    page = client.submit(page, "Save and go on later", answer_all(page, edition, right=False))
    assert page.soup.select("input[checked]")
    assert "Go on with your attempt" in client.get(f"/learning/{KEY}/check").main


def test_failed_then_passed_final_quiz(session, client, sources) -> None:
    edition = with_quiz(session, sources, done_when="passed", pass_mark=80, attempts=2)
    page = client.submit(begun(client, "check"), "Begin")
    page = client.submit(page, "Hand in", answer_all(page, edition, right=False))
    assert "Not passed yet: 0 of 2. You need 2." in page.main
    assert "You have 1 attempt left." in page.main
    assert "Only the person knows." not in page.html
    page = client.submit(client.get(f"/learning/{KEY}/check"), "Try again")
    page = client.submit(page, "Hand in", answer_all(page, edition, right=True))
    assert "Passed: 2 of 2." in page.main
    assert "Only the person knows." in page.html
    client.post(f"/learning/{KEY}/check/attempts", status=409)


def test_attempt_after_the_limit_is_refused(session, client, sources) -> None:
    edition = with_quiz(session, sources, done_when="passed", pass_mark=80, attempts=1)
    page = client.submit(begun(client, "check"), "Begin")
    client.submit(page, "Hand in", answer_all(page, edition, right=False))
    assert "You have used all attempts" in client.get(f"/learning/{KEY}/check").main
    client.post(f"/learning/{KEY}/check/attempts", status=409)
    assert len(rows(session, Attempt)) == 1


def test_attempt_before_the_delay_is_over_is_refused(session, client, sources) -> None:
    edition = with_quiz(
        session, sources, done_when="passed", pass_mark=80, attempts=3, delay_minutes=60
    )
    page = client.submit(begun(client, "check"), "Begin")
    client.submit(page, "Hand in", answer_all(page, edition, right=False))
    assert "The next attempt opens on" in client.get(f"/learning/{KEY}/check").main
    client.post(f"/learning/{KEY}/check/attempts", status=409)


def test_answers_sent_after_the_time_do_not_count_and_saved_ones_do(
    session, client, sources
) -> None:
    edition = with_quiz(
        session, sources, done_when="passed", pass_mark=50, attempts=1, time_limit_minutes=10
    )
    page = client.submit(begun(client, "check"), "Begin")
    right = answer_all(page, edition, right=True)
    page = client.submit(page, "Save and go on later", {"q1": right["q1"]})
    (attempt,) = rows(session, Attempt)
    attempt.deadline_at = clock.now().replace(year=2025)
    attempt.started_at = attempt.deadline_at
    session.flush()
    late = client.get(page.path)
    assert "The time is over" in late.main
    client.post(page.path, {**right, "act": "hand-in"})
    session.expire_all()
    (attempt,) = rows(session, Attempt)
    assert attempt.percent == 50
    assert len(rows(session, Answer)) == 1


def test_fifty_submits_of_one_attempt_close_it_once(app, session, sign_in, edition) -> None:
    person = make_official(session)
    client = sign_in(person)
    page = client.submit(begun(client, "check"), "Begin")
    data = {**page.form_of("Hand in")[1], **answer_all(page, edition, right=True)}
    tabs = [sign_in(person) for _ in range(10)]
    tokens = [tab.csrf_token() for tab in tabs]
    session.commit()

    def press(tab, token) -> None:
        for _ in range(5):
            tab.http.post(page.path, data={**data, "act": "hand-in", "csrf_token": token})

    threads = [threading.Thread(target=press, args=each) for each in zip(tabs, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    (attempt,) = rows(session, Attempt)
    assert attempt.state is AttemptState.HANDED_IN
    assert attempt.percent == 100


def test_attempt_of_somebody_else_is_not_found(session, sign_in, edition, client) -> None:
    page = client.submit(begun(client, "check"), "Begin")
    other = sign_in(make_official(session))
    other.post(f"/learning/{KEY}/begin")
    other.get(page.path, status=404)
    other.post(page.path, {"act": "hand-in"}, status=404)


def test_scenario_is_played_to_its_end_by_a_bad_way_and_back(session, client, edition) -> None:
    page = client.submit(begun(client, "quay"), "Begin")
    assert "The captain offers to translate." in page.main
    page = client.submit(page, "Do this", {"choice": "group"})
    assert "The way back" in page.main
    page = client.submit(page, "Go on")
    page = client.submit(page, "Do this", {"choice": "ashore"})
    assert "It ended well" in page.main
    assert "They had little reason to trust you." in page.main
    (play,) = rows(session, Play)
    assert play.path == ["group", "", "ashore"]


def test_step_from_a_place_that_is_past_changes_nothing(session, client, edition) -> None:
    page = client.submit(begun(client, "quay"), "Begin")
    action, data = page.form_of("Do this")
    client.post(action, {**data, "choice": "group"})
    client.post(action, {**data, "choice": "ashore"})
    client.post(action, {"at": "1", "choice": "nothing"})
    client.post(action, {"at": "x", "choice": "ashore"})
    session.expire_all()
    assert rows(session, Play)[0].path == ["group"]


def test_choices_of_a_scenario_keep_their_order_in_a_play_and_mix_between_plays(edition) -> None:
    choices = edition.activity("quay").nodes[0].choices
    orders = {tuple(choice.key for choice in mixed(choices, play)) for play in range(20)}
    assert len(orders) == 2
    assert mixed(choices, 1) == mixed(choices, 1)


def test_scenario_shows_no_consequence_before_it_is_chosen(client, edition) -> None:
    page = client.submit(begun(client, "quay"), "Begin")
    for later in ("They sit down.", "All shake their heads.", "harmful", "It was about"):
        assert later not in page.html


def test_reflection_is_kept_as_a_draft_and_sent(session, client, edition) -> None:
    page = begun(client, "plan")
    refused = client.submit(page, "Send", status=400)
    assert refused.error("step") == "Write something here, then send."
    page = client.submit(page, "Save the draft", {"step": "Ask ashore. " * 50})
    assert page.value("step").startswith("Ask ashore.")
    page = client.submit(page, "Send")
    assert "Sent" in page.main
    (writing,) = rows(session, Writing)
    assert writing.sent_at is not None


def test_whole_course_completes_when_everything_is_done(session, client, edition) -> None:
    page = begun(client, "asking")
    client.submit(page, "Done, next lesson")
    page = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    client.submit(page, "Hand in", {"act": "hand-in"})
    page = client.submit(client.get(f"/learning/{KEY}/quay"), "Begin")
    client.submit(page, "Do this", {"choice": "ashore"})
    assert "One activity is missing" in client.get(f"/learning/{KEY}").main
    page = client.submit(client.get(f"/learning/{KEY}/plan"), "Send", {"step": "Ask ashore."})
    assert "You have completed this course." in page.text
    enrolment = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert enrolment.state is EnrolmentState.COMPLETED
