"""Texts that a person marks: queue, claim, rubric, return and acceptance, on both databases."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pytest

from lms.access.roles import Role
from lms.assessments.models import Marking, MarkingDecision, Writing, WritingVersion
from lms.assessments.rules.markings import (
    MARKING_STEPS,
    MarkingState,
    check_levels,
    points_of,
    possible_points,
)
from lms.core import clock
from lms.core.access_log import list_accesses
from lms.core.audit.models import AuditEntry
from lms.core.errors import BadInputError
from lms.courses.queries import get_current
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState, Source
from lms.notices.models import Notice
from lms.progress.models import Evidence
from lms.progress.rules import EvidenceKind
from tests.factories import make_focal_point, make_official, make_secretariat
from tests.learning.taught import KEY, make_trainer, publish_course, rows, write_taught_course

TEXT = "On Monday I ask the harbour master for a room."
GOOD = {"level-specific": "1", "level-safe": "1", "comment": "Clear and safe."}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    return write_taught_course(tmp_path_factory.mktemp("content"))


@pytest.fixture
def edition(session, sources) -> Edition:
    return publish_course(session, sources)


@pytest.fixture
def author(session):
    return make_official(session, name="Ngirmang Rengulbai")


@pytest.fixture
def learner(edition, author, sign_in):
    client = sign_in(author)
    client.post(f"/learning/{KEY}/begin")
    return client


@pytest.fixture
def trainer(session, edition, sign_in):
    return sign_in(make_trainer(session))


def send(client, words: str = TEXT):
    page = client.get(f"/learning/{KEY}/plan")
    button = "Send anew" if "Send anew" in page.main else "Send"
    return client.submit(page, button, {"step": words})


def take(client, marking: Marking):
    return client.submit(client.get(f"/marking/{marking.id}"), "Take it")


def test_what_is_sent_stands_in_the_queue_and_is_accepted_by_the_rubric(
    session, learner, trainer
) -> None:
    page = send(learner)
    assert "Waits to be read" in page.main
    assert "Send it; a trainer reads it." in learner.get(f"/learning/{KEY}").main
    queue = trainer.get("/marking")
    assert "Your plan" in queue.main
    (marking,) = rows(session, Marking)
    page = trainer.get(f"/marking/{marking.id}")
    assert TEXT not in page.html
    page = trainer.submit(page, "Take it")
    assert TEXT in page.main
    page = trainer.submit(page, "Accept", GOOD)
    assert "Accepted. The author is told." in page.text
    assert "Nothing waits" in page.main
    seen = learner.get(f"/learning/{KEY}/plan").main
    assert "Clear and safe." in seen
    assert "5 of 5" in seen
    assert "A step and a day. (2 points)" in seen
    (evidence,) = rows(session, Evidence)
    assert evidence.kind is EvidenceKind.MARKED
    assert evidence.facts == {"points": 5, "possible": 5}
    assert "marking.accepted" in [notice.kind for notice in rows(session, Notice)]


def test_accepted_text_is_no_longer_among_what_is_missing(session, learner, trainer) -> None:
    learner.submit(learner.get(f"/learning/{KEY}/asking"), "Done, next lesson")
    send(learner)
    (marking,) = rows(session, Marking)
    trainer.submit(take(trainer, marking), "Accept", GOOD)
    assert "Your plan" not in learner.get(f"/learning/{KEY}").main.split("not complete?")[1]


def test_returned_text_keeps_its_history_and_may_be_sent_again(session, learner, trainer) -> None:
    send(learner, "I will do better.")
    (marking,) = rows(session, Marking)
    page = take(trainer, marking)
    refused = trainer.submit(page, "Return for more work", {"comment": "When?"}, status=400)
    assert refused.error("reason") == "Say why it goes back to its author."
    assert refused.value("comment").strip() == "When?"
    refused = trainer.submit(
        page, "Return for more work", {"reason": "more_detail", "comment": ""}, status=400
    )
    assert refused.error("comment") == "Write to the author what is to be done."
    trainer.submit(
        page, "Return for more work", {"reason": "more_detail", "comment": "Name the day."}
    )
    page = learner.get(f"/learning/{KEY}/plan")
    assert "Returned for more work" in page.main
    assert "Name the day." in page.main
    assert page.value("step").strip() == "I will do better."
    assert rows(session, Evidence) == []
    page = send(learner)
    assert "You have sent a newer version since." in page.main
    assert "I will do better." in page.main
    page = trainer.submit(take(trainer, marking), "Accept", GOOD)
    page = trainer.get(f"/marking/{marking.id}")
    assert "Version 1: Returned for more work" in page.main
    assert "I will do better." in page.main
    assert [version.number for version in rows(session, WritingVersion)] == [1, 2]
    assert [decision.outcome for decision in rows(session, MarkingDecision)] == [
        MarkingState.RETURNED,
        MarkingState.ACCEPTED,
    ]


def test_accepting_needs_a_level_for_each_criterion(session, learner, trainer) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    refused = trainer.submit(take(trainer, marking), "Accept", {"level-safe": "1"}, status=400)
    assert "Choose a level, then accept." in refused.main
    assert rows(session, MarkingDecision) == []


def test_text_one_marker_holds_is_not_marked_by_another(session, learner, trainer, sign_in) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    take(trainer, marking)
    other = sign_in(make_trainer(session, role=Role.MARKER))
    assert "Somebody marks it" in other.get("/marking").main
    page = other.get(f"/marking/{marking.id}")
    assert "Somebody else is marking this text." in page.main
    assert TEXT not in page.html
    other.post(f"/marking/{marking.id}/claim", status=409)
    other.post(f"/marking/{marking.id}", {"version": "1", "act": "accept", **GOOD}, status=409)
    other.post(f"/marking/{marking.id}/release")
    assert rows(session, MarkingDecision) == []
    trainer.submit(trainer.get(f"/marking/{marking.id}"), "Put it back into the queue")
    assert TEXT in take(other, marking).main


def test_claim_ends_by_itself_after_two_hours(session, learner, trainer, sign_in) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    take(trainer, marking)
    session.refresh(marking)
    assert marking.claimed_until - clock.now() <= datetime.timedelta(hours=2)
    marking.claimed_until = clock.now() - datetime.timedelta(seconds=1)
    session.flush()
    other = sign_in(make_trainer(session))
    assert TEXT in take(other, marking).main
    late = {"version": "1", "act": "accept", **GOOD}
    trainer.post(f"/marking/{marking.id}", late, status=409)


def test_two_markers_who_take_one_text_at_once_do_not_both_get_it(
    session, learner, sign_in
) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    tabs = [sign_in(make_trainer(session)) for _ in range(4)]
    tokens = [tab.csrf_token() for tab in tabs]
    address = f"/marking/{marking.id}"
    session.commit()
    answers: list[int] = []

    def press(tab, token) -> None:
        answer = tab.http.post(f"{address}/claim", data={"csrf_token": token})
        answers.append(answer.status_code)

    run_together(press, tabs, tokens)
    assert sorted(answers) == [303, 409, 409, 409]


def test_mark_sent_many_times_at_once_counts_once(session, author, learner, sign_in) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    marker = make_trainer(session)
    take(sign_in(marker), marking)
    tabs = [sign_in(marker) for _ in range(6)]
    tokens = [tab.csrf_token() for tab in tabs]
    address = f"/marking/{marking.id}"
    session.commit()
    answers: list[int] = []

    def press(tab, token) -> None:
        data = {"version": "1", "act": "accept", "csrf_token": token, **GOOD}
        answers.append(tab.http.post(address, data=data).status_code)

    run_together(press, tabs, tokens)
    assert answers == [303] * 6
    session.expire_all()
    assert len(rows(session, MarkingDecision)) == 1
    assert len(rows(session, Evidence)) == 1
    told = [notice for notice in rows(session, Notice) if notice.person_id == author.id]
    assert [notice.kind for notice in told] == ["marking.accepted"]


def test_author_who_sends_while_it_is_marked_is_not_marked_on_the_old_text(
    session, learner, trainer
) -> None:
    send(learner, "Too short.")
    (marking,) = rows(session, Marking)
    page = take(trainer, marking)
    send(learner)
    refused = trainer.submit(page, "Accept", GOOD, status=409)
    assert "The author has sent a newer text meanwhile." in refused.main
    assert TEXT in refused.main
    assert refused.value("comment").strip() == "Clear and safe."
    assert refused.value("version") == "2"
    trainer.submit(refused, "Accept", {**GOOD})
    (decision,) = rows(session, MarkingDecision)
    assert decision.version == 2


def test_sending_and_marking_at_the_same_moment_leave_one_clear_state(
    session, author, learner, sign_in
) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    marker = sign_in(make_trainer(session))
    take(marker, marking)
    again = sign_in(author)
    tokens = [marker.csrf_token(), again.csrf_token()]
    address = f"/marking/{marking.id}"
    session.commit()

    def press(tab, token) -> None:
        if tab is marker:
            data = {"version": "1", "act": "accept", "csrf_token": token, **GOOD}
            tab.http.post(address, data=data)
        else:
            data = {"step": "Another step.", "act": "send", "csrf_token": token}
            tab.http.post(f"/learning/{KEY}/plan/writing", data=data)

    run_together(press, [marker, again], tokens)
    session.expire_all()
    (marking,) = rows(session, Marking)
    decided = {decision.version for decision in rows(session, MarkingDecision)}
    if marking.state is MarkingState.ACCEPTED:
        assert (decided, marking.version, len(rows(session, Evidence))) == ({1}, 1, 1)
    else:
        assert (marking.state, marking.version, decided) == (MarkingState.SENT, 2, set())
        assert rows(session, Evidence) == []


def test_sending_twice_makes_one_version(session, learner) -> None:
    page = learner.get(f"/learning/{KEY}/plan")
    learner.submit(page, "Send", {"step": TEXT})
    learner.submit(page, "Send", {"step": TEXT})
    assert len(rows(session, WritingVersion)) == 1
    send(learner, "Another.")
    assert [version.number for version in rows(session, WritingVersion)] == [1, 2]


def test_draft_is_in_no_queue(session, learner, trainer) -> None:
    page = learner.get(f"/learning/{KEY}/plan")
    learner.submit(page, "Save the draft", {"step": "Perhaps."})
    assert rows(session, Marking) == []
    assert "Nothing waits" in trainer.get("/marking").main


def test_draft_saved_after_sending_changes_nothing_in_the_queue(session, learner, trainer) -> None:
    send(learner)
    page = learner.get(f"/learning/{KEY}/plan")
    learner.submit(page, "Save the draft", {"step": "Half a thought"})
    (marking,) = rows(session, Marking)
    page = take(trainer, marking)
    assert TEXT in page.main
    assert "Half a thought" not in page.html


def test_accepted_text_cannot_be_sent_again(session, learner, trainer) -> None:
    stale = learner.get(f"/learning/{KEY}/plan")
    send(learner)
    (marking,) = rows(session, Marking)
    trainer.submit(take(trainer, marking), "Accept", GOOD)
    learner.submit(stale, "Send", {"step": "More."}, status=409)
    assert "Send anew" not in learner.get(f"/learning/{KEY}/plan").main


def test_name_of_the_author_is_hidden_until_the_text_is_marked(
    session, author, learner, trainer
) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    assert author.name not in trainer.get("/marking").html
    assert author.name not in take(trainer, marking).html
    trainer.submit(trainer.get(f"/marking/{marking.id}"), "Accept", GOOD)
    assert author.name in trainer.get("/marking?state=accepted").main


def test_marker_who_does_not_teach_sees_the_author_as_listed(
    session, author, learner, sign_in
) -> None:
    author.limits_own_listing = True
    send(learner)
    (marking,) = rows(session, Marking)
    marker = sign_in(make_trainer(session, role=Role.MARKER))
    marker.submit(take(marker, marking), "Accept", GOOD)
    page = marker.get("/marking?state=accepted")
    assert "Official" in page.main
    assert author.name not in page.html


def test_words_of_a_marked_text_are_for_who_marked_it(session, learner, trainer, sign_in) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    trainer.submit(take(trainer, marking), "Accept", GOOD)
    assert TEXT in trainer.get(f"/marking/{marking.id}").main
    other = sign_in(make_trainer(session))
    assert TEXT not in other.get(f"/marking/{marking.id}").html


def test_trainer_of_another_course_finds_no_such_text(session, learner, sign_in) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    other = sign_in(make_trainer(session, "other-course"))
    assert "Nothing waits" in other.get("/marking").main
    assert "Nothing is found" in other.get(f"/marking?course={KEY}").main
    other.get(f"/marking/{marking.id}", status=404)
    for path in ("", "/claim", "/release"):
        other.post(f"/marking/{marking.id}{path}", status=404)


def test_nobody_marks_what_they_wrote_themselves(session, author, learner, sign_in) -> None:
    from_author = make_trainer(session)
    client = sign_in(from_author)
    client.post(f"/learning/{KEY}/begin")
    send(client)
    (marking,) = rows(session, Marking)
    assert "Nothing waits" in client.get("/marking").main
    client.get(f"/marking/{marking.id}", status=404)


def test_focal_point_and_secretariat_do_not_read_what_was_written(
    session, learner, sign_in
) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    for person in (make_focal_point(session), make_secretariat(session)):
        client = sign_in(person)
        client.get("/marking", status=403)
        client.get(f"/marking/{marking.id}", status=403)


def test_text_of_somebody_who_left_the_course_leaves_the_queue(session, learner, trainer) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    page = take(trainer, marking)
    learner.post(f"/learning/{KEY}/leave", {"reason": "no_time"})
    assert "Nothing waits" in trainer.get("/marking").main
    trainer.submit(page, "Accept", GOOD, status=404)
    learner.post(f"/learning/{KEY}/begin")
    assert rows(session, MarkingDecision) == []


def test_queue_shows_what_was_sent_first_before_the_rest_and_goes_on_by_key(
    session, edition, trainer, statements
) -> None:
    now = clock.now()
    for number in range(35):
        add_marking(session, KEY, now - datetime.timedelta(minutes=number))
    first = trainer.get("/marking")
    links = [a["href"] for a in first.soup.select(".rows a")]
    assert len(links) == 30
    assert links[0].endswith(str(rows(session, Marking)[-1].id))
    (following,) = first.links("Next")
    second = trainer.get(following)
    assert len(second.soup.select(".rows a")) == 5
    with statements() as of_many:
        trainer.get("/marking")
    for marking in rows(session, Marking)[1:]:
        marking.state = MarkingState.ACCEPTED
    session.flush()
    with statements() as of_one:
        trainer.get("/marking")
    assert len(of_many) == len(of_one)


def test_page_of_a_text_is_kept_in_the_record_of_access(session, author, learner, trainer) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    take(trainer, marking)
    records = list_accesses(session, person_id=author.id).records
    assert {record.endpoint for record in records} == {"learning.marking_text"}


def test_every_step_is_in_the_audit_without_a_word_of_the_text(session, learner, trainer) -> None:
    send(learner)
    (marking,) = rows(session, Marking)
    trainer.submit(take(trainer, marking), "Accept", GOOD)
    entries = [e for e in audit(session) if e.verb.startswith("marking.")]
    assert [e.verb for e in entries] == ["marking.send", "marking.claim", "marking.accept"]
    assert TEXT not in str([e.facts for e in entries])


def test_markers_are_told_once_a_day_that_texts_wait(session, learner, trainer, sign_in) -> None:
    send(learner)
    second = sign_in(make_official(session))
    second.post(f"/learning/{KEY}/begin")
    send(second)
    told = [n for n in rows(session, Notice) if n.kind == "marking.waiting"]
    assert len(told) == 1
    assert "Texts wait to be marked in “Your plan”." in trainer.get("/notices").main


def test_points_are_those_of_the_levels_chosen(sources) -> None:
    rubric = sources[0].activity("plan").rubric
    assert possible_points(rubric) == 5
    assert points_of(rubric, {"specific": 1}) == 2
    assert check_levels(rubric, {"specific": 9, "other": 1}, all_needed=False) == {}
    with pytest.raises(BadInputError) as refused:
        check_levels(rubric, {"specific": 1}, all_needed=True)
    assert refused.value.field == "level-safe"


def test_nothing_leaves_the_state_accepted() -> None:
    assert [step for step in MARKING_STEPS if step.before is MarkingState.ACCEPTED] == []


def add_marking(session, course: str, sent_at: datetime.datetime) -> None:
    """A text of somebody new, sent at this moment, without going through its page."""
    person = make_official(session)
    enrolment = Enrolment(
        person_id=person.id,
        member_code=person.member_code,
        course_key=course,
        edition_id=get_current(session, course).id,
        source=Source.SELF,
        state=EnrolmentState.ACTIVE,
        language="en",
        enrolled_at=sent_at,
    )
    session.add(enrolment)
    session.flush()
    same = {"person_id": person.id, "member_code": person.member_code, "activity_key": "plan"}
    writing = Writing(enrolment_id=enrolment.id, answers={}, saved_at=sent_at, **same)
    session.add(writing)
    session.flush()
    session.add(
        Marking(
            writing_id=writing.id,
            enrolment_id=enrolment.id,
            course_key=course,
            state=MarkingState.SENT,
            version=1,
            sent_at=sent_at,
            **same,
        )
    )
    session.flush()


def audit(session) -> list[AuditEntry]:
    return list(session.query(AuditEntry).order_by(AuditEntry.id))


def run_together(press, tabs, tokens) -> None:
    threads = [threading.Thread(target=press, args=each) for each in zip(tabs, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
