"""Problems that learners report on pages, and what becomes of them, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.core import clock
from lms.courses.queries import get_current
from lms.courses.values.edition import Edition
from lms.learning.models import PageProblem, PageProblemStep
from lms.learning.rules.problems import (
    PROBLEM_STEPS,
    ProblemKind,
    ProblemState,
    ProblemVerb,
    problem_step,
)
from lms.notices.models import Notice
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.learning.taught import KEY, make_trainer, publish_course, rows, write_taught_course

HERE = f"/learning/{KEY}/asking/problems"
LIST = f"/teaching/{KEY}/problems"
REPORT = {"kind": "fact", "text": "Article 3 is quoted as article 5."}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    return write_taught_course(tmp_path_factory.mktemp("content"))


@pytest.fixture
def edition(session, sources) -> Edition:
    return publish_course(session, sources)


@pytest.fixture
def reporter(session):
    return make_official(session, name="Sela Vuki")


@pytest.fixture
def learner(edition, reporter, sign_in):
    client = sign_in(reporter)
    client.post(f"/learning/{KEY}/begin")
    return client


@pytest.fixture
def trainer(session, edition, sign_in):
    return sign_in(make_trainer(session))


def report(client, path: str = HERE, **fields: str):
    return client.submit(client.get(path), "Send the report", {**REPORT, **fields})


def the_problem(session) -> PageProblem:
    return rows(session, PageProblem)[-1]


def test_every_activity_leads_to_the_form_of_a_report(learner) -> None:
    for key in ("asking", "check", "quay", "plan", "day"):
        page = learner.get(f"/learning/{KEY}/{key}")
        (address,) = page.links("Report a problem on this page")
        assert learner.get(address).h1.startswith("Report a problem")


def test_report_keeps_page_edition_and_language(session, learner) -> None:
    page = report(learner)
    assert "Your report is sent." in page.text
    assert "Article 3 is quoted" in page.main
    problem = the_problem(session)
    assert (problem.activity_key, problem.kind) == ("asking", ProblemKind.FACT)
    assert problem.edition_id == get_current(session, KEY).id
    assert (problem.language, problem.state) == ("en", ProblemState.OPEN)


def test_report_goes_its_way_and_the_reporter_is_told_at_each_step(
    session, learner, trainer
) -> None:
    report(learner)
    trainer.submit(trainer.get(LIST), "Take it into work")
    in_work = trainer.get(f"{LIST}?state=in_work")
    trainer.submit(in_work, "It is mended", {"answer": "Thank you. It says 3 now."})
    page = learner.get(HERE)
    assert "Mended" in page.main
    assert "It says 3 now." in page.main
    told = learner.get("/notices").main
    assert "The problem you reported on “Asking” is being looked into." in told
    assert "The problem you reported on “Asking” is mended." in told
    trainer.submit(trainer.get(f"{LIST}?state=mended"), "Open it again")
    assert the_problem(session).state is ProblemState.OPEN
    verbs = [step.verb for step in rows(session, PageProblemStep)]
    assert verbs == [ProblemVerb.TAKE, ProblemVerb.MEND, ProblemVerb.REOPEN]


def test_report_is_declined_only_with_a_word_to_the_reporter(session, learner, trainer) -> None:
    report(learner)
    refused = trainer.submit(trainer.get(LIST), "It stays as it is", status=400)
    assert refused.error("answer") == "Say to the reporter why it stays as it is."
    trainer.submit(refused, "It stays as it is", {"answer": "The treaty counts so."})
    assert "The treaty counts so." in learner.get(HERE).main
    assert "stays as it is. The page says why." in learner.get("/notices").main


def test_trainer_sees_what_is_wrong_and_not_who_said_so(learner, reporter, trainer) -> None:
    report(learner)
    page = trainer.get(LIST)
    assert "Article 3 is quoted" in page.main
    assert reporter.name not in page.html


def test_report_from_an_open_attempt_holds_no_answer_of_it(session, learner, trainer) -> None:
    page = learner.submit(learner.get(f"/learning/{KEY}/check"), "Begin")
    (address,) = page.links("Report a problem on this page")
    learner.submit(page, "Save and go on later", {})
    report(learner, address, kind="translation", text="Question 1 reads badly.")
    page = trainer.get(LIST)
    assert "Question 1 reads badly." in page.main
    for answer in ("He controls her.", "Only the person knows.", "who-answers"):
        assert answer not in page.html
        assert answer not in learner.get(address).html
    kept = {column.name for column in PageProblem.__table__.columns}
    assert not kept & {"answers", "attempt_id", "given", "play_id"}


def test_trainer_of_another_course_finds_and_moves_nothing(session, learner, sign_in) -> None:
    report(learner)
    number = the_problem(session).id
    other = sign_in(make_trainer(session, "other-course"))
    other.get(LIST, status=404)
    other.get(HERE, status=404)
    for course in (KEY, "other-course"):
        path = f"/teaching/{course}/problems/{number}"
        other.post(path, {"act": "take"}, status=404)
    assert "Nothing is open" in other.get("/teaching/other-course/problems").main
    assert the_problem(session).state is ProblemState.OPEN


def test_learner_and_focal_point_may_not_see_the_reports(session, learner, sign_in) -> None:
    report(learner)
    for client in (learner, sign_in(make_focal_point(session))):
        client.get(LIST, status=403)
        client.post(f"{LIST}/{the_problem(session).id}", {"act": "take"}, status=403)


def test_secretariat_sees_to_the_reports_of_every_course(session, learner, sign_in) -> None:
    report(learner)
    client = sign_in(make_secretariat(session))
    client.submit(client.get(LIST), "Take it into work")
    assert the_problem(session).state is ProblemState.IN_WORK


def test_who_is_not_on_the_course_reports_nothing(session, edition, sign_in) -> None:
    stranger = sign_in(make_official(session))
    stranger.get(HERE, status=404)
    stranger.post(HERE, {**REPORT, "client_id": "0" * 32}, status=404)
    assert rows(session, PageProblem) == []


def test_own_reports_are_the_reporters_alone(session, learner, sign_in) -> None:
    report(learner)
    other = sign_in(make_official(session))
    other.post(f"/learning/{KEY}/begin")
    assert "Article 3" not in other.get(HERE).html


def test_same_form_sent_twice_reports_once(session, learner) -> None:
    page = learner.get(HERE)
    for _ in range(2):
        learner.submit(page, "Send the report", REPORT)
    assert len(rows(session, PageProblem)) == 1


def test_settling_twice_is_one_step_and_one_notice(session, learner, trainer) -> None:
    report(learner)
    page = trainer.get(LIST)
    for _ in range(2):
        trainer.submit(page, "It is mended", {"answer": "Done."})
    assert len(rows(session, PageProblemStep)) == 1
    assert [n.kind for n in rows(session, Notice)].count("problem.mended") == 1
    trainer.submit(page, "It is mended", {"answer": "Other words."}, status=409)


def test_report_without_words_or_kind_is_refused_beside_the_field(session, learner) -> None:
    refused = learner.submit(learner.get(HERE), "Send the report", status=400)
    assert refused.error("text") == "Say what is wrong, then send."
    assert "Choose what fits best." in refused.main
    assert rows(session, PageProblem) == []


def test_eleventh_report_within_an_hour_is_refused(session, learner) -> None:
    for _ in range(10):
        report(learner)
    page = learner.get(HERE)
    refused = learner.submit(page, "Send the report", REPORT, status=429)
    assert "There were too many tries." in refused.main
    assert len(rows(session, PageProblem)) == 10


def test_list_goes_on_by_key_with_the_same_number_of_statements(
    session, learner, reporter, trainer, statements
) -> None:
    fill(session, reporter, 35)
    with statements() as of_many:
        first = trainer.get(LIST)
    assert "Problem 0." in first.main
    second = trainer.get(first.links("Next")[0])
    assert len(second.soup.select(".rows .quoted")) == 5
    for problem in rows(session, PageProblem)[1:]:
        session.delete(problem)
    session.flush()
    with statements() as of_one:
        trainer.get(LIST)
    assert len(of_many) == len(of_one)


def fill(session, reporter, count: int) -> None:
    edition_id = get_current(session, KEY).id
    for number in range(count):
        session.add(
            PageProblem(
                client_id=f"fill:{number}",
                person_id=reporter.id,
                member_code=reporter.member_code,
                course_key=KEY,
                activity_key="asking",
                edition_id=edition_id,
                language="en",
                kind=ProblemKind.OTHER,
                text=f"Problem {number}.",
                state=ProblemState.OPEN,
                reported_at=clock.now(),
            )
        )
        session.flush()


def test_table_of_steps_has_one_step_for_a_verb_and_reopens_what_is_over() -> None:
    pairs = [(step.before, step.verb) for step in PROBLEM_STEPS]
    assert len(pairs) == len(set(pairs))
    reopened = problem_step(ProblemState.DECLINED, ProblemVerb.REOPEN)
    assert reopened is not None
    assert reopened.after is ProblemState.OPEN
    assert problem_step(ProblemState.MENDED, ProblemVerb.TAKE) is None
