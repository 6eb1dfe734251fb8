"""Assigning: what, whom, a look at what it does, doing it once, undoing it, reminding."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.errors import BadInputError, NotFoundError
from lms.core.jobs.services import enqueue
from lms.core.outbox.models import OutboxMessage
from lms.enrolments.jobs import remind_of_courses, remind_of_paths
from lms.enrolments.queries.assignments import chosen_ids, get_assignment
from lms.enrolments.rules.assigning import AssignmentState, SubjectKind
from lms.enrolments.rules.due import DueReason
from lms.enrolments.rules.states import EnrolmentState, StepVerb, WithdrawalReason
from lms.enrolments.services import assigning, undoing
from lms.enrolments.services.due import change_due
from lms.enrolments.services.taking import enrol_self, withdraw
from lms.notices.dispatch import dispatch
from lms.people.models.persons import PersonState
from tests.factories import (
    actor_of,
    focal_point_actor,
    give_role,
    make_agency,
    make_focal_point,
    make_official,
    make_secretariat,
    secretariat_actor,
)
from tests.support.assigned import (
    SYSTEM,
    Courses,
    enrolments,
    on_paths,
    publish_a_path,
    read,
    steps,
    told,
    work,
)
from tests.support.together import at_once

COURSE = SubjectKind.COURSE


@pytest.fixture(scope="module")
def courses(tmp_path_factory) -> Courses:
    return Courses(tmp_path_factory.mktemp("content"))


@pytest.fixture
def in_a_month(now) -> datetime.date:
    return (now + datetime.timedelta(days=30)).date()


def assign(session, actor, people, *, key="alpha", kind=COURSE, due_on=None, now=None):
    """Draft, choose, carry out; the assignment."""
    now = now or clock.now()
    made = assigning.draft(session, actor, kind, key, due_on=due_on, now=now)
    assigning.choose(session, actor, made.run_id, add=[person.id for person in people])
    done, _job = assigning.carry_out(session, actor, made.run_id, now=now)
    session.commit()
    return done


def test_focal_point_assigns_by_clicks_and_the_people_are_told(
    session, sign_in, courses, in_a_month
) -> None:
    courses.publish(session, "alpha")
    ann = make_official(session, name="Ann Ongiil")
    ben = make_official(session, name="Ben Rengulbai")
    client = sign_in(make_focal_point(session, name="Focal Point"))
    page = client.get("/own")
    page = client.get(page.links("Assign a course")[0])
    page = client.submit(
        page,
        "Go on to the people",
        {"subject": "course:alpha", "due_on": in_a_month.isoformat()},
    )
    assert page.h1 == "Who is to take it?"
    page = client.submit(page, "See what it does", {"person": [str(ann.id), str(ben.id)]})
    assert "Will be enrolled 2 persons" in page.main
    assert "Nobody is enrolled or told yet" in page.main
    assert enrolments(session) == []
    page = client.submit(page, "Assign it to 2 persons")
    assert "Assigned on" in page.main
    rows = enrolments(session)
    assert {row.person_id for row in rows} == {ann.id, ben.id}
    assert {row.due_on for row in rows} == {in_a_month}
    assert {row.due_zone for row in rows} == {"Pacific/Palau"}
    notices = sign_in(ann).get("/notices").main
    assert "“Course alpha” is assigned to you. Complete it by" in notices
    assert in_a_month.isoformat() not in notices


def test_second_press_assigns_nothing_twice(app, session, sign_in, courses) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    focal_point = make_focal_point(session)
    actor = focal_point_actor(focal_point)
    made = assigning.draft(session, actor, COURSE, "alpha", due_on=None, now=clock.now())
    assigning.choose(session, actor, made.run_id, add=[person.id])
    session.commit()
    press = [
        lambda other: assigning.carry_out(other, actor, made.run_id, now=clock.now())
        for _ in range(4)
    ]
    assert at_once(app, *press) == [None] * 4
    assert len(enrolments(session)) == 1
    assert told(session, person) == ["learning.assigned.course"]


def test_preview_says_who_is_on_it_completed_it_or_cannot(session, sign_in, courses, now) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    ready, lacking, on_it, done = [make_official(session) for _ in range(4)]
    for person in (ready, on_it, done):
        read(
            session,
            enrol_self(session, actor_of(person), "alpha", language="en", now=now),
        )
    enrol_self(session, actor_of(on_it), "beta", language="en", now=now)
    read(session, enrol_self(session, actor_of(done), "beta", language="en", now=now))
    away = make_official(session, state=PersonState.SUSPENDED)
    focal_point = make_focal_point(session)
    actor = focal_point_actor(focal_point)
    made = assigning.draft(session, actor, COURSE, "beta", due_on=None, now=now)
    people = [ready, lacking, on_it, done, away]
    assigning.choose(session, actor, made.run_id, add=[person.id for person in people])
    page = sign_in(focal_point).get(f"/own/assignments/{made.run_id}")
    for words, person in (
        ("Will be enrolled", ready),
        ("On it already; nothing changes", on_it),
        ("Completed it; left alone", done),
        ("Not possible: the account is not active", away),
        ("Not possible: another course comes first", lacking),
    ):
        assert f"{words} 1 person {person.name}" in page.main


def test_day_due_is_added_for_who_is_on_it_and_never_moved(session, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    enrol_self(session, actor_of(person), "alpha", language="en", now=now)
    actor = focal_point_actor(make_focal_point(session))
    first = (now + datetime.timedelta(days=20)).date()
    assign(session, actor, [person], due_on=first)
    (row,) = enrolments(session)
    assert row.due_on == first
    done = assign(session, actor, [person], due_on=(now + datetime.timedelta(days=5)).date())
    assert done.counts == {"keep": 1}
    (row,) = enrolments(session)
    assert row.due_on == first


def test_day_that_is_past_is_refused_and_what_was_typed_stays(
    session, sign_in, courses, now
) -> None:
    courses.publish(session, "alpha")
    client = sign_in(make_focal_point(session))
    yesterday = (now - datetime.timedelta(days=1)).date().isoformat()
    page = client.submit(
        client.get("/own/assignments/new"),
        "Go on to the people",
        {"subject": "course:alpha", "due_on": yesterday},
        status=400,
    )
    assert page.error("due_on") == "Choose a day after today."
    assert page.value("due_on") == yesterday
    assert page.value("subject") == "course:alpha"


def test_nothing_chosen_is_refused_with_a_sentence(session, sign_in, courses) -> None:
    courses.publish(session, "alpha")
    client = sign_in(make_focal_point(session))
    page = client.submit(client.get("/own/assignments/new"), "Go on to the people", status=400)
    assert page.error("subject") == "Choose a course or a path."


def test_nobody_is_assigned_before_somebody_is_chosen(session, courses, now) -> None:
    courses.publish(session, "alpha")
    actor = focal_point_actor(make_focal_point(session))
    made = assigning.draft(session, actor, COURSE, "alpha", due_on=None, now=now)
    with pytest.raises(BadInputError):
        assigning.carry_out(session, actor, made.run_id, now=now)


def test_all_who_match_are_added_with_one_press(session, sign_in, courses) -> None:
    courses.publish(session, "alpha")
    coast = make_agency(session, "PLW", "Coast Guard")
    people = [make_official(session, agency=coast) for _ in range(3)]
    make_official(session)
    client = sign_in(make_focal_point(session))
    page = client.submit(
        client.get("/own/assignments/new"), "Go on to the people", {"subject": "course:alpha"}
    )
    page = client.get(f"{page.path.partition('?')[0]}?agency={coast.id}")
    page = client.submit(page, "Add all 3 who match")
    assert "3 persons are chosen so far." in page.main
    run_id = page.path.split("/")[3]
    page = client.submit(page, "Take those ticked out", {"person": [str(people[0].id)]})
    assert "2 persons are chosen so far." in page.main
    assert f"/own/assignments/{run_id}" in page.path


def test_people_of_another_member_are_left_out(session, courses, now) -> None:
    courses.publish(session, "alpha")
    own, other = make_official(session, "PLW"), make_official(session, "NRU")
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    made = assigning.draft(session, actor, COURSE, "alpha", due_on=None, now=now)
    assigning.choose(session, actor, made.run_id, add=[own.id, other.id])
    assert chosen_ids(made) == [own.id]
    made.chosen = {"people": [own.id, other.id]}
    assigning.carry_out(session, actor, made.run_id, now=now)
    assert [row.person_id for row in enrolments(session)] == [own.id]


def test_focal_point_of_an_agency_assigns_within_it_only(session, courses, now) -> None:
    courses.publish(session, "alpha")
    police = make_agency(session, "PLW", "Police")
    officer = make_official(session, agency=police)
    elsewhere = make_official(session)
    focal_point = make_official(session, agency=police)
    give_role(session, focal_point, Role.FOCAL_POINT, ScopeKind.AGENCY, str(police.id))
    actor = actor_of(focal_point, (Role.FOCAL_POINT, ScopeKind.AGENCY, str(police.id)))
    done = assign(session, actor, [officer, elsewhere])
    assert done.agency_id == police.id
    assert [row.person_id for row in enrolments(session)] == [officer.id]


def test_assignment_of_another_member_is_not_found(session, sign_in, courses) -> None:
    courses.publish(session, "alpha")
    actor = focal_point_actor(make_focal_point(session, "PLW"))
    done = assign(session, actor, [make_official(session, "PLW")])
    client = sign_in(make_focal_point(session, "NRU"))
    client.get(f"/own/assignments/{done.run_id}", status=404)
    client.post(f"/own/assignments/{done.run_id}/undo", status=404)
    client.post(f"/own/assignments/{done.run_id}/carry-out", status=404)


def test_draft_of_a_colleague_is_not_found(session, courses, now) -> None:
    courses.publish(session, "alpha")
    first, second = make_focal_point(session), make_focal_point(session)
    made = assigning.draft(session, focal_point_actor(first), COURSE, "alpha", due_on=None, now=now)
    with pytest.raises(NotFoundError):
        get_assignment(session, focal_point_actor(second), made.run_id)


def test_course_by_nomination_is_assigned_by_the_secretariat_alone(session, courses, now) -> None:
    courses.publish(session, "gamma", open_to="invited")
    with pytest.raises(NotFoundError):
        assigning.draft(
            session,
            focal_point_actor(make_focal_point(session)),
            COURSE,
            "gamma",
            due_on=None,
            now=now,
        )
    person = make_official(session, "FJI")
    assign(session, secretariat_actor(make_secretariat(session)), [person], key="gamma")
    assert [row.person_id for row in enrolments(session)] == [person.id]


def test_official_may_not_assign(session, sign_in, courses) -> None:
    client = sign_in(make_official(session))
    client.get("/own/assignments/new", status=403)
    client.get("/own", status=403)


def test_undo_takes_off_who_has_not_begun_and_leaves_who_has(session, courses, now) -> None:
    courses.publish(session, "alpha")
    idle, busy = make_official(session), make_official(session)
    actor = focal_point_actor(make_focal_point(session))
    done = assign(session, actor, [idle, busy])
    (begun,) = enrolments(session, busy)
    begun.last_activity_at = clock.now()
    session.commit()
    undoing.undo(session, actor, done.run_id, now=clock.now())
    assert enrolments(session, idle)[0].state is EnrolmentState.WITHDRAWN
    assert enrolments(session, busy)[0].state is EnrolmentState.ACTIVE
    assert (done.state, done.counts["undone"]) == (AssignmentState.UNDONE, 1)
    assert done.counts["begun"] == 1
    assert told(session, idle)[-1] == "learning.taken_back.course"
    undoing.undo(session, actor, done.run_id, now=clock.now())
    assert len(told(session, idle)) == 2


def test_undo_of_an_added_day_takes_the_day_away_and_not_the_course(session, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    earlier = now - datetime.timedelta(days=1)
    enrol_self(session, actor_of(person), "alpha", language="en", now=earlier)
    actor = focal_point_actor(make_focal_point(session))
    done = assign(session, actor, [person], due_on=(now + datetime.timedelta(days=9)).date())
    undoing.undo(session, actor, done.run_id, now=clock.now())
    (row,) = enrolments(session)
    assert (row.state, row.due_on, row.remind_at) == (EnrolmentState.ACTIVE, None, None)


def test_more_than_200_people_are_a_job_that_can_be_undone(
    app, session, sign_in, courses, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(assigning, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(undoing, "MOST_AT_ONCE", 2)
    monkeypatch.setattr("lms.enrolments.jobs.CHUNK", 2)
    courses.publish(session, "alpha")
    people = [make_official(session) for _ in range(5)]
    focal_point = make_focal_point(session)
    actor = focal_point_actor(focal_point)
    done = assign(session, actor, people)
    assert done.state is AssignmentState.RUNNING
    assert enrolments(session) == []
    session.commit()
    (job,) = work(app, tmp_path)
    session.expire_all()
    assert done.state is AssignmentState.DONE
    assert done.counts == {"enrol": 5}
    client = sign_in(focal_point)
    page = client.get(f"/jobs/{job.run_id}")
    assert page.links("See the result") == [f"/own/assignments/{done.run_id}"]
    client.submit(client.get(f"/own/assignments/{done.run_id}"), "Undo it")
    work(app, tmp_path)
    session.expire_all()
    assert done.counts["undone"] == 5
    assert {row.state for row in enrolments(session)} == {EnrolmentState.WITHDRAWN}


def test_who_left_is_brought_back_with_what_they_did(session, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    enrol_self(session, actor_of(person), "alpha", language="en", now=now)
    withdraw(session, actor_of(person), "alpha", reason=WithdrawalReason.NO_TIME, now=now)
    done = assign(session, focal_point_actor(make_focal_point(session)), [person])
    assert done.counts == {"return": 1}
    (row,) = enrolments(session)
    assert row.state is EnrolmentState.ACTIVE


def test_focal_point_moves_the_day_with_a_reason_and_the_person_is_told(
    session, sign_in, courses, in_a_month
) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    focal_point = make_focal_point(session)
    assign(session, focal_point_actor(focal_point), [person], due_on=in_a_month)
    client = sign_in(focal_point)
    page = client.get(f"/own/{person.id}/courses/alpha")
    page = client.submit(
        page, "Change the day", {"due_on": "2020-01-01", "reason": "absence"}, status=400
    )
    assert page.error("due_on") == "Choose a day after today."
    assert page.value("due_on") == "2020-01-01"
    later = in_a_month + datetime.timedelta(days=14)
    client.submit(page, "Change the day", {"due_on": later.isoformat(), "reason": "absence"})
    (row,) = enrolments(session)
    assert row.due_on == later
    last = steps(session, row)[-1]
    assert (last.verb, last.reason, last.due_on) == (StepVerb.SET_DUE, "absence", later)
    assert told(session, person)[-1] == "learning.due_changed.course"


def test_focal_point_takes_an_assignment_back_while_it_is_not_complete(
    session, sign_in, courses
) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    focal_point = make_focal_point(session)
    assign(session, focal_point_actor(focal_point), [person])
    client = sign_in(focal_point)
    page = client.get(f"/own/{person.id}/courses/alpha")
    page = client.submit(page, "Take it back", status=400)
    assert page.error("taken_reason") == ""
    assert "Choose a reason." in page.main
    client.submit(page, "Take it back", {"taken_reason": "changed_post"})
    (row,) = enrolments(session)
    assert row.state is EnrolmentState.WITHDRAWN
    last = steps(session, row)[-1]
    assert (last.verb, last.reason, last.by_person_id) == (
        StepVerb.TAKE_BACK,
        "changed_post",
        focal_point.id,
    )
    assert told(session, person)[-1] == "learning.taken_back.course"
    client.get(f"/own/{person.id}/courses/alpha", status=404)


def test_own_choice_of_a_person_is_not_taken_back_by_others(session, sign_in, courses, now) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    enrol_self(session, actor_of(person), "alpha", language="en", now=now)
    client = sign_in(make_focal_point(session))
    client.get(f"/own/{person.id}/courses/alpha", status=404)
    client.post(f"/own/{person.id}/courses/alpha/take-back", {"taken_reason": "other"}, status=409)
    assert enrolments(session)[0].state is EnrolmentState.ACTIVE


def test_another_members_focal_point_finds_no_day_to_move(
    session, sign_in, courses, in_a_month
) -> None:
    courses.publish(session, "alpha")
    person = make_official(session, "PLW")
    assign(session, focal_point_actor(make_focal_point(session, "PLW")), [person])
    client = sign_in(make_focal_point(session, "NRU"))
    sent = {"due_on": in_a_month.isoformat(), "reason": "absence"}
    client.post(f"/own/{person.id}/courses/alpha/due", sent, status=404)
    sent = {"taken_reason": "other"}
    client.post(f"/own/{person.id}/courses/alpha/take-back", sent, status=404)
    assert enrolments(session)[0].due_on is None


def test_reminders_come_once_for_each_stage_and_stop_with_completion(
    session, courses, now, in_a_month
) -> None:
    courses.publish(session, "alpha")
    idle, busy = make_official(session), make_official(session)
    actor = focal_point_actor(make_focal_point(session))
    assign(session, actor, [idle, busy], due_on=in_a_month, now=now)
    read(session, enrolments(session, busy)[0])
    session.commit()
    for days in range(70):
        remind_of_courses(session, now=now + datetime.timedelta(days=days))
        remind_of_courses(session, now=now + datetime.timedelta(days=days))
    reminders = [kind for kind in told(session, idle) if "due" in kind]
    assert reminders == ["learning.due_soon.course"] * 2 + ["learning.overdue.course"] * 3
    assert [kind for kind in told(session, busy) if "due" in kind] == []


def test_moved_day_is_reminded_of_anew(session, courses, now, in_a_month) -> None:
    courses.publish(session, "alpha")
    person = make_official(session)
    actor = focal_point_actor(make_focal_point(session))
    assign(session, actor, [person], due_on=in_a_month, now=now)
    half = now + datetime.timedelta(days=16)
    remind_of_courses(session, now=half)
    later = in_a_month + datetime.timedelta(days=30)
    change_due(
        session,
        actor,
        person.id,
        COURSE,
        "alpha",
        day=later,
        reason=DueReason.WORKLOAD,
        now=half,
    )
    remind_of_courses(session, now=half + datetime.timedelta(days=23))
    assert told(session, person).count("learning.due_soon.course") == 2


def test_whole_path_is_assigned_with_its_first_course(session, courses, now, in_a_month) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta", first=["alpha"])
    publish_a_path(session, ["alpha", "beta"])
    person = make_official(session)
    actor = focal_point_actor(make_focal_point(session))
    assign(session, actor, [person], key="way", kind=SubjectKind.PATH, due_on=in_a_month, now=now)
    (on_path,) = on_paths(session, person)
    assert on_path.due_on == in_a_month
    (row,) = enrolments(session, person)
    assert (row.course_key, row.due_on) == ("alpha", None)
    remind_of_paths(session, now=now + datetime.timedelta(days=16))
    assert told(session, person) == ["learning.assigned_by_day.path", "learning.due_soon.path"]


def test_undo_of_a_path_takes_the_path_and_its_first_course_back(session, courses, now) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta")
    publish_a_path(session, ["alpha", "beta"])
    person = make_official(session)
    actor = focal_point_actor(make_focal_point(session))
    done = assign(session, actor, [person], key="way", kind=SubjectKind.PATH)
    undoing.undo(session, actor, done.run_id, now=clock.now())
    assert on_paths(session, person)[0].state is EnrolmentState.WITHDRAWN
    assert enrolments(session, person)[0].state is EnrolmentState.WITHDRAWN
    assert done.counts["undone"] == 1
    assert told(session, person) == ["learning.assigned.path", "learning.taken_back.path"]


def test_mail_about_an_assignment_names_no_course_to_who_limits_the_listing(
    app, session, courses, tmp_path
) -> None:
    courses.publish(session, "alpha", title="Finding victims")
    person = make_official(session, limits_own_listing=True)
    assign(session, focal_point_actor(make_focal_point(session)), [person])
    facts = mails_to(session, person)
    assert facts
    assert all("Finding victims" not in str(fact) for fact in facts)


def mails_to(session, person):
    """The facts of mails queued for a person, after the worker decided about notices."""
    dispatch(session, now=clock.now() + datetime.timedelta(days=2))
    rows = session.execute(select(OutboxMessage).where(OutboxMessage.person_id == person.id))
    return [row.facts for row in rows.scalars()]


def test_draft_that_nobody_carried_out_is_forgotten_after_a_month(
    app, session, courses, now, tmp_path
) -> None:
    courses.publish(session, "alpha")
    actor = focal_point_actor(make_focal_point(session))
    long_ago = now - datetime.timedelta(days=31)
    old = assigning.draft(session, actor, COURSE, "alpha", due_on=None, now=long_ago).run_id
    new = assigning.draft(session, actor, COURSE, "alpha", due_on=None, now=now).run_id
    enqueue(session, "enrolments.forget_drafts", {}, requested_by=SYSTEM, now=now)
    session.commit()
    work(app, tmp_path)
    session.expunge_all()
    assert get_assignment(session, actor, new).run_id == new
    with pytest.raises(NotFoundError):
        get_assignment(session, actor, old)


def test_path_that_is_overdue_is_found_in_the_list(session, sign_in, courses, now) -> None:
    courses.publish(session, "alpha")
    courses.publish(session, "beta")
    publish_a_path(session, ["alpha", "beta"])
    person = make_official(session, name="Late Walker")
    focal_point = make_focal_point(session)
    day = (now + datetime.timedelta(days=5)).date()
    actor = focal_point_actor(focal_point)
    assign(session, actor, [person], key="way", kind=SubjectKind.PATH, due_on=day)
    client = sign_in(focal_point)
    assert "Late Walker" in client.get("/own?due=7").main
    assert "Late Walker" not in client.get("/own?state=overdue").main
    on_paths(session, person)[0].due_at = now - datetime.timedelta(days=1)
    assert "Late Walker" in client.get("/own?state=overdue").main


def test_secretariat_narrows_to_a_member_and_assigns(session, sign_in, courses) -> None:
    courses.publish(session, "gamma", open_to="invited")
    make_official(session, "FJI", name="Fiji Officer")
    make_official(session, "NRU", name="Nauru Officer")
    client = sign_in(make_secretariat(session))
    page = client.submit(
        client.get("/own/assignments/new"), "Go on to the people", {"subject": "course:gamma"}
    )
    page = client.get(f"{page.path}?member=FJI")
    assert "Nauru Officer" not in page.main
    page = client.submit(page, "Add the 1 who matches")
    page = client.submit(client.get(page.path), "See what it does")
    page = client.submit(page, "Assign it to 1 person")
    assert "Enrolled 1 person" in page.main
