"""The queue of what people mark: sending to it, claiming, putting back, deciding."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from lms.access.reaches import Reach
from lms.assessments.models import (
    Answer,
    Attempt,
    Marking,
    MarkingDecision,
    Writing,
    WritingVersion,
)
from lms.assessments.queries.markings import find_own_marking, get_marking, history_of
from lms.assessments.rules.markings import (
    CLAIM_LASTS,
    LONGEST_COMMENT,
    MarkingState,
    ReturnReason,
    check_levels,
    is_held,
    marking_step,
    points_of,
    possible_points,
)
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError, RefusedError
from lms.core.text import N_
from lms.courses.values.task import Criterion
from lms.enrolments.models import Enrolment

ANSWER = "answer"
"""The name of the one prompt that an answer of an attempt answers."""


def send_to_marking(
    session: Session,
    actor: Actor,
    writing: Writing,
    enrolment: Enrolment,
    *,
    language: str,
    now: datetime.datetime,
) -> Marking:
    """Put what was written into the queue as a new version. `enrolment` must be locked.

    Sending the same words again while they wait changes nothing: a double click makes
    one version. What was returned may be sent with the same words. Raises
    NotPossibleError once it is accepted.
    """
    marking = find_own_marking(session, actor, enrolment.id, writing.activity_key)
    state = marking.state if marking is not None else MarkingState.DRAFT
    step = marking_step(state, "send")
    if step is None:
        raise NotPossibleError(N_("This is accepted already. Nothing more is needed."))
    if marking is None:
        marking = Marking(
            writing_id=writing.id,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            member_code=enrolment.member_code,
            course_key=enrolment.course_key,
            activity_key=writing.activity_key,
            version=0,
        )
        session.add(marking)
    elif state is MarkingState.SENT and _stands(session, actor, marking, writing.answers):
        return marking
    marking.state, marking.sent_at = step.after, now
    marking.version += 1
    session.flush()
    session.add(
        WritingVersion(
            marking_id=marking.id,
            person_id=marking.person_id,
            member_code=marking.member_code,
            course_key=marking.course_key,
            number=marking.version,
            language=language,
            answers=dict(writing.answers),
            sent_at=now,
        )
    )
    session.flush()
    _record(session, actor, marking, "marking.send", now=now)
    return marking


def send_answer(
    session: Session,
    actor: Actor,
    attempt: Attempt,
    answer: Answer,
    course_key: str,
    question_key: str,
    *,
    language: str,
    now: datetime.datetime,
) -> Marking:
    """Put one answer of an attempt that is being handed in into the queue.

    The attempt is locked by the caller, so it comes here once.
    """
    marking = Marking(
        attempt_id=attempt.id,
        number=answer.number,
        question_key=question_key,
        enrolment_id=attempt.enrolment_id,
        person_id=attempt.person_id,
        member_code=attempt.member_code,
        course_key=course_key,
        activity_key=attempt.activity_key,
        state=MarkingState.SENT,
        version=1,
        sent_at=now,
    )
    session.add(marking)
    session.flush()
    session.add(
        WritingVersion(
            marking_id=marking.id,
            person_id=marking.person_id,
            member_code=marking.member_code,
            course_key=course_key,
            edition_id=attempt.edition_id,
            number=1,
            language=language,
            answers={ANSWER: str(answer.given.get("text", ""))},
            sent_at=now,
        )
    )
    session.flush()
    _record(session, actor, marking, "marking.send", now=now)
    return marking


def claim(session: Session, actor: Actor, marking_id: int, *, now: datetime.datetime) -> Marking:
    """Hold a writing for two hours, so that nobody else marks it; a repeat holds it anew.

    Raises NotPossibleError while another marker holds it, or when it no longer waits.
    """
    marking = get_marking(session, actor, marking_id, for_change=True)
    _check_waits(marking)
    _check_not_held_by_another(marking, actor, now)
    is_new = marking.claimed_by != actor.person_id
    marking.claimed_by, marking.claimed_until = actor.person_id, now + CLAIM_LASTS
    session.flush()
    if is_new:
        _record(session, actor, marking, "marking.claim", now=now)
    return marking


def release(session: Session, actor: Actor, marking_id: int, *, now: datetime.datetime) -> Marking:
    """Put a writing back into the queue. What another marker holds is left as it is."""
    marking = get_marking(session, actor, marking_id, for_change=True)
    if marking.claimed_by == actor.person_id:
        marking.claimed_by, marking.claimed_until = None, None
        session.flush()
        _record(session, actor, marking, "marking.release", now=now)
    return marking


def decide(
    session: Session,
    actor: Actor,
    marking_id: int,
    *,
    version: int,
    rubric: Sequence[Criterion],
    verb: str,
    levels: Mapping[str, int],
    comment: str,
    reason: ReturnReason | None,
    now: datetime.datetime,
) -> MarkingDecision:
    """Accept a version, or return it with a reason and a comment; a repeat changes nothing.

    `levels` are places in the list of levels of each criterion, from 0; accepting needs
    one for each. An answer of an attempt is accepted, whatever it earns: it cannot go back.
    Raises NotPossibleError when the author has sent a newer version, when another marker
    holds it or was faster; BadInputError beside what is missing.
    """
    if actor.person_id is None:
        raise RefusedError(N_("Only a person marks."))
    marking = get_marking(session, actor, marking_id, for_change=True)
    stood = history_of(session, actor, marking, Reach.TAUGHT).decisions.get(version)
    if stood is not None:
        if stood.decided_by == actor.person_id and marking.version == version:
            return stood
        raise NotPossibleError(N_("This text is marked already."))
    if marking.version != version:
        raise NotPossibleError(
            N_("The author has sent a newer text meanwhile. Read it, then mark it.")
        )
    step = marking_step(marking.state, verb)
    if step is None:
        raise NotPossibleError(N_("This text is marked already."))
    if marking.attempt_id is not None and step.after is not MarkingState.ACCEPTED:
        raise NotPossibleError(N_("An answer of a quiz cannot go back. Mark it as it is."))
    _check_not_held_by_another(marking, actor, now)
    accepts = step.after is MarkingState.ACCEPTED
    kept = check_levels(rubric, levels, all_needed=accepts)
    words = _checked_comment(comment, is_needed=not accepts)
    if not accepts and reason is None:
        raise BadInputError(N_("Say why it goes back to its author."), field="reason")
    decision = MarkingDecision(
        marking_id=marking.id,
        person_id=marking.person_id,
        member_code=marking.member_code,
        course_key=marking.course_key,
        version=version,
        outcome=step.after,
        levels=kept,
        points=points_of(rubric, kept),
        possible=possible_points(rubric),
        comment=words,
        reason=None if accepts else reason,
        decided_by=actor.person_id,
        decided_at=now,
    )
    session.add(decision)
    marking.state = step.after
    marking.claimed_by, marking.claimed_until = None, None
    session.flush()
    _record(
        session,
        actor,
        marking,
        f"marking.{verb}",
        now=now,
        reason=decision.reason.value if decision.reason else "",
    )
    return decision


def _stands(
    session: Session, actor: Actor, marking: Marking, answers: Mapping[str, object]
) -> bool:
    """Whether the version that waits has these very words."""
    history = history_of(session, actor, marking, Reach.SELF)
    return history.versions[marking.version].answers == dict(answers)


def _check_waits(marking: Marking) -> None:
    if marking.state is not MarkingState.SENT:
        raise NotPossibleError(N_("This text is marked already."))


def _check_not_held_by_another(marking: Marking, actor: Actor, now: datetime.datetime) -> None:
    held = is_held(marking.claimed_by, marking.claimed_until, now)
    if held and marking.claimed_by != actor.person_id:
        raise NotPossibleError(N_("Somebody else is marking this text. Take another."))


def _checked_comment(comment: str, *, is_needed: bool) -> str:
    words = comment.strip()
    if is_needed and not words:
        raise BadInputError(N_("Write to the author what is to be done."), field="comment")
    if len(words) > LONGEST_COMMENT:
        raise BadInputError(
            N_("The comment may have %(most)s characters."), field="comment", most=LONGEST_COMMENT
        )
    return words


def _record(
    session: Session,
    actor: Actor,
    marking: Marking,
    verb: str,
    *,
    now: datetime.datetime,
    reason: str = "",
) -> None:
    record(
        session,
        actor,
        verb,
        "marking",
        marking.id,
        now=now,
        subject_person_id=marking.person_id,
        reason=reason,
        activity=marking.activity_key,
        version=marking.version,
    )
