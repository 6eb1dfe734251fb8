"""Moving people to another edition: what is kept, who stays, and what the worker does."""

from __future__ import annotations

import datetime
import threading

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.assessments.models import Attempt
from lms.certificates.models import Certificate
from lms.completion import jobs
from lms.completion.queries import rebuild, verify
from lms.completion.queries.moving import preview
from lms.completion.rules.moving import Group, GroupNumbers, Outcome, compare, group_of
from lms.completion.services.crediting import credit
from lms.completion.services.moving import MOST, MOVE, ask_to_move, move_to_edition
from lms.completion.services.withdrawing import TELL, withdraw
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.extensions import db
from lms.core.jobs.models import Job
from lms.core.jobs.runner import run_next
from lms.core.storage import LocalFolder
from lms.courses.models import StoredEdition
from lms.courses.rules import EditionWithdrawal
from lms.courses.services.editions import withdraw_edition
from lms.courses.store import get_edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules.states import EnrolmentState, Source, StepVerb
from lms.enrolments.services.taking import put_on
from lms.notices.models import Notice
from lms.progress.rules import EvidenceKind, Fact
from tests.factories import actor_of, give_role, make_account, make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity
from tests.support.worker import shift_of, work_off

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


def newer(tree: Tree) -> None:
    """The page has other words, the quiz is gone, another page is new."""
    activity(tree, "asking")["title"] = "Asking anew"
    again = {**activity(tree, "asking"), "key": "again", "file": "modules/01-first/03-again.md"}
    tree["activities"] = [a for a in tree["activities"] if a["key"] != "check"]
    tree["activities"].append({**again, "required": False})
    tree["modules"][0]["activities"] = ["asking", "again", "quay", "plan"]


def shorter(tree: Tree) -> None:
    """Only the page is left."""
    tree["modules"][0]["activities"] = ["asking"]


class Ground:
    """Two editions, and people on the first of them."""

    def __init__(self, session: Session, small: SmallCourse, change=newer) -> None:
        self.session = session
        self.old = small.publish(session)
        self.new = small.publish(session, small.changed(change))
        self.now = clock.now()

    def enrol(self, *done: str, stored: StoredEdition | None = None) -> Enrolment:
        """Somebody on the first edition who has done these."""
        person = make_official(self.session)
        enrolment_id = put_on(
            self.session,
            actor_of(person),
            person,
            stored or self.old,
            source=Source.SELF,
            language="en",
            now=self.now,
        )
        assert enrolment_id is not None
        for key in done:
            self.credit(enrolment_id, key)
        return self.session.execute(
            scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).where(Enrolment.id == enrolment_id)
        ).scalar_one()

    def credit(self, enrolment_id: int, key: str):
        kind = {
            "check": EvidenceKind.ANSWERED,
            "quay": EvidenceKind.PLAYED,
            "plan": EvidenceKind.REFLECTED,
        }.get(key, EvidenceKind.READ)
        fact = Fact(f"{enrolment_id}:{key}", kind, key, self.now, {})
        return credit(self.session, SYSTEM, enrolment_id, fact, now=self.now)

    def move(self, enrolment: Enrolment, stored: StoredEdition | None = None, actor=SYSTEM):
        stored = stored or self.new
        return move_to_edition(self.session, actor, enrolment.id, stored.id, now=self.now)

    def steps(self, enrolment: Enrolment) -> list[EnrolmentStep]:
        statement = scoped(EnrolmentStep, SYSTEM, Reach.ALL_MEMBERS).where(
            EnrolmentStep.enrolment_id == enrolment.id, EnrolmentStep.verb == StepVerb.MOVE
        )
        return list(self.session.execute(statement.order_by(EnrolmentStep.id)).scalars())

    def told(self) -> list[str]:
        found = self.session.execute(scoped(Notice, SYSTEM, Reach.ALL_MEMBERS)).scalars()
        return [notice.kind for notice in found]


@pytest.fixture
def ground(session: Session, small: SmallCourse) -> Ground:
    return Ground(session, small)


class Stop(threading.Event):
    """Tells the worker to stop once it has been asked so often, as a kill between chunks."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.left = after

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def trainer_of(session: Session, course: str = KEY):
    person = make_account(session)
    give_role(session, person, Role.TRAINER, ScopeKind.COURSE, course)
    session.commit()
    return person, actor_of(person, (Role.TRAINER, ScopeKind.COURSE, course))


def test_two_editions_are_compared_by_the_keys_of_their_activities(small: SmallCourse) -> None:
    found = compare(small.edition, small.changed(newer))
    assert found.kept == ("asking", "quay", "plan")
    assert found.changed == ("asking",)
    assert (found.new, found.gone) == (("again",), ("check",))
    assert compare(small.edition, small.edition).is_same


def test_activity_that_changed_its_kind_is_gone_and_new(small: SmallCourse) -> None:
    def page_for_quiz(tree: Tree) -> None:
        tree["activities"] = [a for a in tree["activities"] if a["key"] != "check"]
        tree["activities"].append({**activity(tree, "asking"), "key": "check", "file": "x.md"})

    found = compare(small.edition, small.changed(page_for_quiz))
    assert (found.new, found.gone) == (("check",), ("check",))


def test_move_keeps_evidence_by_key_and_writes_one_step_and_one_notice(ground: Ground) -> None:
    enrolment = ground.enrol("asking", "check")
    moved = ground.move(enrolment)
    assert moved.outcome is Outcome.MOVED
    assert (enrolment.edition_id, enrolment.done_count) == (ground.new.id, 1)
    assert enrolment.next_key == "again"
    assert rebuild(ground.session, enrolment.id) == ()
    assert ground.move(enrolment).outcome is Outcome.STOOD
    step = ground.steps(enrolment)[0]
    assert (step.from_edition_id, step.edition_id) == (ground.old.id, ground.new.id)
    assert ground.told() == ["learning.moved"]
    assert ground.move(enrolment, ground.old).outcome is Outcome.MOVED
    assert (enrolment.done_count, enrolment.next_key) == (2, "quay")
    assert rebuild(ground.session, enrolment.id) == ()


def test_who_has_nothing_missing_in_the_new_edition_completes_with_the_move(
    session: Session, small: SmallCourse
) -> None:
    ground = Ground(session, small, shorter)
    enrolment = ground.enrol("asking")
    assert ground.move(enrolment).outcome is Outcome.COMPLETED
    assert enrolment.state is EnrolmentState.COMPLETED
    certificate = session.execute(scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert certificate.edition_id == ground.new.id
    assert rebuild(session, enrolment.id) == ()


def test_who_is_complete_stays_on_the_edition_they_completed(ground: Ground) -> None:
    finished = ground.enrol("asking", "check", "quay", "plan")
    assert finished.state is EnrolmentState.COMPLETED
    assert ground.move(finished).outcome is Outcome.STAYS
    assert finished.edition_id == ground.old.id
    assert "learning.moved" not in ground.told()


def test_only_who_looks_after_the_course_moves_people_and_never_to_a_withdrawn_edition(
    session: Session, ground: Ground
) -> None:
    enrolment = ground.enrol()
    _, stranger = trainer_of(session, "another-course")
    with pytest.raises(NotFoundError):
        ground.move(enrolment, actor=stranger)
    withdraw_edition(session, SYSTEM, KEY, 2, reason=EditionWithdrawal.OUT_OF_DATE, now=ground.now)
    _, trainer = trainer_of(session)
    with pytest.raises(NotPossibleError):
        ground.move(enrolment, actor=trainer)


def test_attempt_begun_before_the_move_is_finished_with_the_questions_it_began_with(
    session: Session, sign_in, small: SmallCourse
) -> None:
    stored = small.publish(session)
    person = make_official(session)
    client = sign_in(person)
    client.post(f"/learning/{KEY}/begin")
    client.submit(client.get(f"/learning/{KEY}/asking"), "Done, next lesson")
    attempt = client.submit(client.get(f"/learning/{KEY}/check"), "Begin")
    play = client.submit(client.get(f"/learning/{KEY}/quay"), "Begin")
    new = small.publish(session, small.changed(newer))
    enrolment = session.execute(scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    move_to_edition(session, SYSTEM, enrolment.id, new.id, now=clock.now())
    session.commit()
    # The new edition has no such quiz; what was begun goes on all the same.
    review = client.submit(attempt, "Hand in", {"act": "hand-in"})
    assert "what you reached" in review.h1
    client.submit(play, "Do this", {"choice": "ashore"})
    session.expire_all()
    row = session.execute(scoped(Attempt, SYSTEM, Reach.ALL_MEMBERS)).scalar_one()
    assert row.edition_id == stored.id
    client.submit(client.get(f"/learning/{KEY}/plan"), "Send", {"step": "Ask ashore."})
    session.expire_all()
    assert enrolment.state is EnrolmentState.COMPLETED
    assert [found for _, found in verify(session) if found] == []


def test_preview_counts_groups_with_statements_that_do_not_grow(
    session: Session, ground: Ground, statements
) -> None:
    actor = trainer_of(session)[1]
    for _ in range(2):
        ground.enrol()
        late = ground.enrol("asking", "check")
        late.due_at = ground.now - DAY
        ground.enrol("asking", "quay", "check")
        ground.enrol("quay")
    ground.enrol("asking", "check", "quay", "plan")
    ground.enrol("asking", stored=ground.new)
    session.commit()
    new = ground.new
    target = get_edition(session, new.digest)
    with statements() as few:
        found = preview(session, actor, KEY, target, target_id=new.id, now=ground.now)
    assert found.groups == {
        Group.NOT_BEGUN: GroupNumbers(2, 0),
        Group.ACTIVE: GroupNumbers(2, 0),
        Group.NEARLY_DONE: GroupNumbers(2, 2),
        Group.OVERDUE: GroupNumbers(2, 2),
    }
    assert (found.persons, found.staying, found.open_attempts) == (8, 1, 0)
    assert len(few) <= 7
    old = get_edition(session, ground.old.digest)
    rows = session.execute(
        scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).where(
            Enrolment.state == EnrolmentState.ACTIVE, Enrolment.edition_id == ground.old.id
        )
    ).scalars()
    groups = [
        group_of(
            old,
            done_count=row.done_count,
            last_activity_at=row.last_activity_at,
            due_at=row.due_at,
            now=ground.now,
        )
        for row in rows
    ]
    assert {group: groups.count(group) for group in Group} == dict.fromkeys(Group, 2)
    with pytest.raises(NotFoundError):
        preview(session, actor_of(make_official(session)), KEY, target, now=ground.now)


def test_worker_moves_the_chosen_groups_in_chunks_and_a_kill_moves_nobody_twice(
    app, session: Session, ground: Ground, tmp_path
) -> None:
    _, trainer = trainer_of(session)
    begun = [ground.enrol("asking") for _ in range(2)]
    fresh = [ground.enrol() for _ in range(MOST + 3)]
    with pytest.raises(BadInputError):
        ask_to_move(session, trainer, KEY, 2, [], now=ground.now)
    first = ask_to_move(session, trainer, KEY, 2, [Group.NOT_BEGUN], now=ground.now)
    again = ask_to_move(session, trainer, KEY, 2, [Group.NOT_BEGUN], now=clock.now())
    assert again.id == first.id
    with pytest.raises(NotPossibleError):
        ask_to_move(session, trainer, KEY, 1, [Group.NOT_BEGUN], now=clock.now())
    session.commit()
    with app.app_context():
        engine = db.engine
    shift = shift_of(engine, {MOVE: jobs.HANDLERS[MOVE]}, LocalFolder(tmp_path))
    stop = Stop(after=1)
    assert run_next(shift, frozenset(shift.handlers), stop) is not None
    session.expire_all()
    assert sum(row.edition_id == ground.new.id for row in fresh) == MOST
    session.rollback()
    work_off(shift)
    session.expire_all()
    assert all(row.edition_id == ground.new.id for row in fresh)
    assert all(row.edition_id == ground.old.id for row in begun)
    assert all(len(ground.steps(row)) == 1 for row in fresh)
    assert ground.told().count("learning.moved") == len(fresh)
    job = session.execute(select(Job).where(Job.kind == MOVE)).scalar_one()
    assert job.result["outcomes"] == {"moved": len(fresh)}
    assert [found for _, found in verify(session) if found] == []


def test_whoever_was_on_a_harmful_edition_is_told_once(
    app, session: Session, ground: Ground, tmp_path
) -> None:
    _, trainer = trainer_of(session)
    under_way = ground.enrol("asking")
    finished = ground.enrol("asking", "check", "quay", "plan")
    ground.enrol(stored=ground.new)
    reason = EditionWithdrawal.OUT_OF_DATE
    assert withdraw(session, trainer, KEY, 1, reason=reason, now=ground.now) is None
    reason = EditionWithdrawal.HARMFUL_OR_WRONG
    assert withdraw(session, trainer, KEY, 1, reason=reason, now=ground.now) is not None
    assert withdraw(session, trainer, KEY, 1, reason=reason, now=ground.now) is None
    session.commit()
    with app.app_context():
        engine = db.engine
    work_off(shift_of(engine, {TELL: jobs.HANDLERS[TELL]}, LocalFolder(tmp_path)))
    told = {
        notice.kind: notice.person_id
        for notice in session.execute(scoped(Notice, SYSTEM, Reach.ALL_MEMBERS)).scalars()
        if notice.kind.startswith("learning.closed")
    }
    assert told == {
        "learning.closed": under_way.person_id,
        "learning.closed_afterwards": finished.person_id,
    }
