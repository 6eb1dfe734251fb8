"""The bulk path: its rows say what the services would have written, and numbering goes on."""

from __future__ import annotations

import dataclasses

import pytest

from config import ROOT, Environment
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.assessments.models import Attempt
from lms.certificates.models import Certificate
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.errors import RefusedError
from lms.core.extensions import db
from lms.courses.check import course_folders, load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules import EnrolmentState
from lms.guides.registry import read_registry
from lms.people.models import Affiliation, Person
from lms.people.models.members import AgencyType
from lms.people.models.persons import PersonState
from lms.progress.models import Evidence
from lms.progress.queries import known_of
from lms.progress.rules import missing
from lms.web.demonstration.bulk.ground import read_ground
from lms.web.demonstration.bulk.people import RUN_ID, insert_people
from lms.web.demonstration.cli import demo
from lms.web.demonstration.loading import require_allowed
from tests.factories import give_role, make_agency, make_official, password_hash

SYSTEM = Actor.system("test")
COURSE = "victim-identification"
FIRST = "act-means-purpose"


@pytest.fixture(scope="module")
def editions():
    """All courses as they lie in content, read once."""
    registry = read_registry(ROOT / "content" / "guides")[0]
    return [load_course(folder, registry) for folder in course_folders(ROOT / "content")], registry


@pytest.fixture
def ground(session, editions):
    """What the bulk path stands on: courses, agencies, names."""
    courses, registry = editions
    for edition in courses:
        publish(session, SYSTEM, edition, registry, now=clock.now())
    for member, kind in (("PLW", "coast_guard"), ("THA", "police"), ("LKA", "labour")):
        make_agency(session, member, type=AgencyType(kind))
    session.commit()
    found = read_ground(session, password_hash(), now=clock.now())
    session.rollback()
    return found


@pytest.fixture
def engine(app):
    with app.app_context():
        return db.engine


def every(session, model):
    return session.execute(scoped(model, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()


def test_states_follow_from_the_evidence_beside_them(session, engine, ground) -> None:
    rows = sum(insert_people(engine, ground, 80))
    people = [person for person in every(session, Person) if person.run_id == RUN_ID]
    assert len(people) == 80
    assert rows > 80 * 20
    enrolments = every(session, Enrolment)
    known = known_of(session, SYSTEM, Reach.ALL_MEMBERS, [each.id for each in enrolments])
    known_editions = {course.id for course in ground.courses.values()}
    assert {each.edition_id for each in enrolments} <= known_editions
    for enrolment in enrolments:
        stored = session.get_one(StoredEdition, enrolment.edition_id)
        is_complete = not missing(get_edition(session, stored.digest), known[enrolment.id])
        assert is_complete == (enrolment.state is EnrolmentState.COMPLETED)
        assert is_complete == (enrolment.completed_at is not None)
        assert enrolment.enrolled_at <= (enrolment.last_activity_at or clock.now())
    completed = [each for each in enrolments if each.completed_at is not None]
    assert {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED} <= {each.state for each in enrolments}
    assert len(every(session, Certificate)) == len(completed) > 10
    assert all(certificate.frozen.hours > 0 for certificate in every(session, Certificate))
    steps = every(session, EnrolmentStep)
    assert len([step for step in steps if step.verb == "begin"]) == len(enrolments)
    passed = [a for a in every(session, Attempt) if a.activity_key == "final" and a.is_passed]
    assert len(passed) >= len(completed)
    assert len(every(session, Affiliation)) == len(every(session, Person))


def test_all_are_on_one_course_and_services_number_on(session, engine, ground) -> None:
    list(insert_people(engine, ground, 30, only=COURSE))
    enrolments = every(session, Enrolment)
    assert [each.course_key for each in enrolments] == [COURSE] * 30
    assert all(person.state is PersonState.ACTIVE for person in people_of_run(session))
    last = max(person.id for person in every(session, Person))
    assert make_official(session).id > last
    session.commit()
    list(insert_people(engine, ground, 3))
    assert len(people_of_run(session)) == 33
    assert len(every(session, Evidence)) == len(
        {each.client_id for each in every(session, Evidence)}
    )


def people_of_run(session):
    """Those the bulk path made."""
    return [person for person in every(session, Person) if person.run_id == RUN_ID]


def test_statements_of_the_pages_of_a_course_do_not_grow_with_who_is_on_it(
    session, engine, ground, sign_in, statements
) -> None:
    learner, trainer = make_official(session), make_official(session)
    give_role(session, trainer, Role.TRAINER, ScopeKind.COURSE, COURSE)
    pages = sign_in(learner)
    pages.post(f"/learning/{COURSE}/begin")
    teaching = sign_in(trainer)
    paths = [
        (pages, "/learning"),
        (pages, f"/learning/{COURSE}"),
        (pages, f"/learning/{COURSE}/{FIRST}"),
        (teaching, "/teaching"),
        (teaching, f"/teaching/{COURSE}"),
        (teaching, f"/teaching/{COURSE}/people"),
    ]
    found = []
    for more in (60, 300):  # one page of the list is full both times
        list(insert_people(engine, ground, more, only=COURSE))
        counts = {}
        for client, path in paths:
            client.get(path)
            with statements() as seen:
                client.get(path)
            counts[path] = len(seen)
        found.append(counts)
    assert found[0] == found[1]


def test_command_says_how_many_rows_and_refuses_an_unknown_course(app, session, ground) -> None:
    run = app.test_cli_runner().invoke
    assert "people in" in run(demo, ["bulk", "--people", "3"]).output
    refused = run(demo, ["bulk", "--people", "3", "--course", "atlantis"])
    assert refused.exit_code != 0
    assert len(people_of_run(session)) == 3


def test_it_is_refused_in_production(settings) -> None:
    with pytest.raises(RefusedError):
        require_allowed(dataclasses.replace(settings, environment=Environment.PRODUCTION))
