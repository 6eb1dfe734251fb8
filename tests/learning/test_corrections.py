"""A key that was wrong is corrected beside its edition: foreseen, applied once, told once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lms.assessments.jobs.statistics import COUNT
from lms.assessments.models import Answer, Attempt, QuestionCorrection, Regrade
from lms.assessments.queries.statistics import item_sums_of, quiz_sums_of
from lms.assessments.rules.attempts import AttemptState
from lms.assessments.rules.corrections import (
    AnswerKey,
    change_of,
    check_key,
    corrected,
    keyed,
    mark_of,
)
from lms.assessments.rules.marking import mark
from lms.core import clock
from lms.core.audit.models import AuditEntry
from lms.core.errors import BadInputError
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.services import enqueue
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current
from lms.courses.services import publish
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.guides.registry import read_registry
from lms.learning.jobs.regrading import REGRADE
from lms.notices.models import Notice
from lms.progress.models import Evidence
from tests.assessments.test_marking import (
    GAPS,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE,
)
from tests.courses.small_course import COURSE, quiz_of, write, write_small_course
from tests.factories import make_official
from tests.learning.taught import KEY, SYSTEM, rows
from tests.learning.teaching_ground import ask, make_trainer, put_on, work

NEW = f"/teaching/{KEY}/corrections/new/who-answers"
QUIZ = quiz_of(
    ["who-answers", "is-it-true"],
    purpose="final",
    done_when="passed",
    pass_mark=50,
    attempts=3,
)
QUESTIONS = [
    {"question": "who-answers", "version": 1, "parts": ["a", "b", "c"]},
    {"question": "is-it-true", "version": 1, "parts": []},
]


@pytest.mark.parametrize(
    ("question", "key", "given"),
    [
        (SINGLE, AnswerKey(rights=("a", "b")), {"option": "a"}),
        (MULTIPLE, AnswerKey(rights=("a",)), {"options": ["a"]}),
        (TRUE, AnswerKey(rights=("false",)), {"answer": "false"}),
        (MATCHING, AnswerKey(rights=("1=y",)), {"pairs": {"1": "y", "2": "y", "3": "x"}}),
        (GAPS, AnswerKey(rights=("x=papers", "x=safety")), {"gaps": {"x": "papers", "y": "needs"}}),
        (SHORT, AnswerKey(texts=("Suspect",)), {"text": "suspect"}),
        (NUMERIC, AnswerKey(number="20", tolerance="1"), {"text": "21"}),
    ],
)
def test_corrected_key_makes_right_what_was_wrong(question, key, given) -> None:
    check_key(question, key)
    assert not mark(question, given).is_right
    assert mark(corrected(question, key), given).is_right
    assert AnswerKey.from_json(key.as_json()) == key


@pytest.mark.parametrize(
    ("question", "key", "field"),
    [
        (SINGLE, AnswerKey(), "rights"),
        (SINGLE, AnswerKey(rights=("b",)), "rights"),
        (MULTIPLE, AnswerKey(rights=("a", "b", "c", "d")), "rights"),
        (TRUE, AnswerKey(rights=("true", "false")), "rights"),
        (MATCHING, AnswerKey(rights=("1=x", "1=y")), "rights"),
        (SHORT, AnswerKey(texts=("presumed victim",)), "texts"),
        (NUMERIC, AnswerKey(number="many"), "number"),
    ],
)
def test_key_that_says_nothing_new_or_too_much_is_refused(question, key, field) -> None:
    with pytest.raises(BadInputError) as error:
        check_key(question, key)
    assert error.value.field == field


def test_question_of_another_version_keeps_its_key_and_everybody_means_everybody() -> None:
    key = AnswerKey(everyone=True)
    check_key(ORDERING, key)
    assert keyed({"k": ORDERING}, {("k", 1): key}).mark("k", {}).is_right
    assert not keyed({"k": ORDERING}, {("k", 2): key}).mark("k", {}).is_right


def test_edition_that_mended_the_key_itself_is_not_touched() -> None:
    key = AnswerKey(rights=("a",), was=mark_of(SINGLE))
    assert keyed({"k": SINGLE}, {("k", 1): key}).changed == {"k"}
    mended = corrected(SINGLE, AnswerKey(rights=("c",)))
    assert keyed({"k": mended}, {("k", 1): key}).changed == frozenset()
    assert keyed({"k": mended}, {("k", 1): key}).mark("k", {"option": "c"}).is_right
    assert (mark_of(NUMERIC), mark_of(GAPS), mark_of(SHORT)) == ("18±0.5", "x=safety y=needs", "")


def test_pass_once_given_stays_and_a_pass_reached_is_a_pass() -> None:
    falls = change_of(Fraction(2), Fraction(0), 2, 50, was_passed=True)
    assert (falls.keeps_pass, falls.gains_pass, falls.is_any) == (True, False, True)
    rises = change_of(Fraction(0), Fraction(1), 2, 50, was_passed=False)
    assert (rises.keeps_pass, rises.gains_pass) == (False, True)
    assert not change_of(Fraction(1), Fraction(1), 2, 50, was_passed=True).is_any


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = tmp_path_factory.mktemp("content")
    course = write_small_course(content)
    write(course / "quizzes" / "check.yaml", QUIZ)
    module = COURSE["modules/01-first/module.yaml"].replace(", quay, plan]", "]")
    write(course / "modules" / "01-first" / "module.yaml", module)
    for gone in ("scenarios/quay.yaml", "reflections/plan.yaml"):
        (course / gone).unlink()
    write(course / "course.yaml", COURSE["course.yaml"].replace("minutes: 22", "minutes: 7"))
    return content


@pytest.fixture
def stored(session, folder) -> StoredEdition:
    edition = load_course(folder / "courses" / KEY)
    publish(session, SYSTEM, edition, read_registry(folder / "guides")[0], now=clock.now())
    return get_current(session, KEY)


def handed_in(session, enrolment: Enrolment, option: str | None, truth: str) -> Attempt:
    """An attempt: an option of the first question (None leaves it out), true or false."""
    answers = [({"option": option} if option else None, int(option == "a"))]
    answers.append(({"answer": truth}, int(truth == "false")))
    earned = sum(share for _, share in answers)
    attempt = Attempt(
        enrolment_id=enrolment.id, person_id=enrolment.person_id,
        member_code=enrolment.member_code, activity_key="check", number=1,
        state=AttemptState.HANDED_IN, drawing={"language": "en", "questions": QUESTIONS},
        started_at=clock.now(), handed_in_at=clock.now(), earned=str(earned), possible=2,
        percent=earned * 50, is_passed=earned >= 1,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    for number, (given, share) in enumerate(answers, 1):
        if given is not None:
            session.add(
                Answer(
                    attempt_id=attempt.id, person_id=enrolment.person_id, number=number,
                    given=given, saved_at=clock.now(), share=str(share),
                )
            )  # fmt: skip
    session.flush()
    return attempt


def learner(session, stored, name: str, **values) -> Enrolment:
    return put_on(session, stored, make_official(session, name=name), idle_days=0, **values)


def test_correction_is_foreseen_applied_once_credited_and_told_once(
    app, session, stored, sign_in
) -> None:
    trainer = sign_in(make_trainer(session), second_factor=True)
    enrolment = learner(session, stored, "Rises Rengulbai")
    handed_in(session, enrolment, "b", "true")
    # The one whose result rises has read all the rest: a pass completes the course.
    has_read_the_rest(session, enrolment)
    handed_in(session, learner(session, stored, "Falls Falealuga"), "a", "true")
    handed_in(session, learner(session, stored, "Same Siaosi"), "c", "false")
    gone = learner(session, stored, "Gone Galuvao", state=EnrolmentState.WITHDRAWN)
    handed_in(session, gone, "b", "true")
    ask(session, COUNT)
    work(app, session)

    page = trainer.get(NEW)
    refused = trainer.submit(page, "See what would change", {"note": ""}, status=400)
    assert "Say what was wrong" in refused.text
    page = trainer.submit(
        page, "See what would change",
        {"rights-0": ["b"], "reason": "key_wrong", "note": "b was meant."},
    )  # fmt: skip
    assert "The preview is being made." in page.main
    assert rows(session, Regrade) == []
    work(app, session)
    preview = trainer.get(page.path)
    for words in (
        "Attempts that met the question 4", "Results that change 2", "More points 1",
        "Fewer points 1", "Pass that did not before 1",
        "Fall below the mark, and keep their pass 1",
        "Left the course, and stay as they are 1", "Rises Rengulbai", "Falls Falealuga",
    ):  # fmt: skip
        assert words in preview.main, words
    assert "Same Siaosi" not in preview.main
    assert results(session) == [("0", False), ("1", True), ("1", True), ("0", False)]

    assert "In force" in trainer.submit(preview, "Apply it").main
    trainer.submit(preview, "Apply it")
    work(app, session)
    assert results(session) == [("1", True), ("0", True), ("1", True), ("0", False)]
    assert rows(session, Enrolment)[0].state is EnrolmentState.COMPLETED
    told = sorted(each.kind for each in rows(session, Notice) if each.kind.startswith("regrade"))
    assert told == ["regrade.changed", "regrade.passed"]
    assert all(each.done_at is not None for each in rows(session, Regrade))
    audited = [entry.verb for entry in session.query(AuditEntry).all()]
    assert audited.count("attempt.regrade") == 2
    assert audited.count("correction.apply") == 1

    before = results(session)
    facts = len(rows(session, Evidence))
    (correction,) = session.query(QuestionCorrection).all()
    ask_again(session, correction)
    work(app, session)
    assert results(session) == before
    assert len(rows(session, Evidence)) == facts
    assert len([each for each in rows(session, Notice) if each.kind.startswith("regrade")]) == 2

    # Statistics are what a count from nothing would say.
    ask(session, COUNT)
    work(app, session)
    sums = {key.question_key: value for key, value in item_sums_of(session, KEY).items()}
    assert sums["who-answers"].credit == 1000
    assert {key: each.times for key, each in sums["who-answers"].chosen.items()} == {
        "a": 1, "b": 2, "c": 1,
    }  # fmt: skip
    assert quiz_sums_of(session, KEY)["check"].firsts == 4

    # A new attempt is marked by the new key, and its review shows it.
    other = sign_in(make_official(session))
    other.post(f"/learning/{KEY}/begin")
    attempt_page = other.post(f"/learning/{KEY}/check/attempts")
    token = next(
        label.select_one("input")["value"]
        for label in attempt_page.soup.select("#q1 label")
        if "The minder" in label.get_text()
    )
    other.submit(attempt_page, "Hand in", {"q1": token, "q2": "true"})
    assert results(session)[-1] == ("1", True)
    review = other.get(f"/learning/{KEY}/check/attempts/1").main
    assert "The key of this question was corrected" in review
    # A second round waits, for what was handed in while the first went by.
    waiting = session.query(Job).filter_by(kind=REGRADE, state=JobState.WAITING).all()
    assert [job.payload.get("is_second") for job in waiting] == [True, True]


def results(session) -> list[tuple[str, bool]]:
    """Points and pass of every attempt."""
    session.expire_all()
    return [(each.earned, each.is_passed) for each in rows(session, Attempt)]


def has_read_the_rest(session, enrolment: Enrolment) -> None:
    session.add(
        Evidence(
            client_id=f"read-{enrolment.id}", enrolment_id=enrolment.id,
            person_id=enrolment.person_id, member_code=enrolment.member_code,
            agency_id=enrolment.agency_id, kind="read", activity_key="asking",
            happened_at=clock.now(), recorded_at=clock.now(), facts={},
        )
    )  # fmt: skip
    session.flush()


def ask_again(session, correction: QuestionCorrection) -> None:
    """The job once more, as after a crash of the worker."""
    payload = {"correction_id": correction.id, "course_key": KEY}
    enqueue(session, REGRADE, payload, requested_by=SYSTEM, now=clock.now())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_correction_of_another_course_is_not_there_and_a_discarded_one_changes_nothing(
    app, session, stored, sign_in
) -> None:
    trainer = sign_in(make_trainer(session), second_factor=True)
    stranger = sign_in(make_trainer(session, "other-course"), second_factor=True)
    handed_in(session, learner(session, stored, "Ana"), None, "true")
    stranger.get(NEW, status=404)
    trainer.get(NEW.replace("who-answers", "no-such"), status=404)
    page = trainer.submit(
        trainer.get(NEW), "See what would change", {"how": "everyone", "note": "Unclear."}
    )
    work(app, session)
    stranger.get(page.path, status=404)
    stranger.post(page.path, {"act": "apply"}, status=404)
    preview = trainer.get(page.path)
    assert "Everybody who met it has its points." in preview.main
    assert "Pass that did not before 1" in preview.main
    assert "Nothing has changed." in trainer.submit(preview, "Discard it").text
    trainer.post(page.path, {"act": "apply"}, status=409)
    work(app, session)
    assert results(session) == [("0", False)]
    assert "Discarded" in trainer.get(f"/teaching/{KEY}/corrections").main
