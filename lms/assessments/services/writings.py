"""Keeping and sending what a learner writes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lms.assessments.models import Writing
from lms.assessments.queries.markings import find_own_marking
from lms.assessments.queries.writings import find_writing
from lms.assessments.rules.markings import MarkingState
from lms.assessments.services.markings import send_to_marking
from lms.core.actor import Actor
from lms.core.audit.services import record
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.text import N_
from lms.courses.values.task import Reflection
from lms.enrolments.models import Enrolment


def write(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    reflection: Reflection,
    answers: Mapping[str, str],
    *,
    send: bool,
    language: str = "en",
    now: datetime.datetime,
) -> Writing:
    """Keep the answers as a draft, or send them. `enrolment` must be locked by the caller.

    Sending needs every required prompt: BadInputError names the first that is empty.
    What was sent may be sent anew; the first moment of sending stays. What a person marks
    (`done_when: marked`) goes into the queue in the `language` the author reads, and
    raises NotPossibleError once it is accepted.
    """
    kept = {prompt.key: answers.get(prompt.key, "").strip() for prompt in reflection.prompts}
    if send:
        for prompt in reflection.prompts:
            if prompt.required and not kept[prompt.key]:
                raise BadInputError(N_("Write something here, then send."), field=prompt.key)
    writing = find_writing(session, actor, enrolment.id, reflection.key)
    if writing is None:
        writing = Writing(
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            member_code=enrolment.member_code,
            activity_key=reflection.key,
            answers={},
            saved_at=now,
        )
        session.add(writing)
    if reflection.done_when == "marked":
        _check_not_accepted(session, actor, enrolment, reflection)
    writing.answers, writing.saved_at = kept, now
    if send and writing.sent_at is None:
        writing.sent_at = now
        session.flush()
        record(
            session,
            actor,
            "writing.send",
            "writing",
            writing.id,
            now=now,
            subject_person_id=writing.person_id,
            activity=reflection.key,
        )
    session.flush()
    if send and reflection.done_when == "marked":
        send_to_marking(session, actor, writing, enrolment, language=language, now=now)
    return writing


def _check_not_accepted(
    session: Session, actor: Actor, enrolment: Enrolment, reflection: Reflection
) -> None:
    marking = find_own_marking(session, actor, enrolment.id, reflection.key)
    if marking is not None and marking.state is MarkingState.ACCEPTED:
        raise NotPossibleError(N_("This is accepted already. Nothing more is needed."))
