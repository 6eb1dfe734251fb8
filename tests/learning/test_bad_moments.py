"""Bad moments of a learner: each with what must hold, on both databases."""

from __future__ import annotations

import datetime
import json
import re
import threading
from html import unescape
from pathlib import Path

import pytest

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.assessments.models import Answer, Attempt, Play, Writing
from lms.assessments.rules.attempts import GRACE, AttemptState
from lms.core import clock
from lms.core.database import Session
from lms.courses.check import course_folders, load_course
from lms.courses.rules import EditionWithdrawal
from lms.courses.services import publish
from lms.courses.services.editions import withdraw_edition
from lms.courses.values.edition import Edition
from lms.courses.values.quiz import Quiz
from lms.courses.values.scenario import Scenario
from lms.enrolments.models import Enrolment
from lms.guides.registry import read_registry
from lms.people.services.sessions import end_all_sessions
from lms.progress.models import Evidence
from tests.factories import PASSWORD, make_account, make_official
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity
from tests.support.ways_in import accepted, sign_in_with

BASE = f"/learning/{KEY}"
FOLDERS = course_folders(ROOT / "content")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def person(session, small):
    small.publish(session)
    return make_official(session)


@pytest.fixture
def client(sign_in, person):
    learner = sign_in(person)
    learner.post(f"{BASE}/begin")
    return learner


def rows(session: Session, model) -> list:
    session.expire_all()
    statement = scoped(model, SYSTEM, Reach.ALL_MEMBERS).order_by(model.id)
    return list(session.execute(statement).scalars())


def final(**values):
    """A change of the tree that makes the check a final quiz."""

    def change(tree: Tree) -> None:
        values_of = {"purpose": "final", "done_when": "passed", "pass_mark": 50, **values}
        activity(tree, "check").update(values_of)

    return change


def open_attempt(client, key: str = "check"):
    return client.submit(client.get(f"{BASE}/{key}"), "Begin")


def right(page) -> dict[str, list[str]]:
    """Tokens of right answers to the questions of the small course."""
    good = ("The person", "In a room", "On a bench", "False")
    return {
        field["id"]: [
            box["value"]
            for box in field.find_all("input")
            if box.find_parent("label").get_text(" ").strip().startswith(good)
        ]
        for field in page.soup.select("fieldset.field")
    }


def test_browser_closed_in_mid_quiz_loses_nothing_that_was_saved(
    session, sign_in, person, client
) -> None:
    page = open_attempt(client)
    client.submit(page, "Save and go on later", right(page))
    again = sign_in(person).get(page.path)
    assert len(again.soup.select("input[checked]")) == sum(map(len, right(page).values()))
    (attempt,) = rows(session, Attempt)
    assert attempt.state is AttemptState.OPEN


def test_question_overlooked_is_asked_about_before_an_attempt_is_lost(session, client) -> None:
    page = open_attempt(client)
    answers = right(page)
    asked = client.submit(page, "Hand in", {"q1": answers["q1"]})
    (attempt,) = rows(session, Attempt)
    assert attempt.state is AttemptState.OPEN
    assert "Nothing is handed in yet. Your answers are saved." in asked.main
    assert "Question 2 is not answered in full." in asked.main
    assert "Question 1 is" not in asked.main
    client.submit(asked, "Hand in", {"q2": answers["q2"]})
    session.refresh(attempt)
    assert attempt.percent == 100


def test_quiz_is_handed_in_with_questions_left_out_by_the_button_that_says_so(
    session, client
) -> None:
    asked = client.submit(open_attempt(client), "Hand in")
    client.submit(asked, "Hand in all the same")
    (attempt,) = rows(session, Attempt)
    assert (attempt.state, attempt.percent) == (AttemptState.HANDED_IN, 0)


def test_quiz_begun_in_two_tabs_is_one_attempt(session, sign_in, person, client) -> None:
    other = sign_in(person)
    pages = [tab.get(f"{BASE}/check") for tab in (client, other)]
    first = client.submit(pages[0], "Begin")
    second = other.submit(pages[1], "Begin")
    assert first.path == second.path
    assert len(rows(session, Attempt)) == 1


def test_answers_saved_in_one_tab_stand_when_the_other_hands_in(session, client) -> None:
    page = open_attempt(client)
    answers = right(page)
    client.submit(page, "Save and go on later", {"q1": answers["q1"]})
    action, data = page.form_of("Hand in")
    client.post(action, {**data, "q2": answers["q2"], "act": "hand-in"})
    (attempt,) = rows(session, Attempt)
    assert attempt.percent == 50
    assert [answer.number for answer in rows(session, Answer) if answer.given] == [2]


def test_answers_are_changed_together_and_not_one_statement_each(client, statements) -> None:
    page = open_attempt(client)
    client.submit(page, "Save and go on later", right(page))
    action, emptied = page.form_of("Hand in")
    with statements() as seen:
        client.raw("POST", action, data={**emptied, "act": "hand-in"})
    # One for what was given, one for its share.
    assert len([sql for sql in seen if sql.startswith("UPDATE answer")]) == 2


def test_first_answers_are_written_with_their_shares_in_one_statement(client, statements) -> None:
    page = open_attempt(client)
    action, data = page.form_of("Hand in")
    with statements() as seen:
        client.raw("POST", action, data={**data, **right(page)})
    assert len([sql for sql in seen if sql.startswith("INSERT INTO answer")]) == 1
    assert not [sql for sql in seen if sql.startswith("UPDATE answer")]


def test_late_save_from_another_tab_changes_nothing_after_handing_in(session, client) -> None:
    page = open_attempt(client)
    client.submit(page, "Hand in", right(page))
    client.submit(page, "Save and go on later", {"q1": "2"})
    (attempt,) = rows(session, Attempt)
    assert (attempt.state, attempt.percent) == (AttemptState.HANDED_IN, 100)
    assert {answer.share for answer in rows(session, Answer)} == {"1"}


@pytest.mark.parametrize("key", ["check", "quay", "plan", "asking"])
def test_double_submit_leaves_one_fact(session, client, key) -> None:
    if key == "check":
        page, words, extra = open_attempt(client), "Hand in", {"act": "hand-in"}
    elif key == "quay":
        page, words, extra = open_attempt(client, key), "Do this", {"choice": "ashore"}
    elif key == "plan":
        page, words, extra = client.get(f"{BASE}/plan"), "Send", {"step": "x", "act": "send"}
    else:
        page, words, extra = client.get(f"{BASE}/asking"), "Done, next lesson", {}
    action, data = page.form_of(words)
    for _ in range(2):
        client.post(action, {**data, **extra})
    assert [fact.activity_key for fact in rows(session, Evidence)] == [key]
    enrolment = rows(session, Enrolment)[0]
    assert enrolment.last_activity_at is not None


@pytest.mark.parametrize("key", ["check", "plan"])
def test_session_that_ended_loses_nothing_typed(app, session, small, now, key) -> None:
    small.publish(session)
    account = accepted(session, make_account(session))
    from_home = Client(app, session)
    sign_in_with(from_home, account.email, PASSWORD)
    from_home.post(f"{BASE}/begin")
    if key == "check":
        page = open_attempt(from_home)
        data = {**page.form_of("Hand in")[1], **right(page), "act": "hand-in"}
        action = page.path
    else:
        page = from_home.get(f"{BASE}/plan")
        data = {**page.form_of("Send")[1], "step": "Ask ashore, alone.", "act": "send"}
        action = f"{BASE}/plan/writing"
    end_all_sessions(session, account.id, now=now)
    headers = {"Origin": "http://localhost"}
    page = Page(action, from_home.raw("POST", action, data=data, headers=headers))
    assert page.status == 401
    page = from_home.submit(page, "Sign in", {"email": account.email, "password": PASSWORD})
    from_home.submit(page, "Send it now")
    if key == "check":
        assert rows(session, Attempt)[0].percent == 100
    else:
        assert rows(session, Writing)[0].answers["step"] == "Ask ashore, alone."
    assert len(rows(session, Evidence)) == 1


def test_edition_withdrawn_in_mid_quiz_still_marks_it(session, client) -> None:
    page = open_attempt(client)
    withdraw_edition(session, SYSTEM, KEY, 1, reason=EditionWithdrawal.OUT_OF_DATE, now=clock.now())
    client.submit(page, "Hand in", right(page))
    assert rows(session, Attempt)[0].percent == 100


def test_newer_edition_in_mid_quiz_marks_by_the_one_that_was_begun(session, client, small) -> None:
    page = open_attempt(client)

    def other_answers(tree: Tree) -> None:
        for bank in tree["bank"]:
            for question in bank["questions"]:
                for option in question.get("options", []):
                    option["right"] = not option.get("right", False)

    small.publish(session, small.changed(other_answers))
    client.submit(page, "Hand in", right(page))
    assert rows(session, Attempt)[0].percent == 100


def test_attempt_after_the_limit_is_refused_and_counts_nothing(session, sign_in, small) -> None:
    small.publish(session, small.changed(final(attempts=1)))
    client = sign_in(make_official(session))
    client.post(f"{BASE}/begin")
    client.submit(open_attempt(client), "Hand in", {"act": "hand-in"})
    client.post(f"{BASE}/check/attempts", status=409)
    client.get(f"{BASE}/check/attempts/2", status=404)
    client.post(f"{BASE}/check/attempts/2", {"act": "hand-in"}, status=404)
    assert len(rows(session, Attempt)) == 1


@pytest.mark.parametrize(("beyond", "percent"), [(-1, 100), (1, 0)])
def test_clock_at_the_limit_takes_answers_within_the_grace_and_not_after(
    session, sign_in, small, beyond, percent
) -> None:
    small.publish(session, small.changed(final(attempts=1, time_limit_minutes=10)))
    client = sign_in(make_official(session))
    client.post(f"{BASE}/begin")
    page = open_attempt(client)
    (attempt,) = rows(session, Attempt)
    # Room of half a minute on either side, for a slow machine.
    attempt.deadline_at = clock.now() - GRACE - datetime.timedelta(seconds=30 * beyond)
    session.commit()
    client.submit(page, "Hand in", right(page))
    (attempt,) = rows(session, Attempt)
    assert attempt.percent == percent
    assert attempt.handed_in_at == attempt.deadline_at


def test_time_fields_in_the_form_move_no_clock(session, sign_in, small) -> None:
    small.publish(session, small.changed(final(attempts=1, time_limit_minutes=10)))
    client = sign_in(make_official(session))
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/check/attempts", {"deadline_at": "2099-01-01", "started_at": "2099"})
    (attempt,) = rows(session, Attempt)
    assert attempt.deadline_at - attempt.started_at == datetime.timedelta(minutes=10)


def test_fifty_parallel_submits_of_one_attempt_give_one_result(
    session, sign_in, person, client
) -> None:
    page = open_attempt(client)
    data = {**page.form_of("Hand in")[1], "act": "hand-in"}
    answers = right(page)
    tabs = [sign_in(person) for _ in range(10)]
    tokens = [tab.csrf_token() for tab in tabs]
    statuses: list[int] = []

    def press(tab, token, number: int) -> None:
        for _ in range(5):
            given = answers if number % 2 else {}
            sent = {**data, **given, "csrf_token": token}
            statuses.append(tab.http.post(page.path, data=sent).status_code)

    threads = [
        threading.Thread(target=press, args=(tab, token, number))
        for number, (tab, token) in enumerate(zip(tabs, tokens, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 50
    (attempt,) = rows(session, Attempt)
    assert attempt.state is AttemptState.HANDED_IN
    assert len(rows(session, Evidence)) == 1
    shares = {answer.number: answer.share for answer in rows(session, Answer)}
    assert attempt.percent == 50 * sum(share == "1" for share in shares.values())


def test_attempt_play_and_text_of_somebody_else_cannot_be_reached(session, sign_in, client) -> None:
    page = open_attempt(client)
    open_attempt(client, "quay")
    client.submit(client.get(f"{BASE}/plan"), "Save the draft", {"step": "Mine alone."})
    other = sign_in(make_official(session))
    for path in (page.path, f"{BASE}/quay", f"{BASE}/plan", BASE):
        other.get(path, status=404)
    other.post(f"{BASE}/begin")
    other.get(page.path, status=404)
    other.post(page.path, {"act": "hand-in"}, status=404)
    other.post(page.path, {"act": "pause"}, status=404)
    other.post(f"{BASE}/quay/steps", {"at": "0", "choice": "ashore"})
    assert "Mine alone." not in other.get(f"{BASE}/plan").html
    assert rows(session, Play)[0].path == []
    assert rows(session, Attempt)[0].state is AttemptState.OPEN
    assert rows(session, Evidence) == []


HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'
DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 100" onload="alert(3)">
<script>alert(4)</script><a href="javascript:alert(5)"><text x="1" y="9">A room</text></a>
<foreignObject><body onload="alert(6)"/></foreignObject><rect width="9" height="9"/></svg>"""


def hostile(tree: Tree) -> None:
    """Programs in every text an author writes, past the check."""

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                if name in {"text", "prompt", "intro", "title", "summary", "feedback", "body",
                            "rationale", "consequence", "reason", "help", "definition"} and (
                    isinstance(value, str)
                ):  # fmt: skip
                    node[name] = f"{value} {HOSTILE} [x](javascript:alert(7))"
                else:
                    walk(value)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(tree)


def test_script_and_drawing_in_content_never_run(session, sign_in, small) -> None:
    edition = small.changed(hostile)
    media = tuple(m.model_copy(update={"content": DRAWING}) for m in edition.media)
    small.publish(session, edition.model_copy(update={"media": media}))
    client = sign_in(make_official(session))
    client.post(f"{BASE}/begin")
    pages = [
        client.get(path)
        for path in (
            BASE,
            f"/courses/{KEY}",
            "/courses",
            "/learning",
            *(f"{BASE}/{key}" for key in ("asking", "asking-lighter", "check", "quay", "plan")),
            f"{BASE}/wellbeing",
            f"{BASE}/pause",
            f"{BASE}/modules/first",
        )
    ]
    attempt = open_attempt(client)
    play = open_attempt(client, "quay")
    pages += [attempt, client.submit(attempt, "Hand in", {"act": "hand-in"}), play]
    pages.append(client.submit(play, "Do this", {"choice": "group"}))
    for page in pages:
        assert page.soup.select("main script, main img[onerror], main foreignObject") == []
        for element in page.soup.find_all(True):
            for name, value in element.attrs.items():
                assert not name.startswith("on"), (page.path, element)
                assert "javascript:" not in str(value), (page.path, element)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_answers_of_every_course_are_in_no_byte_before_they_are_due(
    session, sign_in, folder: Path
) -> None:
    registry, _ = read_registry(ROOT / "content" / "guides")
    edition = load_course(folder, registry)
    publish(session, SYSTEM, edition, registry, now=clock.now())
    client = sign_in(make_official(session))
    base = f"/learning/{edition.course.key}"
    client.post(f"{base}/begin")
    paths = [base, f"/courses/{edition.course.key}", "/courses"]
    paths += [f"{base}/modules/{module.key}" for module in edition.modules]
    sent = [_bytes(client, path) for path in paths]
    lessons = _read("".join(sent))
    for activity_ in edition.activities:
        if isinstance(activity_, Quiz):
            sent.append(_bytes(client, f"{base}/{activity_.key}"))
            client.post(f"{base}/{activity_.key}/attempts", follow=False)
            sent.append(_bytes(client, f"{base}/{activity_.key}/attempts/1"))
            if activity_.purpose == "pre-test":
                data = {"act": "hand-in"}
                client.post(f"{base}/{activity_.key}/attempts/1", data, follow=False)
                sent.append(_bytes(client, f"{base}/{activity_.key}/attempts/1"))
        elif isinstance(activity_, Scenario):
            client.post(f"{base}/{activity_.key}/plays", follow=False)
            sent.append(_bytes(client, f"{base}/{activity_.key}"))
    everything = _read("".join(sent))
    leaked = [words for words in _secrets(edition) if words in everything and words not in lessons]
    assert leaked == []
    # The same eyes see them once they are due.
    check = next(q for q in edition.activities if getattr(q, "purpose", "") == "knowledge-check")
    address = f"{base}/{check.key}/attempts/1"
    client.post(address, {"act": "hand-in"}, follow=False)
    due = _read(_bytes(client, address))
    assert sum(words in due for words in _secrets(edition)) >= check.length


def _bytes(client, path: str) -> str:
    answer = client.raw("GET", path)
    assert answer.status_code == 200, path
    return str(answer.text)


def _secrets(edition: Edition) -> list[str]:
    """What gives an answer away, as plain letters: feedback, rationale, what follows a choice."""
    found: set[str] = set()
    for bank in edition.bank:
        for question in bank.questions:
            tree = json.loads(question.model_dump_json())
            found.add(tree["rationale"])
            found |= {str(v) for k, v in tree.items() if k.startswith("feedback") and v}
            for name in ("options", "items", "answers"):
                found |= {str(part["feedback"]) for part in tree.get(name, [])}
    for each in edition.activities:
        if isinstance(each, Scenario):
            found.add(each.debrief.text)
            for node in each.nodes:
                found |= {choice.consequence for choice in node.choices}
                found |= {choice.reason for choice in node.choices}
    return [words for text in sorted(found) if len(words := _plain(text)[:60]) >= 24]


def _read(html: str) -> str:
    """The letters of a page with its marks, and once more as it is read without them."""
    return _plain(html) + _plain(unescape(re.sub(r"<[^>]*>", "", html)))


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
