"""Questions about a lesson and their answers, on both databases."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pytest

from lms.core import clock
from lms.core.access_log import list_accesses
from lms.courses.queries import get_current
from lms.courses.values.edition import Edition
from lms.learning.models import LessonAnswer, LessonQuestion
from lms.learning.rules.questions import Audience, may_change
from lms.notices.models import Notice
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.learning.taught import KEY, make_trainer, publish_course, rows, write_taught_course

HERE = f"/learning/{KEY}/asking/questions"
WORDS = "May I ask\nin the corridor?"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    return write_taught_course(tmp_path_factory.mktemp("content"))


@pytest.fixture
def edition(session, sources) -> Edition:
    return publish_course(session, sources)


@pytest.fixture
def asker(session):
    return make_official(session, name="Sela Vuki")


@pytest.fixture
def learner(edition, asker, sign_in):
    return on_course(sign_in(asker))


@pytest.fixture
def fellow(session, edition, sign_in):
    return on_course(sign_in(make_official(session, "FJI", name="Ana Lewa")))


@pytest.fixture
def trainer(session, edition, sign_in):
    return sign_in(make_trainer(session))


def on_course(client):
    client.post(f"/learning/{KEY}/begin")
    return client


def ask(client, words: str = WORDS, audience: Audience = Audience.COURSE, status: int = 200):
    fields = {"text": words, "audience": audience.value}
    return client.submit(client.get(HERE), "Send the question", fields, status=status)


def the_question(session) -> LessonQuestion:
    return rows(session, LessonQuestion)[-1]


def test_every_activity_leads_to_its_questions(learner) -> None:
    for key in ("asking", "check", "quay", "plan", "day"):
        page = learner.get(f"/learning/{KEY}/{key}")
        assert page.links("Questions about this page") == [f"/learning/{KEY}/{key}/questions"]


def test_question_is_asked_answered_in_place_and_the_asker_is_told(
    session, learner, trainer
) -> None:
    page = ask(learner)
    assert "Your question is sent." in page.text
    assert "You asked" in page.main
    assert "Not answered yet" in page.main
    waiting = trainer.get(f"/teaching/{KEY}/questions")
    assert "Sela Vuki" in waiting.main
    page = trainer.submit(waiting, "Send the answer", {"text": "Better in a room."})
    assert "No question waits" in page.main
    page = learner.get(HERE)
    assert "Better in a room." in page.main
    assert "Not answered yet" not in page.main
    assert "Your question about “Asking” is answered." in learner.get("/notices").main


def test_trainer_who_is_not_on_the_course_answers_on_the_page_of_the_lesson(
    session, learner, trainer
) -> None:
    ask(learner, audience=Audience.TRAINER)
    page = trainer.get(HERE)
    assert "May I ask" in page.main
    assert "Send the question" not in page.main
    page = trainer.submit(page, "Send the answer", {"text": "First."})
    assert page.path.endswith("/asking/questions")
    trainer.submit(page, "Send the answer", {"text": "Second."})
    assert [answer.text for answer in rows(session, LessonAnswer)] == ["First.", "Second."]
    assert learner.get(HERE).main.index("First.") < learner.get(HERE).main.index("Second.")


def test_only_the_trainers_read_a_question_unless_the_asker_says_otherwise(
    learner, fellow, trainer
) -> None:
    page = learner.get(HERE)
    chosen = page.soup.find("input", attrs={"name": "audience", "checked": True})
    assert chosen["value"] == "trainer"
    ask(learner, "For you alone.", Audience.TRAINER)
    ask(learner, "For all of us.")
    seen = fellow.get(HERE).main
    assert "For all of us." in seen
    assert "For you alone." not in seen
    assert "For you alone." in trainer.get(HERE).main


def test_fellow_learners_see_the_asker_as_listed(session, asker, learner, fellow) -> None:
    ask(learner)
    assert "Sela Vuki asked" in fellow.get(HERE).main
    asker.limits_own_listing = True
    page = fellow.get(HERE)
    assert "Official asked" in page.main
    assert "Sela Vuki" not in page.html


def test_question_about_a_quiz_goes_to_the_trainers_only(session, learner, fellow) -> None:
    here = f"/learning/{KEY}/check/questions"
    page = learner.get(here)
    data = page.form_of("Send the question")[1]
    learner.post(here, {**data, "text": "Is it a?", "audience": "course"})
    assert the_question(session).audience is Audience.TRAINER
    assert "Is it a?" not in fellow.get(here).main


def test_question_does_not_tell_which_version_of_a_lesson_its_asker_read(
    session, learner, fellow
) -> None:
    here = f"/learning/{KEY}/asking-lighter/questions"
    page = learner.get(here)
    page = learner.submit(page, "Send the question", {"text": "Who asks?", "audience": "course"})
    assert page.path == here
    assert "Who asks?" in page.main
    assert page.links("Asking, in outline") == [f"/learning/{KEY}/asking-lighter"]
    assert the_question(session).activity_key == "asking"
    assert "Who asks?" in fellow.get(HERE).main


def test_who_is_not_on_the_course_finds_no_questions(session, learner, sign_in) -> None:
    ask(learner)
    stranger = sign_in(make_official(session))
    stranger.get(HERE, status=404)
    stranger.post(HERE, {"text": "x", "audience": "course", "client_id": "0" * 32}, status=404)
    left = on_course(sign_in(make_official(session)))
    left.post(f"/learning/{KEY}/leave", {"reason": "no_time"})
    left.get(HERE, status=404)


def test_trainer_of_another_course_finds_nothing_and_changes_nothing(
    session, learner, sign_in
) -> None:
    ask(learner)
    number = the_question(session).id
    other = sign_in(make_trainer(session, "other-course"))
    other.get(HERE, status=404)
    for course in (KEY, "other-course"):
        path = f"/teaching/{course}/questions/{number}"
        other.get(path, status=404)
        other.post(path, {"text": "x", "client_id": "0" * 32}, status=404)
        other.post(f"{path}/pin", {"pinned": "1"}, status=404)
        other.post(f"{path}/hide", {"reason": "unkind"}, status=404)
    other.get(f"/teaching/{KEY}/questions", status=404)
    assert "No question waits" in other.get("/teaching/other-course/questions").main
    assert rows(session, LessonAnswer) == []


def test_learner_and_focal_point_may_not_answer(session, learner, fellow, sign_in) -> None:
    ask(learner)
    number = the_question(session).id
    for client in (fellow, sign_in(make_focal_point(session))):
        client.get(f"/teaching/{KEY}/questions", status=403)
        client.post(f"/teaching/{KEY}/questions/{number}", {"text": "x"}, status=403)


def test_secretariat_answers_in_every_course(session, learner, sign_in) -> None:
    ask(learner)
    client = sign_in(make_secretariat(session))
    page = client.get(f"/teaching/{KEY}/questions")
    client.submit(page, "Send the answer", {"text": "In a room."})
    assert len(rows(session, LessonAnswer)) == 1


def test_question_helpful_to_all_stands_before_the_others(session, learner, trainer) -> None:
    ask(learner, "The old one.")
    ask(learner, "The new one.")
    old = rows(session, LessonQuestion)[0].id
    trainer.post(f"/teaching/{KEY}/questions/{old}/pin", {"pinned": "1"})
    seen = learner.get(HERE).main
    assert "Helpful to all" in seen
    assert seen.index("The old one.") < seen.index("The new one.")
    trainer.post(f"/teaching/{KEY}/questions/{old}/pin", {"pinned": ""})
    assert "Helpful to all" not in learner.get(HERE).main


def test_private_question_cannot_be_helpful_to_all(session, learner, trainer) -> None:
    ask(learner, audience=Audience.TRAINER)
    number = the_question(session).id
    trainer.post(f"/teaching/{KEY}/questions/{number}/pin", {"pinned": "1"}, status=409)


def test_hidden_question_is_read_by_its_asker_and_the_trainers_only(
    session, learner, fellow, trainer
) -> None:
    ask(learner, "He lives in the blue house.")
    number = the_question(session).id
    page = trainer.get(f"/teaching/{KEY}/questions/{number}")
    refused = trainer.submit(page, "Hide it", status=400)
    assert refused.error("reason") == "Choose the reason that fits best."
    trainer.submit(page, "Hide it", {"reason": "points_to_somebody"})
    assert "blue house" not in fellow.get(HERE).main
    assert "It could point to a real person." in learner.get(HERE).main
    hidden = trainer.get(f"/teaching/{KEY}/questions?show=hidden")
    assert "blue house" in hidden.main
    assert "No question waits" in trainer.get(f"/teaching/{KEY}/questions").main
    form = next(label for label in buttons(hidden) if label.startswith("Show it again"))
    trainer.submit(hidden, form)
    assert "blue house" in fellow.get(HERE).main


def buttons(page) -> list[str]:
    return [" ".join(button.get_text(" ").split()) for button in page.soup.find_all("button")]


def test_asker_changes_the_words_for_fifteen_minutes(session, learner) -> None:
    ask(learner)
    question = the_question(session)
    page = learner.get(f"{HERE}/{question.id}")
    page = learner.submit(page, "Change it", {"text": "Or in a car?"})
    assert "Or in a car?" in page.main
    assert "changed" in page.main
    the_question(session).asked_at = clock.now() - datetime.timedelta(minutes=16)
    session.flush()
    assert "Change it" not in learner.get(HERE).main
    refused = learner.post(f"{HERE}/{question.id}", {"text": "Too late"}, status=409)
    assert "can be changed for 15 minutes" in refused.main
    assert the_question(session).text == "Or in a car?"


def test_answered_question_is_not_changed_any_more(session, learner, trainer) -> None:
    ask(learner)
    question = the_question(session).id
    page = learner.get(f"{HERE}/{question}")
    trainer.submit(trainer.get(HERE), "Send the answer", {"text": "In a room."})
    learner.submit(page, "Change it", {"text": "Another"}, status=409)


def test_question_of_somebody_else_is_not_changed(session, learner, fellow) -> None:
    ask(learner)
    number = the_question(session).id
    fellow.get(f"{HERE}/{number}", status=404)
    fellow.post(f"{HERE}/{number}", {"text": "x"}, status=404)


def test_sixth_question_within_an_hour_is_refused_and_nothing_typed_is_lost(
    session, learner
) -> None:
    for number in range(5):
        ask(learner, f"Question {number}")
    refused = ask(learner, "One too many", status=429)
    assert "There were too many tries." in refused.main
    assert refused.value("text").strip() == "One too many"
    assert len(rows(session, LessonQuestion)) == 5


def test_same_form_sent_twice_asks_once_and_answers_once(session, learner, trainer) -> None:
    page = learner.get(HERE)
    for _ in range(2):
        learner.submit(page, "Send the question", {"text": "Once?", "audience": "course"})
    assert len(rows(session, LessonQuestion)) == 1
    page = trainer.get(HERE)
    for _ in range(2):
        trainer.submit(page, "Send the answer", {"text": "Once."})
    assert len(rows(session, LessonAnswer)) == 1
    told = [notice for notice in rows(session, Notice) if notice.kind == "question.answered"]
    assert len(told) == 1


def test_two_trainers_who_answer_at_once_both_stand_and_the_question_is_answered(
    session, learner, sign_in
) -> None:
    ask(learner)
    address = f"/teaching/{KEY}/questions/{the_question(session).id}"
    tabs = [sign_in(make_trainer(session)) for _ in range(4)]
    tokens = [tab.csrf_token() for tab in tabs]
    session.commit()

    def press(tab, token, number) -> None:
        data = {"csrf_token": token, "text": f"Answer {number}", "client_id": f"{number:032x}"}
        tab.http.post(address, data=data)

    threads = [
        threading.Thread(target=press, args=each)
        for each in zip(tabs, tokens, range(4), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert len(rows(session, LessonAnswer)) == 4
    assert the_question(session).answered_at is not None


def test_empty_and_overlong_questions_are_refused_beside_the_field(session, learner) -> None:
    assert ask(learner, "   ", status=400).error("text") == "Write something, then send."
    assert ask(learner, "x" * 2001, status=400).error("text") == "This is too long. Shorten it."
    assert rows(session, LessonQuestion) == []


def test_words_of_a_question_are_shown_as_typed_and_never_as_markup(learner, fellow) -> None:
    ask(learner, "<script>alert(1)</script>")
    assert "&lt;script&gt;" in fellow.get(HERE).html


def test_trainers_are_told_once_a_day_and_the_secretariat_where_there_is_none(
    session, edition, learner, sign_in
) -> None:
    helper = make_secretariat(session)
    ask(learner)
    ask(learner)
    told = [n.person_id for n in rows(session, Notice) if n.kind == "question.waiting"]
    assert told == [helper.id]


def test_names_on_the_page_are_kept_in_the_record_of_access(
    session, asker, learner, fellow
) -> None:
    ask(learner)
    fellow.get(HERE)
    records = list_accesses(session, person_id=asker.id).records
    assert [record.endpoint for record in records] == ["learning.questions"]


def test_lists_go_on_by_key_and_statements_do_not_grow(
    session, edition, learner, trainer, statements
) -> None:
    fill(session, 45)
    first = trainer.get(f"/teaching/{KEY}/questions")
    assert len(first.soup.select("li[id^=question-]")) == 20
    assert "Question 0." in first.main
    second = trainer.get(first.links("Next")[0])
    third = trainer.get(second.links("Next")[0])
    assert len(third.soup.select("li[id^=question-]")) == 5
    with statements() as of_list:
        trainer.get(f"/teaching/{KEY}/questions")
    with statements() as of_page:
        learner.get(HERE)
    for question in rows(session, LessonQuestion)[1:]:
        session.delete(question)
    session.flush()
    with statements() as of_short_list:
        trainer.get(f"/teaching/{KEY}/questions")
    with statements() as of_short_page:
        learner.get(HERE)
    assert len(of_list) == len(of_short_list)
    assert len(of_page) == len(of_short_page)


def fill(session, count: int) -> None:
    """So many open questions of as many people."""
    now = clock.now()
    edition_id = get_current(session, KEY).id
    for number in range(count):
        person = make_official(session)
        session.add(
            LessonQuestion(
                client_id=f"fill:{number}",
                person_id=person.id,
                member_code=person.member_code,
                course_key=KEY,
                activity_key="asking",
                edition_id=edition_id,
                language="en",
                audience=Audience.COURSE,
                text=f"Question {number}.",
                asked_at=now,
            )
        )
        session.flush()


def test_words_may_be_changed_until_they_are_answered_or_old(now) -> None:
    old = now - datetime.timedelta(minutes=15, seconds=1)
    assert may_change(now, is_answered=False, now=now)
    assert not may_change(now, is_answered=True, now=now)
    assert not may_change(old, is_answered=False, now=now)
