"""Whom moving to another edition would touch: numbers by edition and group, no names."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped, vouched, within
from lms.access.rules import scopes_for
from lms.assessments.models import Attempt
from lms.assessments.rules.attempts import AttemptState
from lms.completion.rules.moving import (
    Compared,
    FromEdition,
    Group,
    GroupNumbers,
    Preview,
    compare,
    nearly_at,
)
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState
from lms.progress.models import Evidence

KEEPER = Actor.system("completion")
NO_SUCH_COURSE = N_("There is no such course among those you look after.")


def looks_after(actor: Actor, course_key: str) -> bool:
    """Whether the actor publishes editions of this course, and so moves people between them."""
    scopes = scopes_for(actor, Permission.COURSE_PUBLISH)
    return scopes.everywhere or course_key in scopes.of(ScopeKind.COURSE)


def list_editions(session: Session, actor: Actor, course_key: str) -> Sequence[StoredEdition]:
    """Every edition of a course the actor looks after, newest first. Raises NotFoundError."""
    statement = (
        select(StoredEdition)
        .where(StoredEdition.course_key == course_key)
        .order_by(StoredEdition.number.desc())
    )
    found = session.execute(statement).scalars().all() if looks_after(actor, course_key) else []
    if not found:
        raise NotFoundError(NO_SUCH_COURSE)
    return found


def get_edition_of(session: Session, actor: Actor, course_key: str, number: int) -> StoredEdition:
    """One edition of a course the actor looks after. Raises NotFoundError."""
    editions = list_editions(session, actor, course_key)
    found = next((edition for edition in editions if edition.number == number), None)
    if found is None:
        raise NotFoundError(N_("The course has no edition of this number."))
    return found


def count_on_editions(
    session: Session, actor: Actor, course_key: str
) -> dict[int, dict[EnrolmentState, int]]:
    """How many enrolments of a course stand on each edition, by state: one statement."""
    if not looks_after(actor, course_key):
        raise NotFoundError(NO_SUCH_COURSE)
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(Enrolment.course_key == course_key)
        .with_only_columns(Enrolment.edition_id, Enrolment.state, func.count())
        .group_by(Enrolment.edition_id, Enrolment.state)
    )
    found: dict[int, dict[EnrolmentState, int]] = defaultdict(dict)
    for edition_id, state, number in session.execute(statement):
        found[edition_id][state] = number
    return found


def preview(
    session: Session,
    actor: Actor,
    course_key: str,
    target: Edition,
    *,
    now: datetime.datetime,
    target_id: int | None = None,
) -> Preview:
    """Whom a move to `target` would touch; five statements, however many people.

    `target` need not be published yet: then `target_id` is None, and all are on others.
    Raises NotFoundError for a course the actor does not look after.
    """
    if not looks_after(actor, course_key):
        raise NotFoundError(NO_SUCH_COURSE)
    old = _left_editions(session, course_key, target_id)
    compared = {edition_id: compare(edition, target) for edition_id, (_, edition) in old.items()}
    group = group_column({key: edition for key, (_, edition) in old.items()}, now)
    on_others = under_way(course_key, target_id)
    persons = _count(session, on_others, group)
    with_gone = _count(session, _has_done_gone(on_others, compared), group)
    sources = tuple(
        FromEdition(
            edition_id,
            number,
            compared[edition_id],
            {
                each: GroupNumbers(persons[edition_id, each], with_gone[edition_id, each])
                for each in Group
                if persons[edition_id, each]
            },
        )
        for edition_id, (number, _) in old.items()
    )
    return Preview(
        sources=tuple(source for source in sources if source.persons),
        staying=_staying(session, course_key),
        open_attempts=_open_attempts(session, on_others),
    )


def under_way(course_key: str, target_id: int | None) -> Select[Enrolment]:
    """Enrolments of a course that are under way on another edition than the target."""
    statement = scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS).where(
        Enrolment.course_key == course_key, Enrolment.state == EnrolmentState.ACTIVE
    )
    return statement.where(Enrolment.edition_id != target_id) if target_id else statement


def group_column(editions: Mapping[int, Edition], now: datetime.datetime) -> ColumnElement[str]:
    """The group of an enrolment under way, as `rules.moving.group_of` has it."""
    is_nearly_done = or_(
        false(),
        *(
            and_(Enrolment.edition_id == key, Enrolment.done_count >= nearly_at(edition))
            for key, edition in editions.items()
        ),
    )
    return case(
        (Enrolment.due_at <= now, literal(Group.OVERDUE.value)),
        (Enrolment.last_activity_at.is_(None), literal(Group.NOT_BEGUN.value)),
        (is_nearly_done, literal(Group.NEARLY_DONE.value)),
        else_=literal(Group.ACTIVE.value),
    )


def chosen(
    session: Session,
    course_key: str,
    target_id: int,
    groups: Collection[Group],
    now: datetime.datetime,
) -> Select[Enrolment]:
    """Enrolments of these groups under way on another edition than the target."""
    editions = {
        key: edition for key, (_, edition) in _left_editions(session, course_key, target_id).items()
    }
    words = sorted(group.value for group in groups)
    return under_way(course_key, target_id).where(group_column(editions, now).in_(words))


def _left_editions(
    session: Session, course_key: str, target_id: int | None
) -> dict[int, tuple[int, Edition]]:
    """Editions somebody is under way on, newest first: id to number and edition."""
    there = under_way(course_key, target_id).with_only_columns(Enrolment.edition_id).distinct()
    ids = session.execute(there).scalars().all()
    statement = (
        select(StoredEdition.id, StoredEdition.number, StoredEdition.digest)
        .where(StoredEdition.id.in_(ids))
        .order_by(StoredEdition.number.desc())
    )
    return {
        edition_id: (number, get_edition(session, digest))
        for edition_id, number, digest in session.execute(statement)
    }


def _count(
    session: Session, statement: Select[Enrolment], group: ColumnElement[str]
) -> defaultdict[tuple[int, Group], int]:
    named = group.label("move_group")
    counting = statement.with_only_columns(
        Enrolment.edition_id, named, func.count(Enrolment.id.distinct())
    ).group_by(Enrolment.edition_id, named)
    found: defaultdict[tuple[int, Group], int] = defaultdict(int)
    for edition_id, word, number in session.execute(counting):
        found[edition_id, Group(word)] = number
    return found


def _has_done_gone(
    statement: Select[Enrolment], compared: Mapping[int, Compared]
) -> Select[Enrolment]:
    """Limited to those with evidence of something gone. A fact taken back counts as done."""
    done = (
        scoped(Evidence, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Evidence.id)
        .where(
            Evidence.enrolment_id == Enrolment.id,
            or_(
                false(),
                *(
                    and_(Enrolment.edition_id == key, _is_one_of(found.gone))
                    for key, found in compared.items()
                    if found.gone
                ),
            ),
        )
        .correlate(Enrolment)
    )
    return vouched(statement.where(done.exists()), Evidence)


def _is_one_of(keys: Collection[str]) -> ColumnElement[bool]:
    return Evidence.activity_key.in_(sorted(keys))


def _staying(session: Session, course_key: str) -> int:
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(Enrolment.course_key == course_key, Enrolment.state == EnrolmentState.COMPLETED)
        .with_only_columns(func.count())
    )
    return session.execute(statement).scalar_one()


def _open_attempts(session: Session, on_others: Select[Enrolment]) -> int:
    statement = (
        on_others.join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(Attempt.state == AttemptState.OPEN)
        .with_only_columns(func.count(Attempt.id))
    )
    return session.execute(within(statement, Attempt, KEEPER, Reach.ALL_MEMBERS)).scalar_one()
