"""The first cohort: every stage is there, lived through the services, at its own time."""

from __future__ import annotations

import unicodedata
from collections import Counter
from random import Random

import pytest
from sqlalchemy import select

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.assessments.models import Attempt
from lms.certificates.models import Certificate
from lms.core import clock
from lms.core.actor import Actor
from lms.core.extensions import db
from lms.core.jobs.models import Job, JobState
from lms.core.outbox.models import OutboxMessage
from lms.core.storage import LocalFolder
from lms.courses.check import course_folders, load_course
from lms.courses.checks.courses import load_paths
from lms.courses.services import publish
from lms.courses.services.paths import publish_path
from lms.enrolments.models import Enrolment, EnrolmentStep, PathEnrolment
from lms.enrolments.rules import EnrolmentState, Source
from lms.guides.registry import read_registry
from lms.people.models import Person
from lms.people.models.persons import PersonState
from lms.web.demonstration import cohort as living
from lms.web.demonstration import jobs
from lms.web.demonstration.cast import cohort, players
from lms.web.demonstration.cli import demo
from lms.web.demonstration.loading import load_people, mark_loaded
from lms.web.demonstration.stories import FIRST_WAVE, Stage, moments, story_of
from tests.factories import password_hash
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")
MEMBERS = {
    "Cambodia", "Hong Kong SAR", "India", "Indonesia", "Lao PDR", "Malaysia", "Maldives",
    "Mongolia", "Palau", "Philippines", "Sri Lanka", "Thailand", "Viet Nam",
}  # fmt: skip


def every(session, model):
    return session.execute(scoped(model, SYSTEM, Reach.ALL_MEMBERS)).scalars().all()


def test_about_three_hundred_officials_of_thirteen_members_stand_at_every_stage() -> None:
    officials = [player for player in (*players(), *cohort()) if player.cells["member"] in MEMBERS]
    assert 270 <= len(officials) <= 330
    assert {player.cells["member"] for player in cohort()} == MEMBERS
    stages = Counter(story_of(player).stage for player in cohort())
    assert set(stages) == set(Stage)
    assert min(stages.values()) >= 5


def test_names_are_distinct_and_in_the_scripts_of_their_members() -> None:
    everybody = (*players(), *cohort())
    names = [player.cells["name"] for player in everybody]
    assert len(set(names)) == len(names)
    assert len({player.email for player in everybody}) == len(names)
    written = [player.cells.get("own_script_name", "") for player in cohort()]
    scripts = {unicodedata.name(name[0]).split()[0] for name in written if name}
    assert {
        "KHMER", "CJK", "DEVANAGARI", "TAMIL", "BENGALI", "LAO", "THAANA", "CYRILLIC", "SINHALA",
        "THAI",
    } <= scripts  # fmt: skip
    assert sum(" " not in name for name in names) >= 15
    assert sum(name.count(" ") >= 3 for name in names) >= 15
    assert sum("limited_listing" in player.cells for player in cohort()) >= 30


def test_stories_are_the_same_every_time_and_lie_in_the_last_fourteen_months() -> None:
    for player in cohort():
        story = story_of(player)
        assert story == story_of(player)
        for chapter in story.chapters:
            assert FIRST_WAVE >= story.joined >= chapter.begun >= chapter.last >= 0
        begun = [chapter.begun for chapter in story.chapters]
        assert begun == sorted(begun, reverse=True)


def test_moments_of_work_are_in_order_and_end_with_the_last() -> None:
    last = clock.now()
    begun = last.replace(year=last.year - 1)
    found = moments(Random(1), begun, last, 60)
    assert len(found) == 60
    assert found == sorted(found)
    assert found[0] >= begun
    assert found[-1] == last
    assert moments(Random(1), begun, last, 0) == []


@pytest.fixture(scope="module")
def editions():
    """All courses as they lie in content, read once."""
    registry = read_registry(ROOT / "content" / "guides")[0]
    folders = course_folders(ROOT / "content")
    return [load_course(folder, registry) for folder in folders], registry


@pytest.fixture
def today(session, editions):
    """The day of loading; the first people, all courses and the path are there."""
    now = clock.now()
    courses, registry = editions
    for edition in courses:
        publish(session, SYSTEM, edition, registry, now=now)
    for path in load_paths(ROOT / "content" / "paths"):
        publish_path(session, SYSTEM, path, now=now)
    load_people(session, password_hash(), now=now)
    session.commit()
    return now


def one_of(stage: Stage):
    """The first of the cohort at this stage."""
    return next(player for player in cohort() if story_of(player).stage is stage)


def test_each_stage_is_lived_through_the_services(session, today) -> None:
    people = {}
    for stage in Stage:
        player = one_of(stage)
        assert living.live(session, player, password_hash(), today=today)
        session.commit()
        people[stage] = session.execute(
            scoped(Person, SYSTEM, Reach.ALL_MEMBERS).where(Person.email == player.email)
        ).scalar_one()
    enrolments = {stage: [] for stage in Stage}
    by_id = {person.id: stage for stage, person in people.items()}
    for enrolment in every(session, Enrolment):
        enrolments[by_id[enrolment.person_id]].append(enrolment)
        assert enrolment.enrolled_at >= people[by_id[enrolment.person_id]].created_at
        assert enrolment.last_activity_at is None or enrolment.last_activity_at <= today

    def states(stage):
        return {enrolment.state for enrolment in enrolments[stage]}

    assert people[Stage.INVITED].state is PersonState.INVITED
    assert people[Stage.IDLE].state is PersonState.ACTIVE
    for stage in (Stage.READING, Stage.FAILED, Stage.STALLED, Stage.OVERDUE):
        assert states(stage) == {EnrolmentState.ACTIVE}
    assert (today - enrolments[Stage.STALLED][0].last_activity_at).days > 21
    overdue = enrolments[Stage.OVERDUE][0]
    assert overdue.due_on < today.date()
    assert overdue.source is Source.ASSIGNMENT
    assert states(Stage.WITHDRAWN) == {EnrolmentState.WITHDRAWN}
    assert states(Stage.COMPLETED) == states(Stage.PATH) == {EnrolmentState.COMPLETED}
    assert len(enrolments[Stage.SEVERAL]) >= 2
    attempts = every(session, Attempt)
    failed = [a for a in attempts if a.person_id == people[Stage.FAILED].id]
    assert not max(failed, key=lambda attempt: attempt.handed_in_at).is_passed
    (path,) = every(session, PathEnrolment)
    assert path.state is EnrolmentState.COMPLETED
    steps = every(session, EnrolmentStep)
    assert {step.happened_at for step in steps} == {step.recorded_at for step in steps}
    completed = [e for each in enrolments.values() for e in each if e.completed_at]
    assert len(every(session, Certificate)) == len(completed) + 1
    assert session.execute(select(OutboxMessage)).first() is None


def test_living_a_story_again_makes_nobody_twice(session, today) -> None:
    player = one_of(Stage.READING)
    assert living.live(session, player, password_hash(), today=today)
    before = len(every(session, EnrolmentStep))
    assert not living.live(session, player, password_hash(), today=today)
    assert len(every(session, EnrolmentStep)) == before


def test_worker_loads_the_cohort_and_makes_nobody_of_it_twice(
    app, session, settings, today, tmp_path
) -> None:
    some = cohort()[:4]
    living.live(session, some[0], password_hash(), today=today)
    session.commit()
    mark_loaded(settings)
    for _ in range(2):
        said = app.test_cli_runner().invoke(demo, ["cohort", "--later", "--people", "4"])
        assert "the worker loads" in said.output
    with app.app_context():
        work_off(shift_of(db.engine, jobs.HANDLERS, LocalFolder(tmp_path), settings))
    (settings.data_folder / "demonstration").unlink()
    session.expire_all()
    (job,) = [j for j in session.execute(select(Job)).scalars() if j.kind == jobs.COHORT]
    assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4)
    emails = [person.email for person in every(session, Person)]
    assert [emails.count(player.email) for player in some] == [1, 1, 1, 1]


def test_cohort_is_refused_before_the_people_who_assign_are_loaded(app, session) -> None:
    refused = app.test_cli_runner().invoke(demo, ["cohort"])
    assert refused.exit_code != 0
    assert "lms demo load" in f"{refused.exception} {refused.output}"


def test_focal_points_of_every_member_of_the_cohort_can_assign() -> None:
    held = {player.cells["member"] for player in players() if player.role is Role.FOCAL_POINT}
    assert held >= MEMBERS
