"""Courses that must come first, leaving, coming back, and the steps that are kept of it."""

from __future__ import annotations

import pytest

from lms.core import clock
from lms.core.errors import NotPossibleError, RefusedError
from lms.enrolments.rules.states import EnrolmentState, StepVerb, WithdrawalReason
from lms.enrolments.services.taking import enrol_self, withdraw
from tests.factories import actor_of, make_official
from tests.support.assigned import Courses, enrolments, read, steps


@pytest.fixture(scope="module")
def courses(tmp_path_factory) -> Courses:
    return Courses(tmp_path_factory.mktemp("content"))


def begin(session, person, key):
    return enrol_self(session, actor_of(person), key, language="en", now=clock.now())


def test_page_of_a_course_says_which_comes_first_and_offers_no_button(
    session, sign_in, courses
) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    client = sign_in(make_official(session))
    page = client.get("/courses/beta")
    assert "Another course comes first" in page.main
    assert "/courses/alpha" in page.links("Course alpha")
    assert "Take this course" not in page.text


def test_page_offers_the_button_once_the_first_course_is_complete(
    session, sign_in, courses
) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    person = make_official(session)
    read(session, begin(session, person, "alpha"))
    client = sign_in(person)
    page = client.submit(client.get("/courses/beta"), "Take this course")
    assert page.h1 == "Course beta"


def test_visitor_is_told_what_comes_first(session, client, courses) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    page = client.get("/courses/beta")
    assert "What comes first" in page.main
    assert "Another course comes first" not in page.main


def test_service_refuses_a_course_whose_first_is_not_complete(session, courses) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    person = make_official(session)
    begin(session, person, "alpha")
    with pytest.raises(NotPossibleError) as refused:
        begin(session, person, "beta")
    assert str(refused.value) == "Complete “Course alpha” first. Then you can begin this course."
    assert [each.course_key for each in enrolments(session)] == ["alpha"]


def test_posting_past_the_missing_button_is_refused(session, sign_in, courses) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    client = sign_in(make_official(session))
    page = client.post("/learning/beta/begin", status=409)
    assert "Complete “Course alpha” first." in page.main
    assert enrolments(session) == []


def test_page_of_a_course_one_is_on_leads_on_instead_of_beginning(
    session, sign_in, courses
) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    enrolment = begin(session, person, "alpha")
    client = sign_in(person)
    assert client.get("/courses/alpha").links("Carry on") == ["/learning/alpha"]
    read(session, enrolment)
    assert client.get("/courses/alpha").links("Open it again") == ["/learning/alpha"]


def test_who_left_comes_back_to_what_was_done(session, courses) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    first = begin(session, person, "alpha")
    withdraw(session, actor_of(person), "alpha", reason=WithdrawalReason.NO_TIME, now=clock.now())
    assert first.state is EnrolmentState.WITHDRAWN
    again = begin(session, person, "alpha")
    assert again.id == first.id
    assert again.state is EnrolmentState.ACTIVE
    assert again.withdrawal_reason is None
    assert [step.verb for step in steps(session, again)] == [
        StepVerb.BEGIN,
        StepVerb.WITHDRAW,
        StepVerb.RETURN,
    ]


def test_each_step_keeps_who_did_it_and_under_which_member(session, courses) -> None:
    courses.publish(session, "alpha")
    person = make_official(session, "PLW")
    enrolment = begin(session, person, "alpha")
    read(session, enrolment)
    begun, completed = steps(session, enrolment)
    assert (begun.verb, begun.reason, begun.by_person_id) == (StepVerb.BEGIN, "self", person.id)
    assert completed.verb is StepVerb.COMPLETE
    assert {step.member_code for step in (begun, completed)} == {"PLW"}


def test_course_by_nomination_is_not_taken_by_oneself(session, courses) -> None:
    courses.publish(session, "gamma", open_to="invited")
    with pytest.raises(RefusedError):
        begin(session, make_official(session), "gamma")
