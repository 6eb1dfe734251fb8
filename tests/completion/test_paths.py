"""Paths: begun, followed course by course, completed once."""

from __future__ import annotations

import pytest

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate
from lms.certificates.rules import SubjectKind
from lms.completion.services import paths as completion
from lms.completion.services.crediting import credit
from lms.core import clock
from lms.core.errors import NotFoundError, NotPossibleError, RefusedError
from lms.enrolments.rules.states import EnrolmentState
from lms.enrolments.services.taking import enrol_self
from lms.progress.rules import EvidenceKind, Fact
from tests.factories import actor_of, make_official
from tests.support.assigned import (
    SYSTEM,
    Courses,
    enrolments,
    on_paths,
    publish_a_path,
    read,
    told,
)
from tests.support.together import at_once


@pytest.fixture(scope="module")
def courses(tmp_path_factory) -> Courses:
    return Courses(tmp_path_factory.mktemp("content"))


@pytest.fixture
def way(session, courses):
    """A path of two courses that may be taken in any order."""
    courses.publish(session, "alpha")
    courses.publish(session, "beta")
    return publish_a_path(session, ["alpha", "beta"])


def begin(session, person, key="way"):
    return completion.begin(session, actor_of(person), key, language="en", now=clock.now())


def take(session, person, key):
    return enrol_self(session, actor_of(person), key, language="en", now=clock.now())


def certificates(session, person):
    statement = scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS).where(
        Certificate.person_id == person.id, Certificate.subject_kind == SubjectKind.PATH
    )
    return list(session.execute(statement).scalars())


def test_learner_follows_a_path_by_clicks_to_its_completion(session, sign_in, way) -> None:
    person = make_official(session)
    client = sign_in(person)
    page = client.get("/paths")
    page = client.get(page.links("The way")[0])
    page = client.submit(page, "Begin this path")
    assert "0 of 2 courses complete" in page.main
    assert page.links("Carry on") == ["/learning/alpha"]
    assert "Next: Course alpha" in client.get("/learning").main
    read(session, enrolments(session, person)[0])
    page = client.get("/paths/way")
    assert "1 of 2 courses complete" in page.main
    page = client.submit(page, "Begin the next course")
    read(session, enrolments(session, person)[1])
    page = client.get("/paths/way")
    assert "You completed this path on" in page.main
    assert "You have completed the path “The way”." in client.get("/notices").main
    (row,) = on_paths(session, person)
    assert (row.state, row.completed_member_code) == (EnrolmentState.COMPLETED, "PLW")
    (certificate,) = certificates(session, person)
    assert certificate.frozen.courses == ("Course alpha", "Course beta")


def test_visitor_sees_a_path_and_is_asked_to_sign_in(session, client, way) -> None:
    page = client.get("/paths/way")
    assert page.links("Sign in")
    assert "Begin this path" not in page.text
    assert "It needs all 2 courses to be complete." in page.main


def test_courses_completed_before_count_and_the_path_is_received(session, sign_in, way) -> None:
    person = make_official(session)
    for key in ("alpha", "beta"):
        read(session, take(session, person, key))
    assert on_paths(session, person) == []
    client = sign_in(person)
    page = client.submit(client.get("/paths/way"), "Receive this path")
    assert "You completed this path on" in page.main
    assert told(session, person).count("learning.path_completed") == 1


def test_beginning_twice_is_one_path_and_one_course(session, sign_in, way) -> None:
    person = make_official(session)
    begin(session, person)
    begin(session, person)
    assert len(on_paths(session, person)) == 1
    assert len(enrolments(session, person)) == 1


def test_beginning_in_two_tabs_at_once_is_one_path(app, session, way) -> None:
    person = make_official(session)
    session.commit()
    tabs = [lambda other: begin(other, person) for _ in range(4)]
    assert at_once(app, *tabs) == [None] * 4
    assert len(on_paths(session, person)) == 1
    assert len(enrolments(session, person)) == 1


@pytest.mark.parametrize("attempt", range(8))
def test_two_last_courses_in_two_tabs_complete_the_path_once(app, session, way, attempt) -> None:
    person = make_official(session)
    begin(session, person)
    take(session, person, "beta")
    first, second = (row.id for row in enrolments(session, person))
    session.commit()

    def last_page(enrolment_id):
        def press(other):
            now = clock.now()
            fact = Fact(f"{enrolment_id}", EvidenceKind.READ, "asking", now, {})
            credit(other, SYSTEM, enrolment_id, fact, now=now)

        return press

    assert at_once(app, last_page(first), last_page(second)) == [None, None]
    session.expire_all()
    (row,) = on_paths(session, person)
    assert row.state is EnrolmentState.COMPLETED
    assert told(session, person).count("learning.path_completed") == 1
    assert len(certificates(session, person)) == 1


@pytest.mark.parametrize("attempt", range(4))
def test_path_begun_while_its_last_course_completes_is_not_forgotten(
    app, session, way, attempt
) -> None:
    person = make_official(session)
    read(session, take(session, person, "alpha"))
    last = take(session, person, "beta").id
    session.commit()

    def finish(other):
        now = clock.now()
        credit(other, SYSTEM, last, Fact("x", EvidenceKind.READ, "asking", now, {}), now=now)

    assert at_once(app, finish, lambda other: begin(other, person)) == [None, None]
    session.expire_all()
    (row,) = on_paths(session, person)
    assert row.state is EnrolmentState.COMPLETED


def test_path_stays_as_it_was_begun_when_its_courses_change(session, courses, way) -> None:
    person = make_official(session)
    begin(session, person)
    courses.publish(session, "gamma")
    publish_a_path(session, ["alpha", "beta", "gamma"])
    read(session, enrolments(session, person)[0])
    read(session, take(session, person, "beta"))
    assert on_paths(session, person)[0].state is EnrolmentState.COMPLETED


def test_path_waits_for_a_course_outside_it_that_comes_first(session, courses) -> None:
    courses.publish(session, "basics")
    courses.publish(session, "alpha", first=["basics"])
    courses.publish(session, "beta")
    publish_a_path(session, ["alpha", "beta"])
    person = make_official(session)
    with pytest.raises(NotPossibleError) as refused:
        begin(session, person)
    assert "Course basics" in str(refused.value)
    assert on_paths(session, person) == []


def test_path_with_a_course_by_nomination_is_not_begun_by_oneself(session, courses) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "gamma", open_to="invited")
    publish_a_path(session, ["alpha", "gamma"])
    with pytest.raises(RefusedError):
        begin(session, make_official(session))


def test_leaving_a_path_leaves_its_courses_alone(session, sign_in, way) -> None:
    person = make_official(session)
    begin(session, person)
    client = sign_in(person)
    page = client.get(client.get("/paths/way").links("Leave this path")[0])
    page = client.submit(page, "Leave the path", status=400)
    assert "One thing to mend" in page.main
    client.submit(page, "Leave the path", {"reason": "no_time"})
    assert on_paths(session, person)[0].state is EnrolmentState.WITHDRAWN
    assert enrolments(session, person)[0].state is EnrolmentState.ACTIVE
    client.get("/paths/way/leave", status=404)


def test_path_that_is_not_there_is_not_found(session, sign_in) -> None:
    with pytest.raises(NotFoundError):
        begin(session, make_official(session), "nowhere")
    sign_in(make_official(session)).get("/paths/nowhere", status=404)
