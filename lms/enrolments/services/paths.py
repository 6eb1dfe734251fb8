"""Putting people on paths. Completing one is `completion.services.paths`."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.text import N_
from lms.courses.queries import get_current
from lms.courses.queries.paths import StoredPath
from lms.enrolments.models import Enrolment, PathEnrolment
from lms.enrolments.queries.paths import KEEPER, find_own_path, path_courses_of
from lms.enrolments.queries.prerequisites import lacking
from lms.enrolments.rules.due import Due
from lms.enrolments.rules.states import (
    EnrolmentState,
    Source,
    WithdrawalReason,
    transition,
)
from lms.enrolments.services.taking import come_back, put_on
from lms.people.models import Person


def put_on_path(
    session: Session,
    actor: Actor,
    person: Person,
    stored: StoredPath,
    *,
    source: Source,
    language: str,
    now: datetime.datetime,
    due: Due | None = None,
    run_id: str | None = None,
) -> int | None:
    """Put a person on a path and on its first course that is not complete.

    The id of the path enrolment, or None if one was under way. Whether the person may is
    the caller's question; a first course that others must precede is not begun.
    """
    path_enrolment_id = insert_once(
        session,
        PathEnrolment,
        {
            "person_id": person.id,
            "member_code": person.member_code,
            "agency_id": person.agency_id,
            "path_key": stored.path.key,
            "path_edition_id": stored.edition_id,
            "source": source,
            "state": EnrolmentState.ACTIVE,
            "enrolled_at": now,
            "enrolled_by": actor.person_id,
            "assigned_by": actor.person_id if source is Source.ASSIGNMENT else None,
            "run_id": run_id,
            **(due.columns() if due is not None else {}),
        },
        unique=(),
    )
    if path_enrolment_id is None:
        return None
    record(
        session,
        actor,
        "path.begin",
        "path_enrolment",
        path_enrolment_id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
        path=stored.path.key,
        edition=stored.number,
        source=source.value,
    )
    begin_next(
        session, actor, person, stored, source=source, language=language, now=now, run_id=run_id
    )
    return path_enrolment_id


def begin_next(
    session: Session,
    actor: Actor,
    person: Person,
    stored: StoredPath,
    *,
    source: Source,
    language: str,
    now: datetime.datetime,
    run_id: str | None = None,
) -> str | None:
    """Put the person on the first course of the path that is not complete; its key or None.

    Does nothing where they are on it, where all are complete, where a course outside
    the path must come first, or where the course is not to be taken any more.
    """
    states = path_courses_of(session, person.id, stored)
    key = next(
        (key for key in stored.path.courses if states.get(key) is not EnrolmentState.COMPLETED),
        None,
    )
    if key is None or states.get(key) is EnrolmentState.ACTIVE:
        return key
    try:
        edition = get_current(session, key)
    except NotFoundError:
        return None
    if lacking(session, edition, [person.id])[person.id]:
        return None
    if states.get(key) is EnrolmentState.WITHDRAWN:
        left = (
            scoped(Enrolment, KEEPER, Reach.ALL_MEMBERS)
            .where(Enrolment.person_id == person.id, Enrolment.course_key == key)
            .order_by(Enrolment.id.desc())
            .limit(1)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        enrolment = session.execute(left).scalar_one()
        come_back(session, actor, enrolment, person, now=now, run_id=run_id)
        return key
    languages = edition.card["languages"]
    put_on(
        session,
        actor,
        person,
        edition,
        source=source,
        language=language if language in languages else edition.card["language"],
        now=now,
        run_id=run_id,
    )
    return key


def return_to_path(
    session: Session,
    actor: Actor,
    path_enrolment: PathEnrolment,
    person: Person,
    *,
    now: datetime.datetime,
    run_id: str | None = None,
) -> None:
    """Put a withdrawn, locked path enrolment under way again, on the edition it was on."""
    step = transition(path_enrolment.state, "return")
    if step is None:
        return
    path_enrolment.state = step.after
    path_enrolment.withdrawn_at = path_enrolment.withdrawal_reason = None
    path_enrolment.due_on = path_enrolment.due_at = path_enrolment.due_zone = None
    path_enrolment.due_set_at = path_enrolment.remind_at = None
    session.flush()
    record(
        session,
        actor,
        "path.return",
        "path_enrolment",
        path_enrolment.id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
    )


def end_path(
    session: Session,
    actor: Actor,
    path_enrolment: PathEnrolment,
    verb: str,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
    run_id: str | None = None,
) -> None:
    """Withdraw a locked path enrolment; its courses go on as they are."""
    step = transition(path_enrolment.state, verb)
    if step is None:
        raise NotPossibleError(N_("This path is not under way any more. Load the page again."))
    path_enrolment.state = step.after
    path_enrolment.withdrawn_at = now
    path_enrolment.withdrawal_reason = reason
    path_enrolment.remind_at = None
    session.flush()
    record(
        session,
        actor,
        f"path.{verb}",
        "path_enrolment",
        path_enrolment.id,
        now=now,
        subject_person_id=path_enrolment.person_id,
        reason=reason.value,
        run_id=run_id,
    )


def leave_path(
    session: Session,
    actor: Actor,
    path_key: str,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
) -> None:
    """Leave a path oneself; the courses stay as they are. Raises NotFoundError."""
    found = find_own_path(session, actor, path_key, for_change=True)
    if found is None:
        raise NotFoundError(N_("You are not on this path. Open its page to begin."))
    end_path(session, actor, found, "withdraw", reason=reason, now=now)
