"""Taking a course: begin, read, carry on, complete, leave; nobody sees another's."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState
from lms.guides.registry import read_registry
from lms.people.models import Person
from lms.progress.models import Evidence
from tests.courses.small_course import write_small_course
from tests.factories import make_official

SYSTEM = Actor.system("test")
KEY = "small-course"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path]:
    content = tmp_path_factory.mktemp("content")
    return load_course(write_small_course(content)), content / "guides"


@pytest.fixture
def reading(session: Session, small: tuple[Edition, Path]) -> StoredEdition:
    """A course of two pages, published."""
    edition, guides = small
    tree = json.loads(edition.to_json())
    page = next(each for each in tree["activities"] if each["kind"] == "page")
    second = {**page, "key": "again", "title": "Asking again", "file": "modules/01-one/02-again.md"}
    tree["activities"].append(second)
    tree["modules"][0]["activities"] = [page["key"], "again"]
    tree["modules"] = tree["modules"][:1]
    stored = publish(
        session,
        SYSTEM,
        Edition.model_validate_json(json.dumps(tree)),
        read_registry(guides)[0],
        now=clock.now(),
    )
    assert stored is not None
    return stored


def enrolments(session: Session) -> list[Enrolment]:
    return list(session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalars())


def evidence(session: Session) -> list[Evidence]:
    return list(session.execute(scoped(Evidence, SYSTEM, Reach.ALL_MEMBERS)).scalars())


def begun(sign_in, person: Person):
    client = sign_in(person)
    page = client.submit(client.get(f"/courses/{KEY}"), "Take this course")
    return client, page


def test_official_reads_to_the_end_and_is_told_what_is_missing_at_each_step(
    session, sign_in, reading
) -> None:
    client, page = begun(sign_in, make_official(session))
    assert "These 2 activities are missing" in page.main
    page = client.get(page.links("Begin")[0])
    page = client.submit(page, "Done, next lesson")
    assert page.h1 == "Asking again"
    assert "One activity is missing" in client.get(f"/learning/{KEY}").main
    page = client.submit(page, "Done")
    assert "You have completed this course" in page.main
    (enrolment,) = enrolments(session)
    assert enrolment.state is EnrolmentState.COMPLETED
    assert enrolment.completed_member_code == "PLW"
    assert "You have completed “A small course”." in client.get("/notices").main


def test_double_press_of_done_leaves_one_fact(session, sign_in, reading) -> None:
    client, _ = begun(sign_in, make_official(session))
    page = client.get(f"/learning/{KEY}/again")
    action, data = page.form_of("Done")
    client.post(action, data)
    client.post(action, data)
    assert len(evidence(session)) == 1


def test_beginning_in_two_tabs_is_one_enrolment(session, sign_in, reading) -> None:
    client, _ = begun(sign_in, make_official(session))
    client.post(f"/learning/{KEY}/begin")
    assert len(enrolments(session)) == 1


def test_two_last_pages_in_two_tabs_complete_the_course(app, session, sign_in, reading) -> None:
    person = make_official(session)
    client, _ = begun(sign_in, person)
    pages = [client.get(f"/learning/{KEY}/{key}") for key in ("asking", "again")]
    words = ("Done, next lesson", "Done")
    forms = [page.form_of(word) for page, word in zip(pages, words, strict=True)]
    tabs = [sign_in(person) for _ in forms]
    tokens = [tab.csrf_token() for tab in tabs]
    session.commit()

    def press(tab, form, token) -> None:
        action, data = form
        tab.http.post(action, data={**data, "csrf_token": token})

    threads = [
        threading.Thread(target=press, args=each) for each in zip(tabs, forms, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert enrolments(session)[0].state is EnrolmentState.COMPLETED


def test_page_read_by_its_lighter_version_is_done(session, sign_in, small) -> None:
    edition, guides = small
    stored = publish(session, SYSTEM, edition, read_registry(guides)[0], now=clock.now())
    assert stored is not None
    client, _ = begun(sign_in, make_official(session))
    lighter = next(
        a.key for a in edition.activities if getattr(a, "alternative_to", None) == "asking"
    )
    page = client.get(f"/learning/{KEY}/{lighter}")
    assert "It gives the same credit" in page.main
    client.submit(page, "Done, next lesson", status=None, follow=False)
    outline = client.get(f"/learning/{KEY}")
    assert "Done" in outline.main


def test_official_who_is_not_on_the_course_reads_no_lesson(session, sign_in, reading) -> None:
    client = sign_in(make_official(session))
    client.get(f"/learning/{KEY}/asking", status=404)
    client.post(f"/learning/{KEY}/asking/done", {"client_id": "0" * 32}, status=404)
    assert evidence(session) == []


def test_leaving_keeps_what_was_done_and_it_counts_again(session, sign_in, reading) -> None:
    client, _ = begun(sign_in, make_official(session))
    page = client.get(f"/learning/{KEY}/leave")
    refused = client.submit(page, "Leave the course", status=400)
    assert refused.error("reason") or "reason" in refused.html
    client.submit(page, "Leave the course", {"reason": "no_time"})
    assert "You are on no course yet" in client.get("/learning").main
    assert enrolments(session)[0].state is EnrolmentState.WITHDRAWN


def test_course_by_nomination_is_not_begun_by_oneself(session, sign_in, reading) -> None:
    reading.card = {**reading.card, "open_to": "invited"}
    session.flush()
    client = sign_in(make_official(session))
    client.post(f"/learning/{KEY}/begin", status=403)
    assert enrolments(session) == []


def test_unknown_activity_is_not_found(session, sign_in, reading) -> None:
    client, _ = begun(sign_in, make_official(session))
    client.get(f"/learning/{KEY}/nothing", status=404)
    client.post(f"/learning/{KEY}/nothing/done", {"client_id": "0" * 32}, status=404)


def test_lesson_costs_five_statements_or_fewer_however_many_are_enrolled(
    session, sign_in, statements, reading
) -> None:
    client, _ = begun(sign_in, make_official(session))
    client.get(f"/learning/{KEY}/asking")
    for _ in range(30):
        other = make_official(session)
        session.add(
            Enrolment(
                member_code="PLW",
                person_id=other.id,
                course_key=KEY,
                edition_id=reading.id,
                source="self",
                state="active",
                language="en",
                enrolled_at=clock.now(),
            )
        )
    session.commit()
    # A page with a place for a note of the member asks for it: one statement more.
    for page, most in (("asking-lighter", 5), ("asking", 6)):
        with statements() as seen:
            client.get(f"/learning/{KEY}/{page}")
        selects = [sql for sql in seen if sql.startswith("SELECT")]
        assert len(selects) <= most, "\n".join(selects)


def test_lesson_text_and_wellbeing_are_shown_safely(session, sign_in, reading) -> None:
    client, _ = begun(sign_in, make_official(session))
    page = client.get(f"/learning/{KEY}/asking")
    assert "all is well" in page.main
    assert client.get(f"/learning/{KEY}/wellbeing").h1


def test_enrolment_keeps_the_affiliation_it_was_made_under(session, sign_in, reading) -> None:
    person = make_official(session)
    begun(sign_in, person)
    person.member_code = "FJI"
    session.flush()
    assert enrolments(session)[0].member_code == "PLW"


def test_learner_reads_a_course_in_a_language_the_pages_are_not_in(session, sign_in) -> None:
    registry, _ = read_registry(ROOT / "content" / "guides")
    flagship = load_course(ROOT / "content" / "courses" / "victim-identification", registry)
    publish(session, SYSTEM, flagship, registry, now=clock.now())
    client = sign_in(make_official(session))
    client.post("/learning/victim-identification/begin")
    plan = client.get("/learning/victim-identification")
    plan = client.submit(plan, "Read in this language", {"language": "th"})
    page = client.get("/learning/victim-identification/act-means-purpose")
    assert page.h1 == "การกระทำ วิธีการ วัตถุประสงค์"
    assert "No native speaker has checked this translation yet." in page.main
    later = client.get("/learning/victim-identification/a-reason-to-ask")
    assert "This page is not translated yet." in later.main
    client.post("/learning/victim-identification/pre-test/attempts")
    attempt = client.get("/learning/victim-identification/pre-test/attempts/1")
    assert "นายหน้าบอกความจริงทั้งหมดแก่ชายอายุ 30 ปี" in attempt.main
    client.post("/learning/victim-identification/language", {"language": "fr"}, status=400)
