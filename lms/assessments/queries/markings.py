"""Reading what people mark: the queue of a marker, one writing with its history, one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, tuple_

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped, vouched, within
from lms.access.rules import scopes_for
from lms.assessments.models import Marking, MarkingDecision, WritingVersion
from lms.assessments.rules.markings import MarkingState
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import EnrolmentState

PAGE = 30
KEEPER = Actor.system("marking")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which writings a marker's list shows. Empty means all of the courses marked."""

    state: MarkingState = MarkingState.SENT
    course_key: str = ""
    only_mine: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """Every version that was sent, by number, and what was decided about each."""

    versions: dict[int, WritingVersion] = field(default_factory=dict)
    decisions: dict[int, MarkingDecision] = field(default_factory=dict)

    @property
    def last_decision(self) -> MarkingDecision | None:
        """The latest decision, which need not be about the latest version."""
        return self.decisions[max(self.decisions)] if self.decisions else None


def marked_courses(actor: Actor) -> list[str]:
    """Keys of the courses in which the actor marks, sorted."""
    return sorted(scopes_for(actor, Permission.ANSWER_MARK).of(ScopeKind.COURSE))


def list_markings(
    session: Session,
    actor: Actor,
    wanted: QueueFilter,
    *,
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[Sequence[Marking], int | None]:
    """A page of the queue, what was sent first before the rest, and where the next begins.

    `after` is the id of the last one of the page before. What somebody wrote who has left
    the course is not in the queue.
    """
    statement = _present(scoped(Marking, actor, Reach.TAUGHT)).where(Marking.state == wanted.state)
    if wanted.course_key:
        statement = statement.where(Marking.course_key == wanted.course_key)
    if wanted.only_mine:
        statement = statement.where(Marking.claimed_by == actor.person_id)
    if after is not None:
        place = scoped(Marking, actor, Reach.TAUGHT).where(Marking.id == after)
        moment = session.execute(place.with_only_columns(Marking.sent_at)).scalar_one_or_none()
        if moment is not None:
            statement = statement.where(tuple_(Marking.sent_at, Marking.id) > (moment, after))
    statement = statement.order_by(Marking.sent_at, Marking.id).limit(limit + 1)
    found = session.execute(statement).scalars().all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def get_marking(
    session: Session, actor: Actor, marking_id: int, *, for_change: bool = False
) -> Marking:
    """A writing that is the actor's to mark. Raises NotFoundError for all others.

    `for_change` locks the row, so that of two markers at once the second sees the first.
    """
    statement = _present(scoped(Marking, actor, Reach.TAUGHT)).where(Marking.id == marking_id)
    if for_change:
        statement = statement.with_for_update(of=Marking).execution_options(populate_existing=True)
    marking = session.execute(statement).scalar_one_or_none()
    if marking is None:
        raise NotFoundError(N_("There is no such text among those you mark."))
    return marking


def find_own_marking(
    session: Session, actor: Actor, enrolment_id: int, activity_key: str
) -> Marking | None:
    """Where the actor's own text stands, if it was ever sent."""
    statement = scoped(Marking, actor, Reach.SELF).where(
        Marking.enrolment_id == enrolment_id, Marking.activity_key == activity_key
    )
    return session.execute(statement).scalar_one_or_none()


def decisions_on(session: Session, actor: Actor, attempt_id: int) -> dict[int, MarkingDecision]:
    """What was decided about the answers of one's own attempt, by number of the question."""
    statement = (
        scoped(MarkingDecision, actor, Reach.SELF)
        .join(Marking, Marking.id == MarkingDecision.marking_id)
        .where(Marking.attempt_id == attempt_id)
        .add_columns(Marking.number)
    )
    found = session.execute(within(statement, Marking, actor, Reach.SELF))
    return {number: decision for decision, number in found if number is not None}


def waiting_quizzes(session: Session, actor: Actor, enrolment_id: int) -> frozenset[str]:
    """Keys of the quizzes of one's own enrolment with answers that wait for a marker."""
    statement = (
        scoped(Marking, actor, Reach.SELF)
        .with_only_columns(Marking.activity_key)
        .where(
            Marking.enrolment_id == enrolment_id,
            Marking.attempt_id.is_not(None),
            Marking.state == MarkingState.SENT,
        )
    )
    return frozenset(session.execute(statement).scalars())


def history_of(session: Session, actor: Actor, marking: Marking, reach: Reach) -> History:
    """All versions and decisions of one writing, in two statements."""
    versions = scoped(WritingVersion, actor, reach).where(WritingVersion.marking_id == marking.id)
    decisions = scoped(MarkingDecision, actor, reach).where(
        MarkingDecision.marking_id == marking.id
    )
    return History(
        versions={found.number: found for found in session.execute(versions).scalars()},
        decisions={found.version: found for found in session.execute(decisions).scalars()},
    )


def _present(statement: Select[Marking]) -> Select[Marking]:
    """Without the texts of people who have left the course. The reach says whose are left."""
    here = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Enrolment.id)
        .where(Enrolment.id == Marking.enrolment_id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .correlate(Marking)
    )
    return vouched(statement.where(here.exists()), Enrolment)
