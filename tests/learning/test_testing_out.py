"""A module left out by the pre-test, and the pre-test compared with the post-test."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.access.reaches import Reach, scoped
from lms.core.database import Session
from lms.courses.check import check_course
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from tests.courses.small_course import write
from tests.factories import make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, with_tests

RIGHT = {"Who should answer?": ["The person"], "Where can you ask?": ["In a room", "On a bench"]}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


@pytest.fixture
def client(session, sign_in, small):
    small.publish(session, small.changed(with_tests))
    learner = sign_in(make_official(session))
    learner.post(f"/learning/{KEY}/begin")
    return learner


def evidence(session: Session) -> list[Evidence]:
    statement = scoped(Evidence, SYSTEM, Reach.ALL_MEMBERS).order_by(Evidence.id)
    return list(session.execute(statement).scalars())


def chosen(page, wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    """Tokens of the options whose words begin with the wanted ones."""
    fields = {}
    for field in page.soup.select("fieldset.field"):
        prompt = next(words for words in wanted if words in field.find("legend").get_text(" "))
        fields[field["id"]] = [
            box["value"]
            for box in field.find_all("input")
            if box.find_parent("label").get_text(" ").strip().startswith(tuple(wanted[prompt]))
        ]
    return fields


def take(client, key: str, wanted: dict[str, list[str]]):
    page = client.submit(client.get(f"/learning/{KEY}/{key}"), "Begin")
    return client.submit(page, "Hand in", chosen(page, wanted))


def test_who_knew_a_module_may_leave_it_out_and_is_told_so(session, client) -> None:
    page = take(client, "before", RIGHT)
    assert "You may leave out “Module first”: you knew it. You may still read it." in page.text
    assert "You knew this already" in page.main
    plan = client.get(f"/learning/{KEY}")
    assert "Known already" in plan.main
    missing = plan.main.split("Why is this not complete?")[1]
    assert "Asking" not in missing
    assert "Your plan" in missing
    tested = [fact.activity_key for fact in evidence(session) if fact.kind == "tested_out"]
    assert tested == ["asking", "check"]
    assert "Your plan" in client.get("/learning").soup.select_one(".card-now").get_text()
    assert client.get(f"/learning/{KEY}/asking").h1 == "Asking"


def test_one_wrong_answer_leaves_the_module_to_be_done(session, client) -> None:
    page = take(client, "before", {**RIGHT, "Who should answer?": ["The minder"]})
    assert "leave out" not in page.text
    assert [fact.kind for fact in evidence(session)] == [EvidenceKind.ANSWERED]


def test_handing_in_the_pre_test_twice_credits_once(session, client) -> None:
    page = client.submit(client.get(f"/learning/{KEY}/before"), "Begin")
    data = {**page.form_of("Hand in")[1], **chosen(page, RIGHT), "act": "hand-in"}
    client.post(page.path, data)
    client.post(page.path, data)
    assert len(evidence(session)) == 3


def test_course_completes_by_testing_out_and_doing_the_rest(session, client) -> None:
    take(client, "before", RIGHT)
    client.submit(client.get(f"/learning/{KEY}/plan"), "Send", {"step": "Ask ashore."})
    page = take(client, "after", {"Silence means": ["False"]})
    assert "You have completed this course." in page.text
    enrolment = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert enrolment.state is EnrolmentState.COMPLETED


def test_post_test_shows_each_objective_before_and_now_and_no_answer(client) -> None:
    page = take(client, "before", {**RIGHT, "Who should answer?": ["The minder"]})
    assert page.soup.find("table") is None
    page = take(client, "after", {"Silence means": ["False"]})
    (table,) = page.tables()
    assert "Before the course and now, in points" in page.main
    row = page.soup.select_one("main tbody tr").get_text("|")
    assert row == "Ask a person alone.|1 of 2|1 of 1"
    for secret in ("Who should answer?", "Only the person knows.", "The minder"):
        assert secret not in page.html
    assert table


def test_post_test_without_a_pre_test_shows_no_comparison(client) -> None:
    page = take(client, "after", {"Silence means": ["True"]})
    assert page.soup.find("table") is None


def test_module_with_a_test_in_it_cannot_be_left_out(tmp_path: Path) -> None:
    folder = SmallCourse(tmp_path / "content").folder
    quiz = folder / "quizzes/check.yaml"
    write(
        quiz,
        quiz.read_text()
        .replace("knowledge-check", "pre-test")
        .replace(
            "slots:",
            "attempts: 1\ntest_out:\n  - module: first\n"
            "    questions: [who-answers]\n    right: 1\nslots:",
        ),
    )
    problems = [str(problem) for problem in check_course(folder)]
    assert any("test_out[1].module" in p and "holds the test check" in p for p in problems)
