"""Crediting evidence (DESIGN 7)."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass

from sqlalchemy import Select, bindparam

from lms.access.reaches import Reach, scoped
from lms.alumni.services import invite
from lms.certificates.services.issuing import issue_for_enrolment
from lms.completion.services import paths
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment, EnrolmentStep
from lms.enrolments.rules import EnrolmentState, transition
from lms.enrolments.rules.states import StepVerb
from lms.enrolments.services import completing
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import Person
from lms.progress.queries import known_of
from lms.progress.rules import Fact, Known, Missing, missing, place
from lms.progress.services import record as record_evidence

KEEPER = Actor.system("completion")
NOT_ON_COURSE = N_("You are not on this course. Open its page to begin.")

COMPLETED = NoticeKind(
    name="learning.completed",
    category=Category.LEARNING,
    sentence=N_("You have completed “%(title)s”."),
    path="/learning/%(course)s",
    facts={"title": None, "course": None},
)


@dataclass(frozen=True, slots=True)
class Credited:
    """What a fact changed: whether it was new, what is still missing, whether it completed."""

    is_new: bool
    missing: frozenset[Missing]
    completes: bool


def credit(
    session: Session, actor: Actor, enrolment_id: int, fact: Fact, *, now: datetime.datetime
) -> Credited:
    """Record a fact about an enrolment and, when nothing is missing any more, complete it.

    Locks the enrolment's row first: without it two last activities in two tabs each see
    the other's as missing, and the completion is lost (measured: 196 of 200 pairs).
    Repeating a fact changes nothing. Whether the actor may report it is the caller's
    question. What an edition had that the person was moved from is recorded, too: it was
    begun there. Raises NotFoundError for an enrolment or activity that is not there.
    """
    enrolment, stored = lock(session, enrolment_id)
    if enrolment.state is EnrolmentState.WITHDRAWN:
        raise NotFoundError(NOT_ON_COURSE)
    edition = get_edition(session, stored.digest)
    has_it = fact.activity_key in {activity.key for activity in edition.activities}
    if not has_it and not _had_before(session, enrolment, fact.activity_key):
        raise NotFoundError(N_("There is no such activity in this course."))
    person = person_of(session, enrolment)
    is_new = record_evidence(session, actor, enrolment, person, fact, now=now)
    known = known_of(session, KEEPER, Reach.ALL_MEMBERS, [enrolment.id])[enrolment.id]
    left = missing(edition, known)
    step = transition(enrolment.state, "complete")
    if is_new:
        keep_place(enrolment, edition, known)
        # Of two tabs the one that came first may be written second.
        enrolment.last_activity_at = max(now, enrolment.last_activity_at or now)
    if left or step is None:
        session.flush()
        if is_new and _may_earn_more(edition, fact):
            issue_for_enrolment(session, KEEPER, enrolment, person, edition, now=now)
        return Credited(is_new, left, completes=False)
    complete(session, actor, enrolment, person, edition, now=now)
    return Credited(is_new, left, completes=True)


def keep_place(enrolment: Enrolment, edition: Edition, known: list[Known]) -> None:
    """Repeat on a locked enrolment how far its facts go."""
    now_at = place(edition, known)
    enrolment.done_count, enrolment.next_key = now_at.done_count, now_at.next_key


def lock(session: Session, enrolment_id: int) -> tuple[Enrolment, StoredEdition]:
    """An enrolment with its row locked until the transaction ends, and its edition.

    Raises NotFoundError when there is none.
    """
    found = session.execute(_locked(), {"enrolment_id": enrolment_id})
    enrolment = found.scalar_one_or_none()
    if enrolment is None:
        raise NotFoundError(NOT_ON_COURSE)
    stored = session.get(StoredEdition, enrolment.edition_id)
    if stored is None:
        raise LookupError(f"Enrolment {enrolment_id} points to no edition.")
    return enrolment, stored


@functools.cache
def _locked() -> Select[Enrolment]:
    """Built once, as the keeper is always the same: every fact that is credited asks."""
    return (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(Enrolment.id == bindparam("enrolment_id"))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def person_of(session: Session, enrolment: Enrolment) -> Person:
    """Whose enrolment it is."""
    return session.execute(_person(), {"person_id": enrolment.person_id}).scalar_one()


@functools.cache
def _person() -> Select[Person]:
    """Built once, as `_locked`."""
    return scoped(Person, KEEPER, Reach.ALL_MEMBERS).where(Person.id == bindparam("person_id"))


def _had_before(session: Session, enrolment: Enrolment, activity_key: str) -> bool:
    """Whether an edition the enrolment was moved from has this activity."""
    left = (
        scoped(EnrolmentStep, KEEPER, Reach.ALL_MEMBERS)
        .join(StoredEdition, StoredEdition.id == EnrolmentStep.from_edition_id)
        .where(EnrolmentStep.enrolment_id == enrolment.id, EnrolmentStep.verb == StepVerb.MOVE)
        .with_only_columns(StoredEdition.digest)
    )
    return any(
        activity_key in {activity.key for activity in get_edition(session, digest).activities}
        for digest in session.execute(left).scalars().all()
    )


def _may_earn_more(edition: Edition, fact: Fact) -> bool:
    """Whether a kind of certificate names this activity: it may be earned apart from completion."""
    return any(fact.activity_key in rule.needs for rule in edition.course.certificates)


def complete(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    edition: Edition,
    *,
    now: datetime.datetime,
) -> None:
    """Complete under the affiliation of this moment, with what follows, and tell the person."""
    completing.complete(session, actor, enrolment, person, now=now)
    issue_for_enrolment(session, KEEPER, enrolment, person, edition, now=now)
    invite(session, KEEPER, person=person, enrolment=enrolment, now=now)
    paths.follow(session, KEEPER, enrolment, person, now=now)
    tell(
        session,
        KEEPER,
        person_id=person.id,
        kind=COMPLETED,
        facts={"title": edition.course.title, "course": enrolment.course_key},
        now=now,
        once_key=f"completed@{enrolment.id}",
    )
