"""Beginning, leaving and coming back to a course by one's own choice."""

from __future__ import annotations

import datetime

from lms.access.reaches import Reach, scoped
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current
from lms.enrolments.models import Enrolment
from lms.enrolments.queries.own import find_own, find_withdrawn, lock_own
from lms.enrolments.queries.prerequisites import first_missing
from lms.enrolments.rules.due import Due
from lms.enrolments.rules.states import (
    EnrolmentState,
    Source,
    StepVerb,
    WithdrawalReason,
    transition,
)
from lms.enrolments.services.steps import note, note_new
from lms.people.models import Person


def enrol_self(
    session: Session, actor: Actor, course_key: str, *, language: str, now: datetime.datetime
) -> Enrolment:
    """Put the actor on the current edition of a course they may choose; a repeat is a no-op.

    Who left the course earlier comes back to the edition they were on, and what they did
    counts again, unless that edition was closed as harmful or wrong. Two tabs give one
    enrolment: the unique index decides, not a look before. Raises RefusedError for a
    course by nomination, NotPossibleError when a course that must come first is not
    complete.
    """
    if actor.person_id is None or actor.member_code is None:
        raise RefusedError(N_("Sign in to take a course."))
    stood = find_own(session, actor, course_key)
    if stood is not None:
        return stood[0]
    stored = get_current(session, course_key)
    card = CourseCard.from_json(stored.card)
    left = find_withdrawn(session, actor, course_key)
    if left is not None and session.get_one(StoredEdition, left.edition_id).is_closed:
        left = None
    if left is None and card.open_to == "invited":
        raise RefusedError(N_("This course is taken by nomination. Ask your focal point."))
    first = first_missing(session, actor, stored)
    if first is not None:
        raise NotPossibleError(
            N_("Complete “%(title)s” first. Then you can begin this course."),
            title=first.title(language),
        )
    person = _self(session, actor)
    if left is not None:
        come_back(session, actor, left, person, now=now)
    else:
        put_on(
            session,
            actor,
            person,
            stored,
            source=Source.SELF,
            language=language if language in card.languages else card.language,
            now=now,
        )
    found = find_own(session, actor, course_key)
    if found is None:
        raise LookupError("The enrolment just made is gone.")
    return found[0]


def put_on(
    session: Session,
    actor: Actor,
    person: Person,
    stored: StoredEdition,
    *,
    source: Source,
    language: str,
    now: datetime.datetime,
    due: Due | None = None,
    run_id: str | None = None,
) -> int | None:
    """Insert one enrolment on this edition with its first step; its id, or None if one stood.

    Whether the person may be on the course is the caller's question.
    """
    is_assigned = source is Source.ASSIGNMENT
    # Any unique index decides: here the one of active enrolments of a person and course.
    enrolment_id = insert_once(
        session,
        Enrolment,
        {
            "person_id": person.id,
            "member_code": person.member_code,
            "agency_id": person.agency_id,
            "course_key": stored.course_key,
            "edition_id": stored.id,
            "source": source,
            "state": EnrolmentState.ACTIVE,
            "language": language,
            "enrolled_at": now,
            "enrolled_by": actor.person_id,
            "done_count": 0,
            "assigned_by": actor.person_id if is_assigned else None,
            "run_id": run_id,
            **(due.columns() if due is not None else {}),
        },
        unique=(),
    )
    if enrolment_id is None:
        return None
    reason = source.value
    note_new(
        session,
        actor,
        enrolment_id,
        person,
        StepVerb.BEGIN,
        now=now,
        reason=reason,
        due_on=due.day if due is not None else None,
        run_id=run_id,
    )
    record(
        session,
        actor,
        "enrolment.begin",
        "enrolment",
        enrolment_id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
        course=stored.course_key,
        edition=stored.number,
        source=source.value,
    )
    return enrolment_id


def come_back(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    *,
    now: datetime.datetime,
    run_id: str | None = None,
) -> None:
    """Put a withdrawn enrolment under way again; its evidence counts as before.

    The day due it had is gone: it was set for other circumstances.
    """
    step = transition(enrolment.state, "return")
    if step is None:
        return
    enrolment.state = step.after
    enrolment.withdrawn_at = None
    enrolment.withdrawal_reason = None
    enrolment.due_on = enrolment.due_at = enrolment.due_zone = enrolment.due_set_at = None
    enrolment.remind_at = None
    note(session, actor, enrolment, person, StepVerb.RETURN, now=now, run_id=run_id)
    session.flush()
    record(
        session,
        actor,
        "enrolment.return",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=person.id,
        run_id=run_id,
    )


def choose_language(
    session: Session, actor: Actor, course_key: str, *, language: str, now: datetime.datetime
) -> None:
    """Read a course in one of the languages its edition has, from now on.

    Quizzes begun before stay in their language. Raises BadInputError for any other language.
    """
    enrolment, stored = lock_own(session, actor, course_key)
    if language not in CourseCard.from_json(stored.card).languages:
        raise BadInputError(N_("The course is not in this language."), field="language")
    if enrolment.language == language:
        return
    enrolment.language = language
    session.flush()
    record(
        session,
        actor,
        "enrolment.language",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=enrolment.person_id,
        language=language,
    )


def withdraw(
    session: Session,
    actor: Actor,
    course_key: str,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
) -> None:
    """Leave a course that is under way. What was done stays and counts again on return."""
    enrolment, _edition = lock_own(session, actor, course_key)
    if transition(enrolment.state, "withdraw") is None:
        raise NotPossibleError(N_("A course that is complete cannot be left."))
    person = _self(session, actor)
    end(session, actor, enrolment, person, StepVerb.WITHDRAW, reason=reason, now=now)


def end(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    person: Person,
    verb: StepVerb,
    *,
    reason: WithdrawalReason,
    now: datetime.datetime,
    run_id: str | None = None,
) -> None:
    """Withdraw a locked enrolment that is under way, by the person or by who assigned it."""
    step = transition(enrolment.state, verb.value)
    if step is None:
        raise NotPossibleError(N_("This course is not under way any more. Load the page again."))
    enrolment.state = step.after
    enrolment.withdrawn_at = now
    enrolment.withdrawal_reason = reason
    enrolment.remind_at = None
    note(session, actor, enrolment, person, verb, now=now, reason=reason.value, run_id=run_id)
    session.flush()
    record(
        session,
        actor,
        f"enrolment.{verb.value}",
        "enrolment",
        enrolment.id,
        now=now,
        subject_person_id=person.id,
        reason=reason.value,
        run_id=run_id,
    )


def _self(session: Session, actor: Actor) -> Person:
    return session.execute(
        scoped(Person, actor, Reach.SELF).where(Person.id == actor.person_id)
    ).scalar_one()
