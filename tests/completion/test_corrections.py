"""Facts taken back, completions that rested on them, and columns rebuilt from the facts."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateState
from lms.completion.cli import progress
from lms.completion.queries import rebuild
from lms.completion.services.corrections import correct
from lms.completion.services.crediting import credit
from lms.completion.services.moving import move_to_edition
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError, NotPossibleError, RefusedError
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.states import EnrolmentState, StepVerb, WithdrawalReason
from lms.enrolments.services import taking
from lms.people.models import Person
from lms.progress.models import Evidence
from lms.progress.queries import known_of
from lms.progress.rules import CorrectionReason, EvidenceKind, Fact
from tests.factories import actor_of, make_official, make_secretariat, secretariat_actor
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity

MISTAKE = CorrectionReason.RECORDED_BY_MISTAKE
WRONG = CorrectionReason.CORRECTION_WRONG


def two_pages(tree: Tree) -> None:
    """A course of two pages that are read."""
    second = {**activity(tree, "asking"), "key": "again", "file": "modules/01-first/03-again.md"}
    tree["activities"].append(second)
    tree["modules"][0]["activities"] = ["asking", "again"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


def three_pages(tree: Tree) -> None:
    """Another edition of it: one page is gone, one is new, one stays."""
    two_pages(tree)
    third = {**activity(tree, "asking"), "key": "third", "file": "modules/01-first/04-third.md"}
    tree["activities"].append({**third, "required": False})
    tree["modules"][0]["activities"] = ["asking", "third"]


@pytest.fixture
def office(session: Session, small: SmallCourse):
    small.publish(session, small.changed(three_pages))
    small.publish(session, small.changed(two_pages))
    return secretariat_actor(make_secretariat(session))


class Learner:
    """A person on the course, and what happens to them, each step a minute after the last."""

    def __init__(self, session: Session, person: Person | None = None) -> None:
        self.session = session
        self.person = person or make_official(session)
        self.now = clock.now()
        taking.enrol_self(session, self.actor, KEY, language="en", now=self.now)
        session.commit()

    @property
    def actor(self):
        return actor_of(self.person)

    @property
    def enrolment(self) -> Enrolment:
        statement = scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).where(
            Enrolment.person_id == self.person.id
        )
        return self.session.execute(statement).scalar_one()

    @property
    def facts(self) -> list[Evidence]:
        statement = (
            scoped(Evidence, SYSTEM, Reach.ALL_MEMBERS)
            .where(Evidence.person_id == self.person.id)
            .order_by(Evidence.id)
        )
        return list(self.session.execute(statement).scalars())

    def later(self) -> datetime.datetime:
        self.now += datetime.timedelta(minutes=1)
        return self.now

    def read(self, key: str):
        now = self.later()
        fact = Fact(f"{self.person.id}:{now.timestamp()}", EvidenceKind.READ, key, now, {})
        return credit(self.session, self.actor, self.enrolment.id, fact, now=now)

    def correct(self, office, place: int, reason: CorrectionReason = MISTAKE):
        return correct(self.session, office, self.facts[place].id, reason=reason, now=self.later())

    def certificates(self) -> list[CertificateState]:
        statement = (
            scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS)
            .where(Certificate.person_id == self.person.id)
            .order_by(Certificate.id)
        )
        return [row.state for row in self.session.execute(statement).scalars()]


@pytest.fixture
def learner(session: Session, office) -> Learner:
    return Learner(session)


def test_correction_is_a_new_row_and_the_fact_stays(session, office, learner) -> None:
    learner.read("asking")
    done = learner.correct(office, 0)
    assert done.is_new
    fact, correction = learner.facts
    assert (correction.corrects_id, correction.reason) == (fact.id, "recorded_by_mistake")
    known = known_of(session, SYSTEM, Reach.ALL_MEMBERS, [learner.enrolment.id])
    assert known[learner.enrolment.id] == []


def test_correcting_twice_changes_nothing(session, office, learner) -> None:
    learner.read("asking")
    learner.correct(office, 0)
    assert not learner.correct(office, 0).is_new
    assert len(learner.facts) == 2


def test_completion_that_loses_its_ground_is_taken_back_with_its_certificate(
    session, office, learner
) -> None:
    learner.read("asking")
    assert learner.read("again").completes
    assert learner.certificates() == [CertificateState.ISSUED]
    done = learner.correct(office, 1)
    assert done.reopens
    enrolment = learner.enrolment
    assert enrolment.state is EnrolmentState.ACTIVE
    assert enrolment.completed_at is None
    assert enrolment.completed_member_code is None
    assert learner.certificates() == [CertificateState.REVOKED]
    assert learner.read("again").completes
    assert learner.certificates() == [CertificateState.REVOKED, CertificateState.ISSUED]
    verbs = session.execute(
        scoped(EnrolmentStep, SYSTEM, Reach.ALL_MEMBERS).order_by(EnrolmentStep.id)
    ).scalars()
    assert [step.verb for step in verbs] == [
        StepVerb.BEGIN,
        StepVerb.COMPLETE,
        StepVerb.REOPEN,
        StepVerb.COMPLETE,
    ]


def test_correction_that_leaves_nothing_missing_keeps_the_completion(
    session, office, learner
) -> None:
    for key in ("asking", "asking", "again"):
        learner.read(key)
    assert not learner.correct(office, 0).reopens
    assert learner.enrolment.state is EnrolmentState.COMPLETED
    assert learner.certificates() == [CertificateState.ISSUED]


def test_correction_that_was_wrong_is_taken_back_and_the_course_is_complete_again(
    session, office, learner
) -> None:
    learner.read("asking")
    learner.read("again")
    learner.correct(office, 1)
    assert learner.correct(office, 2, WRONG).completes
    assert learner.enrolment.state is EnrolmentState.COMPLETED
    assert rebuild(session, learner.enrolment.id) == ()


def test_correction_stands_under_the_affiliation_of_its_fact(session, office, learner) -> None:
    learner.read("asking")
    learner.person.member_code = "FJI"
    session.flush()
    learner.correct(office, 0)
    assert [fact.member_code for fact in learner.facts] == ["PLW", "PLW"]


def test_only_the_secretariat_corrects(session, office, learner) -> None:
    learner.read("asking")
    focal = actor_of(make_official(session), (Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW"))
    for actor in (learner.actor, focal):
        with pytest.raises(RefusedError):
            correct(session, actor, learner.facts[0].id, reason=MISTAKE, now=learner.later())
    with pytest.raises(NotFoundError):
        correct(session, office, 10**9, reason=MISTAKE, now=learner.later())


def test_as_of_a_moment_only_what_was_recorded_by_then_counts(session, office, learner) -> None:
    learner.read("asking")
    first = learner.now
    learner.read("again")
    second = learner.now
    learner.correct(office, 0)
    third = learner.now
    identity = learner.enrolment.id

    def keys(moment: datetime.datetime) -> list[str]:
        known = known_of(session, SYSTEM, Reach.ALL_MEMBERS, [identity], as_of=moment)
        return [fact.activity_key for fact in known[identity]]

    assert keys(first - datetime.timedelta(seconds=1)) == []
    assert keys(first) == ["asking"]
    assert keys(second) == ["asking", "again"]
    assert keys(third) == ["again"]


def test_command_says_where_a_row_differs_from_its_facts(app, session, office, learner) -> None:
    learner.read("asking")
    session.commit()
    ended = app.test_cli_runner().invoke(progress, ["verify"])
    assert ended.exit_code == 0, ended.output
    assert "1 enrolments, 0 differ" in ended.output
    learner.enrolment.state = EnrolmentState.COMPLETED
    session.commit()
    ended = app.test_cli_runner().invoke(progress, ["verify"])
    assert ended.exit_code == 1
    assert "state is completed, the facts say active" in ended.output


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["asking", "again", "leave", "return", "move", "edition"]),
        st.integers(min_value=0, max_value=9),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_columns_say_what_the_facts_say_after_any_sequence(session, office, steps) -> None:
    learner = Learner(session, make_official(session))
    for step in steps:
        _take(learner, office, step)
        session.flush()
        assert rebuild(session, learner.enrolment.id) == (), steps
        standing = learner.certificates().count(CertificateState.ISSUED)
        assert standing == (learner.enrolment.state is EnrolmentState.COMPLETED), steps
    session.rollback()


def _take(learner: Learner, office, step: str | int) -> None:
    state = learner.enrolment.state
    if isinstance(step, int):
        if learner.facts:
            place = step % len(learner.facts)
            is_correction = learner.facts[place].corrects_id is not None
            if is_correction and state is EnrolmentState.WITHDRAWN:
                with pytest.raises(NotPossibleError):
                    learner.correct(office, place)
            else:
                learner.correct(office, place)
    elif step == "leave":
        if state is EnrolmentState.ACTIVE:
            reason = WithdrawalReason.NO_TIME
            taking.withdraw(learner.session, learner.actor, KEY, reason=reason, now=learner.later())
    elif step == "return":
        taking.enrol_self(learner.session, learner.actor, KEY, language="en", now=learner.later())
    elif step == "edition":
        enrolment = learner.enrolment
        others = select(StoredEdition.id).where(StoredEdition.id != enrolment.edition_id)
        other = learner.session.execute(others).scalar_one()
        move_to_edition(learner.session, SYSTEM, enrolment.id, other, now=learner.later())
    elif step == "move":
        learner.person.member_code = "FJI" if learner.person.member_code == "PLW" else "PLW"
        learner.session.flush()
    elif state is not EnrolmentState.WITHDRAWN:
        # Whoever is on the edition without this page cannot read it.
        edition = get_edition(
            learner.session,
            learner.session.get_one(StoredEdition, learner.enrolment.edition_id).digest,
        )
        if step in edition.order:
            learner.read(step)
