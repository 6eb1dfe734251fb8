"""Beginning a path, and completing it when all its courses are complete."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.certificates.services.issuing import issue_for_path
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.queries.paths import StoredPath, current_cards, get_current_path, paths_by_edition
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.queries.paths import find_own_path, path_courses_of
from lms.enrolments.queries.prerequisites import first_missing_of
from lms.enrolments.rules.states import EnrolmentState, Source, transition
from lms.enrolments.services.paths import begin_next, put_on_path
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import Person

KEEPER = Actor.system("completion")

COMPLETED = NoticeKind(
    name="learning.path_completed",
    category=Category.LEARNING,
    sentence=N_("You have completed the path “%(title)s”."),
    path="/paths/%(path)s",
    facts={"title": None, "path": None},
)


def begin(
    session: Session, actor: Actor, path_key: str, *, language: str, now: datetime.datetime
) -> PathEnrolment:
    """Put the actor on a path, or go on with it: the next course is begun.

    Courses completed before count; where all are complete the path is complete at once.
    Two tabs give one path enrolment. Raises NotFoundError for no such path, RefusedError
    where a course is by nomination, NotPossibleError where a course outside the path
    must come first.
    """
    if actor.person_id is None:
        raise RefusedError(N_("Sign in to take a path."))
    person = session.execute(
        scoped(Person, actor, Reach.SELF).where(Person.id == actor.person_id)
    ).scalar_one()
    stood = find_own_path(session, actor, path_key, for_change=True)
    if stood is not None and stood.state is EnrolmentState.COMPLETED:
        return stood
    if stood is None:
        stored = get_current_path(session, path_key)
        _refuse_what_is_not_open(session, actor, person, stored, language)
        put_on_path(session, actor, person, stored, source=Source.SELF, language=language, now=now)
        stood = find_own_path(session, actor, path_key, for_change=True)
        if stood is None:
            raise LookupError("The path enrolment just made is gone.")
    else:
        stored = paths_by_edition(session, [stood.path_edition_id])[stood.path_edition_id]
        begin_next(session, actor, person, stored, source=stood.source, language=language, now=now)
    _lock_courses(session, person.id, stored)
    _complete_if_whole(session, actor, stood, person, stored, now=now)
    return stood


def follow(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    *,
    now: datetime.datetime,
) -> None:
    """Complete the paths that the completion of this enrolment makes whole.

    Locks the person's paths first: of two last courses in two tabs the second sees the
    first as complete, so exactly one of them completes the path.
    """
    statement = (
        scoped(PathEnrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(PathEnrolment.person_id == person.id, PathEnrolment.state == EnrolmentState.ACTIVE)
        .order_by(PathEnrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = session.execute(statement).scalars().all()
    editions = paths_by_edition(session, {row.path_edition_id for row in rows})
    for row in rows:
        stored = editions[row.path_edition_id]
        if enrolment.course_key in stored.path.courses:
            _complete_if_whole(session, actor, row, person, stored, now=now)


def take_back(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    *,
    reason: str,
    now: datetime.datetime,
) -> list[int]:
    """Put the completed paths that rested on this enrolment under way again; their ids.

    The caller revokes what was issued for them. Called when a correction has taken the
    completion of a course back.
    """
    statement = (
        scoped(PathEnrolment, KEEPER, Reach.ALL_MEMBERS)
        .where(
            PathEnrolment.person_id == person.id, PathEnrolment.state == EnrolmentState.COMPLETED
        )
        .order_by(PathEnrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = session.execute(statement).scalars().all()
    editions = paths_by_edition(session, {row.path_edition_id for row in rows})
    reopened = []
    for row in rows:
        stored = editions[row.path_edition_id]
        step = transition(row.state, "reopen")
        if step is None or enrolment.course_key not in stored.path.courses:
            continue
        row.state = step.after
        row.completed_at = row.completed_member_code = row.completed_agency_id = None
        session.flush()
        record(
            session,
            actor,
            "path.reopen",
            "path_enrolment",
            row.id,
            now=now,
            subject_person_id=person.id,
            reason=reason,
            path=stored.path.key,
        )
        reopened.append(row.id)
    return reopened


def _complete_if_whole(
    session: Session,
    actor: Actor,
    path_enrolment: PathEnrolment,
    person: Person,
    stored: StoredPath,
    *,
    now: datetime.datetime,
) -> None:
    """Complete a locked path enrolment under the affiliation of this moment, if it is whole."""
    states = path_courses_of(session, person.id, stored)
    is_whole = all(states.get(key) is EnrolmentState.COMPLETED for key in stored.path.courses)
    step = transition(path_enrolment.state, "complete")
    if not is_whole or step is None:
        return
    path_enrolment.state = step.after
    path_enrolment.completed_at = now
    path_enrolment.completed_member_code = person.member_code
    path_enrolment.completed_agency_id = person.agency_id
    path_enrolment.remind_at = None
    session.flush()
    record(
        session,
        actor,
        "path.complete",
        "path_enrolment",
        path_enrolment.id,
        now=now,
        subject_person_id=person.id,
        path=stored.path.key,
    )
    issue_for_path(session, KEEPER, path_enrolment, person, stored.path, now=now)
    tell(
        session,
        KEEPER,
        person_id=person.id,
        kind=COMPLETED,
        facts={"title": stored.path.title, "path": stored.path.key},
        now=now,
        once_key=f"path-completed@{path_enrolment.id}",
    )


def _lock_courses(session: Session, person_id: int, stored: StoredPath) -> None:
    """Wait for a course of the path that is being completed at this moment in another tab."""
    statement = (
        scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
        .with_only_columns(Enrolment.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.course_key.in_(stored.path.courses),
            Enrolment.state == EnrolmentState.ACTIVE,
        )
        .order_by(Enrolment.id)
        .with_for_update()
    )
    session.execute(statement).all()


def _refuse_what_is_not_open(
    session: Session, actor: Actor, person: Person, stored: StoredPath, language: str
) -> None:
    cards = current_cards(session, stored.path.courses)
    states = path_courses_of(session, person.id, stored)
    ahead = [key for key in stored.path.courses if key in cards and key not in states]
    if any(cards[key].open_to == "invited" for key in ahead):
        raise RefusedError(N_("This path is taken by nomination. Ask your focal point."))
    first = first_missing_of(session, actor, stored.path.courses)
    if first is not None:
        raise NotPossibleError(
            N_("Complete “%(title)s” first. Then you can begin this path."),
            title=first.title(language),
        )
